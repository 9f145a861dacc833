# manyi demo 在终端打印的话
demo-made = 演示数据已生成：{ $departments } 个部门、{ $employees } 名员工、{ $records } 条服务记录，跨 { $months } 个月。机构、人员和数字都是虚构的。
demo-kept = 沿用上次的演示数据：{ $departments } 个部门、{ $employees } 名员工、{ $records } 条服务记录。
demo-sign-in = 员工登录（每个链接只能用一次，{ $n } 分钟内有效）：
demo-admin = 管理员
demo-quality = 服务质量管理
demo-head = 维修服务部负责人
demo-hr = 人力资源
demo-customer = 顾客看到的：
demo-mail = 截下来的邮件，点开即可评价
demo-counter = 客户在服务点扫码看到的页面
demo-survey = 一份待填的问卷
