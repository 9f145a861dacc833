# 邮件：评价邀请与员工登录链接
mail-from = { $department }（{ $organisation }）
mail-sender = { $organisation } { $department }
mail-greeting = { $name }，您好：
mail-greeting-nameless = 您好：

mail-invitation-subject = { $date }{ $service }，您满意吗？
mail-invitation-preheader = 点一下就能回答，约 1 分钟，可匿名。
mail-invitation-preheader-reference = 点一下就能回答，约 1 分钟，可匿名。工单 { $reference }
mail-invitation-served = { $date }，我们为您提供了{ $service }。
mail-invitation-served-reference = { $date }，我们为您提供了{ $service }（工单 { $reference }）。
mail-invitation-next = 点选后会打开一页，可以改选、补充，按“{ $button }”才算完成。
mail-invitation-valid = { $date }前有效。
mail-invitation-copy = 打不开？请把这个网址复制到浏览器：
mail-invitation-why = 您收到这封邮件，是因为{ $organisation }{ $department }于 { $date }为您提供了服务。
mail-reminder-subject = { $date }{ $service }，盼您评价
mail-reminder-only = 我们还没有收到您的评价。这是唯一一次提醒。
mail-reminder-further = 我们还没有收到您的评价。此后至多再提醒一次。
mail-reminder-last = 我们还没有收到您的评价。这是最后一次提醒。
mail-invitation-privacy = 隐私说明
mail-invitation-not-me = 不是我的服务
mail-invitation-unsubscribe = 不再接收评价邀请
mail-invitation-phone = 不方便上网？电话 { $phone }

mail-service-unnamed = 服务
mail-service-web = 网上服务
mail-service-app = App 服务
mail-service-mini-program = 小程序服务
mail-service-email = 邮件答复
mail-service-counter = 柜台服务
mail-service-shop = 门店服务
mail-service-call-centre = 电话服务
mail-service-on-site = 上门服务

mail-sign-in-subject = { $organisation }：您的登录链接
mail-sign-in-lead = 请点下面的链接，登录{ $organisation }的客户满意度系统。
mail-sign-in-button = 登录
mail-sign-in-copy = 打不开？请把这个网址复制到浏览器：
mail-sign-in-minutes = 链接只能用一次，{ $n } 分钟内有效。
mail-sign-in-hours = 链接只能用一次，{ $n } 小时内有效。
mail-sign-in-not-you = 如果不是您要登录，不必理会这封邮件，也不要把链接转给别人。

mail-sample-department = 维修服务部
mail-sample-name = 王女士
mail-sample-service = 上门维修
