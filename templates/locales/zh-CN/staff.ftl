# 工作人员页面

# 页面外框
staff-skip = 跳到正文
staff-demo = 演示
staff-demo-hint = 这里的部门、人员和数据都是虚构的。
staff-other-language = English
staff-sign-out = 退出
staff-nav = 主导航
staff-nav-overview = 公司总览
staff-nav-department = 我的部门
staff-nav-appraisals = 绩效数据
staff-nav-commitments = 服务承诺
staff-nav-mail = 演示邮件
staff-role-admin = 管理员
staff-role-quality = 服务监督
staff-role-head = 部门负责人
staff-role-hr = 人事
staff-role-auditor = 审计
staff-role-client = 客户单位
staff-freshness = 数据截至 { $time }
staff-freshness-open = 数据截至 { $time } · { $period }{ $state } · 未封存
staff-freshness-sealed = 数据截至 { $time } · { $period }{ $state }

# 数字与日期
staff-percent = { $number } %
staff-unit-points = { $number } 分
staff-unit-gap = { $number } 个百分点
staff-unit-per-hundred = 每百单 { $number } 件
staff-range = { $low } 至 { $high }
staff-date = { $year } 年 { $month } 月 { $day } 日
staff-date-time = { $date } { $time }
staff-period-month = { $year } 年 { $month } 月
staff-period-month-short = { $month } 月
staff-period-quarter = { $year } 年第 { $number } 季度
staff-period-quarter-short = 第 { $number } 季度
staff-period-year = { $year } 年
staff-month-1 = 1
staff-month-2 = 2
staff-month-3 = 3
staff-month-4 = 4
staff-month-5 = 5
staff-month-6 = 6
staff-month-7 = 7
staff-month-8 = 8
staff-month-9 = 9
staff-month-10 = 10
staff-month-11 = 11
staff-month-12 = 12
staff-state-open = 统计中
staff-state-evaluating = 评定中
staff-state-published = 已公布
staff-state-sealed = 已封存（修订 { $revision }）

# 指标、判定、证据
staff-metric-satisfaction-rate = 满意率
staff-metric-points = 满意度得分
staff-metric-response-rate = 回收率
staff-metric-channel-gap = 线上线下差距
staff-metric-resolution-rate = 解决率
staff-metric-complaint-rate = 投诉率
staff-metric-response-time = 响应及时率
staff-metric-of-channel = { $channel }{ $metric }
staff-base-invited = 邀请作答
staff-base-sample = 季度抽样回访
staff-base-walk-up = 现场扫码
staff-base-complaint = 投诉回访
staff-verdict = 判定
staff-verdict-met = 达标
staff-verdict-minor = 轻微违约
staff-verdict-major = 重大违约
staff-evidence = 证据
staff-evidence-clear = 明确
staff-evidence-open = 无法区分
staff-evidence-few = 样本不足
staff-suppressed = 样本不足
staff-hidden = 不显示
staff-no-answers = 暂无评价
staff-interval = 95 % 区间 { $interval }
staff-target = 承诺 { $target }
staff-target-clause = 承诺 { $target }（{ $clause }）
staff-no-commitment = 没有适用的承诺
staff-base = 口径：{ $base }
staff-change-none = { $difference }，无显著变化
staff-change-up = { $difference }，显著上升
staff-change-down = { $difference }，显著下降
staff-change-interval = 95 % 区间 { $low } 至 { $high }

# 首句
staff-says-online = 线上
staff-says-offline = 线下
staff-says-all = 全部渠道
staff-says-value = { $period }{ $channel }满意率 { $value }（n={ $n }，95 % 区间 { $interval }）
staff-says-value-only = { $period }{ $channel }满意率 { $value }（n={ $n }）
staff-says-met = ，达到 { $target } 承诺
staff-says-minor = ，低于 { $target } 承诺（轻微违约）
staff-says-major = ，低于 { $target } 承诺（重大违约）
staff-says-clear = ，样本足以确认。
staff-says-not-distinguishable = ，但样本不足以区分。
staff-says-too-few = ，但不足 { $min } 份评价，还不能下结论。
staff-says-end = 。
staff-says-no-commitment = 。没有适用的承诺。
staff-says-nobody = { $period }{ $channel }还没有有效评价。
staff-says-few = { $period }{ $channel }只有 { $n } 份有效评价；少于 { $min } 份时不给出满意率。
staff-says-hidden = { $period }{ $channel }有 { $n } 份有效评价；为避免推算出其他小组的结果，这里不给出满意率。
staff-says-change-none = 与 { $period }相比无显著变化（{ $difference }，95 % 区间 { $low } 至 { $high }）。
staff-says-change-up = 比 { $period }高 { $size } 个百分点（95 % 区间 { $low } 至 { $high }），变化显著。
staff-says-change-down = 比 { $period }低 { $size } 个百分点（95 % 区间 { $low } 至 { $high }），变化显著。

# 选择考核期与渠道
staff-period = 考核期
staff-period-show = 查看
staff-period-previous = 上一期：{ $period }
staff-period-next = 下一期：{ $period }
staff-channel = 渠道

# 公司总览
staff-overview-title = 公司总览
staff-overview-departments = 部门
staff-overview-responses = 有效评价
staff-overview-response-rate = 回收率
staff-overview-judged = { $n } 项对照承诺
staff-overview-no-verdict = 不作判定
staff-overview-table = 各部门对照承诺，按名称排列
staff-overview-department = 部门
staff-overview-online = 线上满意率
staff-overview-offline = 线下满意率
staff-overview-points = 得分
staff-overview-trend = 近 12 月
staff-overview-response = 回收率
staff-overview-empty = 还没有部门。请先导入部门和服务记录。
staff-overview-note = 部门按名称排列，不作排名：样本少的部门数值起伏大，小差距多半是偶然。少于 5 份评价不给出数值。
staff-verdict-note = 判定只看数值是否达到条款；证据说明样本是否足以支持这个判定。

# 部门页
staff-department-back = 返回公司总览
staff-department-csv = 导出 CSV
staff-department-scores = 对照承诺
staff-department-score = 指标
staff-department-response = 回收率
staff-department-response-ratio = 邀请 { $invited }，作答 { $responded }
staff-department-nobody-invited = 这一期没有发出邀请。
staff-department-trend = 趋势
staff-department-no-trend = 还没有可以画出的数值。
staff-chart-table = 同图数据
staff-chart-caption = { $metric }，逐期数值
staff-chart-period = 考核期
staff-chart-value = 数值
staff-chart-interval = 95 % 区间
staff-chart-target = 承诺
staff-chart-csv = 下载这张图的 CSV
staff-questions = 分题
staff-questions-caption = 各题答“满意”及以上的比例
staff-question = 题目
staff-question-value = 满意率
staff-question-change = 变化
staff-question-none = 这一期没有作答。
staff-comments = 意见
staff-comments-few = 不足 { $min } 份评价时不显示意见，以免认出是谁写的。
staff-comments-none = 这一期没有人留下意见。
staff-employees = 员工
staff-employees-caption = 员工的满意率与得分，按姓名排列
staff-employee = 姓名
staff-employees-note = 小差距说明不了问题：区间重叠的两个人分不出高下。这里只列数值，不作判定，也不排名。
staff-employees-none = 这一期没有记到个人的评价。

# 绩效数据
staff-appraisals-title = 绩效数据
staff-appraisals-note = 只有已封存的考核期是最终数值。其余文件每一行都标明“未封存”，不能用于考核。
staff-appraisals-periods = 考核期
staff-appraisals-caption = 可以导出的考核期，最近的在前
staff-appraisals-state = 状态
staff-appraisals-revision = 修订
staff-appraisals-sealed = 封存
staff-appraisals-sealed-by = { $time }，{ $by }
staff-appraisals-file = 文件
staff-appraisals-final = 下载 CSV
staff-appraisals-provisional = 下载 CSV（未封存）
staff-appraisals-of = { $period }：
staff-appraisals-none = 还没有考核期。
staff-downloads = 下载记录
staff-downloads-caption = 谁在什么时候取走了什么，最近的在前
staff-download-at = 时间
staff-download-by = 下载人
staff-download-format = 格式
staff-download-rows = 行数
staff-download-revision-none = 未封存
staff-downloads-none = 还没有人下载过。

# 登录与密码
staff-sign-in-title = 登录
staff-sign-in-lead = 查看您部门的服务评价与承诺完成情况。
staff-sign-in-submit = 登录
staff-sign-in-failed = 邮箱或密码不对，请再试一次。
staff-sign-in-hint = 第一次登录，或忘了密码？请向管理员要一条一次性链接。
staff-email = 电子邮箱
staff-password = 密码
staff-password-again = 再输入一次密码
staff-password-hint = 至少 { $min } 个字符，建议 { $advised } 个以上。可以用几个不相干的词，也可以从密码管理器粘贴。
staff-password-too-short = 密码至少要 { $min } 个字符
staff-password-too-long = 密码太长了
staff-password-guessable = 这个密码太容易被猜到，请换一个
staff-password-different = 两次输入的密码不一样
staff-password-title = 设置密码
staff-password-lead = { $name }，您好。设好密码后，请用邮箱和密码登录。
staff-password-submit = 保存密码
staff-errors-title = 请先改正下面的问题
staff-error-prefix = 错误：
staff-setup-title = 开始使用
staff-setup-lead = 填好这一页，您就是第一位管理员。
staff-setup-organisation = 单位名称
staff-setup-organisation-hint = 客户会在评价页和邮件里看到它。
staff-setup-organisation-missing = 请填写单位名称
staff-setup-name = 您的姓名
staff-setup-name-missing = 请填写您的姓名
staff-setup-email-invalid = 邮箱应写成 name@example.com 的样子
staff-setup-submit = 完成设置

# 演示邮件
staff-mail-title = 演示邮件
staff-mail-lead = 演示时邮件不会真的发出，都收在这里。打开一封，点里面的答案，就能走完客户的全程。
staff-mail-caption = 收到的邮件，最近的在前
staff-mail-count = 共 { $n } 封，显示最近 { $shown } 封。
staff-mail-at = 时间
staff-mail-to = 收件人
staff-mail-from = 发件人
staff-mail-subject = 主题
staff-mail-none = 还没有邮件。导入一条服务记录，过一会儿再看。
staff-mail-back = 返回邮件列表
staff-mail-html = 网页版
staff-mail-html-frame = 邮件的网页版
staff-mail-text = 纯文本版
staff-mail-headers = 邮件头
staff-mail-header-name = 名称
staff-mail-header-value = 内容
staff-mail-raw = 原文
staff-mail-no-part = 这封邮件没有这一部分。
