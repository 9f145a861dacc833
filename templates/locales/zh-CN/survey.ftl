# 客户页面：问卷、链接的各种状态

# 页头
survey-options = 显示方式
survey-large-text = 大字版
survey-standard-text = 标准版
survey-other-language = English
survey-title-error = 错误：{ $title }

# 问卷
survey-heading = { $date }服务评价
survey-heading-typed = { $date }{ $type }服务评价
survey-correction-heading = 修改您的评价
survey-reference = 工单 { $number }
survey-valid-until = { $date }前有效
survey-minutes = 约 { $n } 分钟
survey-questions = 共 { $n } 题
survey-length = { $minutes }，{ $questions }，必答 { $required } 题
survey-preselected-one = 已为您选好“{ $word }”，尚未提交。可以改选；填完后按“提交评价”才算完成。
survey-preselected-more = 已保留您选好的答案，尚未提交。填完后按“提交评价”才算完成。
survey-correction-note = 这是您上次的回答。改好后按“提交修改”，只能修改这一次。
survey-correction-comment = 您上次写的意见不在这里显示，会保留；重新填写则以新的为准。
survey-required = 必答
survey-optional = 选填
survey-why = 哪里让您不满意？可多选
survey-contact = 请联系我
survey-contact-hint = 勾选后，这份评价按实名提交，我们才能找到您。
survey-contact-correction = 我们会按您登记的方式联系您。
survey-not-applicable = 不适用/说不清
survey-comment-hint = 最多 2000 字。请不要填写身份证号、银行卡号等个人信息。
survey-identity = 署名方式
survey-anonymous = 匿名：部门只看到评分和意见
survey-anonymous-hint = 凑满至少五份，打乱顺序后才一起交给部门，只注明月份。不保存它与您的对应关系，所以提交后不能修改。
survey-named = 实名：可以就您的意见回访您
survey-named-hint = 部门知道这是对您这次服务的评价。
survey-website = 网址（请留空）
survey-submit = 提交评价
survey-submit-correction = 提交修改

# 错误
survey-errors = 评价还没有提交
survey-error-missing = 第 { $number } 题：请选择一项
survey-error-option = 第 { $number } 题：请从列出的选项中重新选择
survey-error-repeated = 第 { $number } 题：收到了不止一个答案，请重新选择
survey-error-too-long = 第 { $number } 题：最多 2000 字，现在有 { $count } 字，请删减
survey-error-characters = 第 { $number } 题：有些字符无法保存，已替您去掉，请检查后再提交
survey-error-question = 收到了这份问卷里没有的题目，已去掉。请检查后再提交
survey-error-identity = 请选择匿名或实名
survey-error-nonce = 请检查一遍，再按一次提交按钮。您填写的内容都还在
survey-error-busy = 系统正忙，暂时没能保存。您填写的内容都还在，请稍等片刻再按一次提交按钮
survey-error-encoding = 浏览器发来的文字编码无法识别，请换一个浏览器打开邮件中的链接
survey-error-too-large = 提交的内容太多，请缩短意见后再提交

# 页脚
survey-not-me = 不是您的服务？告诉我们
survey-unsubscribe = 不再接收评价邀请
survey-privacy = { $company }为{ $purpose }收集您的评分和意见，最长保存 { $months } 个月。
survey-purpose = 改进服务、考核服务质量
survey-privacy-link = 完整说明与您的权利
survey-phone-before = 不方便上网？请打电话
survey-phone-other = 有疑问请打电话

# 链接的各种状态
survey-thanks = 谢谢您的评价
survey-thanks-named = 您的评价已经收到，会交给为您服务的部门。部门可能就您的意见与您联系。
survey-thanks-anonymous = 您的评价已匿名收到。凑满至少五份后，会打乱顺序一起交给部门。我们没有保存它与您的对应关系，因此不能再修改。
survey-received = 工单 { $number }：收到 { $ratings } 项评分。
survey-received-comment = 工单 { $number }：收到 { $ratings } 项评分和一条意见。
survey-reply = 很抱歉这次没有让您满意。我们会在{ $time }前处理您反映的问题。
survey-reply-contact = 很抱歉这次没有让您满意。我们会在{ $time }前处理您反映的问题，并与您联系。
survey-reply-anonymous = 其中如有不满意的评价，部门收到后 24 小时内处理。想让我们答复您本人，请打电话。
survey-results = 各部门每月按客户评价考核，{ $month }的结果会在{ $date }前公布在“服务承诺”页。
survey-correct-until = 您可以在{ $date }前修改一次；考核结果公布后不能再改。
survey-correct = 修改我的评价
survey-close = 现在可以关闭本页。
survey-answered = 您已经评价过了
survey-answered-on = 您已于{ $date }评价过，谢谢。
survey-answered-before = 这个链接的评价已经提交，谢谢。
survey-corrected = 您已经修改过评价
survey-corrected-text = 修改已经保存，以修改后的为准。每份评价只能修改一次；如果还有话想说，欢迎打电话告诉我们。
survey-expired = 评价已经截止
survey-expired-text = 这次评价已于{ $date }截止，不能再提交了。
survey-expired-next = 您的意见仍然重要，欢迎打电话告诉我们。
survey-paused = 暂停收集评价
survey-paused-text = 这次评价暂时停止收集。您的链接仍然有效，请过些时候再打开。
survey-withdrawn = 这次评价已经取消
survey-withdrawn-text = 我们不再收集对这次服务的评价，您不需要做任何事。
survey-unknown = 链接不完整或有误
survey-unknown-text = 请回到邮件，直接点击里面的链接；或者从邮件中完整复制链接，粘贴到浏览器的地址栏。
survey-not-me-ask = 这不是您的服务？
survey-not-me-ask-text = 可能是联系方式登记错了。按下面的按钮告诉我们，我们就不会再为这次服务联系您。
survey-not-me-button = 这不是我的服务
survey-not-me-done = 感谢告知
survey-not-me-done-text = 我们不会再就此事联系您。
survey-back = 返回评价
survey-stop-ask = 不再接收评价邀请？
survey-stop-ask-text = 确认后，我们不再向您发送评价邀请。您办理业务和投诉时的往来邮件不受影响。
survey-stop-button = 不再接收
survey-stop-done = 已停止发送评价邀请
survey-stop-done-text = 我们不会再向您发送评价邀请。您办理业务和投诉时的往来邮件不受影响。
survey-stop-undo = 撤销，继续接收
survey-resumed = 已恢复评价邀请
survey-resumed-text = 今后为您服务之后，我们会再请您评价。
survey-too-many = 操作太频繁
survey-too-many-text = 请过 { $n } 分钟再试。您的链接仍然有效。
survey-busy = 系统正忙
survey-busy-text = 请稍后再试，您的链接仍然有效。
