record-title = 我的记录
record-lead = 以下是已封存考核期中人事看到的您的数值：没有客户意见，没有排名，也不对个人下结论。答卷少于 { $min } 份时，人事看不到您的数值，考核期尚未封存时也是如此。
record-none = 还没有已封存的考核期含有您的数值。
record-nobody = 员工名册中没有与您的邮箱对应的人员。请联系人事或管理员核对名册。
record-sealed = 于 { $time } 封存，修订 { $revision }
record-caption = 按部门和渠道列出的数值
record-department = 部门
record-channel = 渠道
record-n = 答卷数
record-rate = { $value }（{ $n } 份中 { $k } 份满意），95 % 置信区间 { $interval }
record-points = { $value } 分（n={ $n }）
record-note = 如认为数值有误，请向服务监督或人事说明异议：说明理由并经两人确认，考核期可以重新打开并更正。此前封存的内容仍可查阅。
