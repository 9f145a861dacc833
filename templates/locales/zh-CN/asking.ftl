# 邀请谁评价，每次服务的去向

asking-title = 邀请规则
asking-lead = 每次服务后都会邀请客户评价，除非规则把它排除在外。员工不能挑选邀请对象。

asking-ledger = { $period }每次服务的去向
asking-ledger-none = 这一周期没有已完成的服务。
asking-ledger-caption = 按服务完成时间统计，每次服务只计一次
asking-ledger-note = “已邀请”“等待发送”“未邀请”三项相加等于全部服务。百分比是已邀请的服务占规则未排除服务的比例：比例低，说明得分只代表一部分客户。部门一行不含下级部门。
asking-organisation = 全公司
asking-department = 部门
asking-services = 服务数
asking-coverage = 已邀请
asking-outcomes = 邀请结果
asking-waiting = 等待发送
asking-reasons = 未邀请
asking-state-count = { $state } { $n }
asking-state-scheduled = 等待发送
asking-state-queued = 等待发送
asking-state-sent = 尚未作答
asking-state-answered = 已作答
asking-state-declined = 谢绝
asking-state-expired = 链接过期
asking-state-bounced = 地址不存在
asking-state-throttled = 近期已邀请过
asking-state-suppressed = 不愿收信
asking-state-not-sampled = 未抽中
asking-state-ineligible = 规则排除
asking-state-no-address = 无邮箱
asking-state-not-sent = 未能按时发出
asking-state-handed-in = 随记录提交了答案
asking-state-too-old = 上报太晚
asking-state-failed = 无法送达

asking-rules = 不邀请的服务
asking-rules-none = 目前没有规则排除任何服务。
asking-always = 无论规则如何，以下情况一律不邀请：由系统自动关闭的服务，以及客户是本单位员工。
asking-left-out = 服务
asking-reason = 理由
asking-change = 变更
asking-remove = 删除
asking-remove-rule = 删除规则：{ $rule }
asking-kind-with = 服务类型含“{ $text }”
asking-outcome-resolved = 已解决
asking-outcome-unresolved = 未解决
asking-outcome-unknown = 是否解决不详

asking-add-heading = 增加一条规则
asking-add-hint = 同时符合以下所选条件的服务不再邀请评价。只对今后上报的服务生效。
asking-any = 不限
asking-touchpoint = 触点
asking-kind = 服务类型
asking-kind-hint = 填其中一部分文字即可，例如“测试”。
asking-outcome = 服务结果
asking-reason-hint = 能打开本页的人都会看到。
asking-add = 增加规则
asking-errors = 规则没有变更
asking-overtaken = 期间已有别人改动了规则。请看下面的最新规则后再试。
asking-error-everything = 部门、触点、服务类型、服务结果至少选一项，否则所有客户都不会收到邀请
asking-error-department = 部门：请从列表中选择
asking-error-repeated = 已有针对这些服务的规则
asking-error-too-many = 已有 { $max } 条规则：请先删除一条
asking-error-kind = 服务类型：请写在一行内，不超过 { $max } 个字
asking-error-reason = 理由：请说明为什么不邀请这些客户，不超过 { $max } 个字

asking-timing = 时间
asking-timing-delay = 服务结束 { $n } 分钟后发出邀请。
asking-timing-quiet = { $from }—{ $to } 期间不发邮件。
asking-timing-cooldown = 同一邮箱两次邀请至少间隔 { $n } 天。
asking-timing-age = 完成超过 { $n } 天才上报的服务不再邀请。
asking-timing-expiry = 链接 { $n } 天内有效。
asking-timing-note = 以上由设置决定：MANYI_INVITE_DELAY_MINUTES、MANYI_QUIET_HOURS、MANYI_COOLDOWN_DAYS、MANYI_INVITE_MAX_AGE_DAYS、MANYI_INVITE_EXPIRES_DAYS。

asking-versions = 变更记录
asking-rule-count = { $n } 条规则
asking-version = 第 { $version } 版：{ $rules }，{ $time }，{ $by }
