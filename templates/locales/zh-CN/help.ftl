# 命令行帮助。英文写在 src/cli 各命令和参数旁边，这里是对应的中文。键名是 help-命令-参数；多处说法相同的参数写成
# help-any-参数。命令若有两段，命令表和 -h 只显示第一段，--help 显示全文。
help-word-heading = { $inner }：
help-word-usage = 用法
help-word-command = 命令
help-word-arguments = 参数
help-word-options = 选项
help-word-default = （默认 { $inner }）
help-word-more = 显示帮助（--help 更详细）
help-word-less = 显示帮助（-h 更简短）
help-word-of-a-command = 显示某个命令的帮助
help-word-after =
    先用 `manyi demo` 看看演示，或用 `manyi serve` 正式启动，它会打印设置首位管理员的链接。
    设置写在 manyi.toml 或 MANYI_… 环境变量里，`manyi config print` 列出全部设置。
    退出码：0 完成，1 失败，2 用法不对。

help-any-help = 显示帮助
help-any-version = 显示版本
help-any-json = 输出 JSON
help-any-period = 月、季度或年：2026-09、2026-Q3、2026

help-manyi = 满意：邀请客户评价服务，并对照承诺为各部门评分

help-serve =
    启动网站和接口，并发送邮件

    能接受请求时打印 `listening on http://地址`。收到 SIGTERM 后，做完手头的事再退出。
help-serve-role = 本进程做什么：web 应答请求，worker 发邮件并处理到期事项，all 两样都做
help-serve-listen = 监听的地址和端口，例如 0.0.0.0:8080；端口写 0 则自选空闲端口（默认取 MANYI_LISTEN）

help-demo =
    用一家虚构的机构演示全部功能；无需任何准备，数据都在一个目录里

    演示机构有 12 个部门、14 个月的评价。邮件一律截留，可在 /dev/mail 查看。启动后打印各页面的链接，以及各演示用户的一次性登录链接。再次启动会接着上次的数据；删掉目录就从头开始。
help-demo-listen = 监听的地址和端口，例如 0.0.0.0:8080；端口写 0 则自选空闲端口
help-demo-dir = 存放演示数据库和邮件的目录

help-openapi = 打印接口的 OpenAPI 3.1 文档
help-migrate = 升级数据库结构（其他命令也会自动升级）
help-doctor =
    检查数据库、计数与答卷是否相符、发件箱、审计日志、邮件设置和时钟

    只查看，不改动。不正常的项标 ✗，并写明怎么处理，退出码为 1。还会列出需要发布的 DNS 记录，各大邮箱凭它们信任这些邮件。
help-doctor-dns-txt = 核对 DNS 与设置是否一致：给出存有 TXT 记录的文件，可以是区域文件，也可以是 `dig +short` 的输出
help-healthcheck = 检查 MANYI_LISTEN 上的服务是否在运行：是则退出码为 0，否则为 1
help-config = 查看设置
help-config-print = 列出每项设置的值及其来源；密码等不显示
help-setup-url = 打印设置首位管理员的一次性链接

help-exclusion = 剔除答卷，不再计入任何数值（须两人同意），或恢复计入
help-exclusion-request =
    申请剔除一份答卷；另一人同意之前照常计入

    理由：mistaken 客户说明是误评；wrong_service 评的是另一项服务或另一个部门；duplicate 重复作答；influenced 员工代答或授意；malicious 恶意填写，并无这次服务；trial 试用时填的。评分低不是理由。
help-exclusion-request-response = 答卷编号，见 /api/v1/responses
help-exclusion-request-reason = 理由：mistaken、wrong_service、duplicate、influenced、malicious 或 trial
help-exclusion-request-note = 补充说明
help-exclusion-request-by = 申请人的邮箱，须是 quality 或 admin 用户
help-exclusion-approve = 作为另一人同意：答卷不再计入
help-exclusion-refuse = 不同意：答卷照常计入
help-exclusion-restore = 恢复计入
help-exclusion-list = 列出申请和决定，最近的在前
help-any-response = 答卷编号
help-exclusion-approve-by = 决定人的邮箱，须是 quality 或 admin 用户
help-exclusion-refuse-by = 决定人的邮箱，须是 quality 或 admin 用户
help-exclusion-restore-by = 决定人的邮箱，须是 quality 或 admin 用户

help-user = 添加用户，或让忘记密码的用户重新登录
help-user-add =
    添加用户，并打印设置密码的一次性链接

    角色：admin 管理员，负责设置、导入和授权；quality 服务监督，负责问卷、抽样和考核期；head 部门负责人，看本部门及下属部门；hr 人事，看考核期和绩效数据，不看意见；auditor 审计，看承诺及兑现情况和日志；client 客户单位，看本单位的数值；employee 员工，看自己的记录，邮箱须与员工文件一致。
help-user-add-email = 登录用的邮箱
help-user-add-name = 姓名，同事会看到
help-user-add-role = 角色：admin、quality、head、hr、auditor、client 或 employee
help-user-add-department = 部门负责人所属部门的编码，与 --role head 一起使用
help-user-add-client = 客户单位的编码，与 --role client 一起使用
help-user-reset = 用户忘记密码时，打印新的一次性链接
help-user-reset-email = 用户登录用的邮箱

help-token = 为其他系统生成访问令牌
help-token-create = 生成令牌并打印；只显示这一次
help-token-create-name = 名称：哪个系统使用它
help-token-create-scope = 权限，用逗号隔开：records:write（写服务记录）、scores:read（读得分）、people:read（读个人得分）、appraisals:read（读绩效数据）、responses:read（读答卷）、bounces:write（交退信），或 admin（全部）
help-token-create-expires = 有效天数；不写则一直有效

help-import =
    从 CSV 或 XLSX 文件导入部门、员工、服务记录、历史评价、投诉或节假日

    文件要有表头。CSV 可用 UTF-8 或 GB18030 编码，以逗号、分号或制表符分隔。只要有一行不合格，整份文件就不导入，除非加 --partial。同一份文件再导入一次，不会有任何变化。新文件请先用 --dry-run 试一遍：缺哪些列、多了哪些列、哪一行有什么问题，都会列出。
help-import-kind = 文件里是什么：departments（部门）、staff（员工）、service-records（服务记录）、ratings（历史评价）、complaints（投诉）或 holidays（节假日与调休）
help-import-file = CSV 或 XLSX 文件
help-import-map = 列对照文件（TOML），写明表里的哪一列对应系统的哪一列
help-import-dry-run = 试运行：不写入，只说明导入会有什么结果
help-import-partial = 只导入合格的行，不合格的略过
help-import-base = 导入历史评价时：invited 与邀请收回的答卷合并计算，imported 单独列出

help-score = 打印一个考核期的得分
help-score-department = 只看一个部门时，写它的编码；不写则列出全部部门
help-any-channel = 渠道：online 线上，offline 线下，all 合计
help-score-level = 看谁的得分：organisation（全机构）、department（部门）或 employee（员工）
help-score-json = 输出 JSON，内容与 /api/v1/scores 相同

help-period = 推进考核期：评定、公布、封存，或重新打开
help-period-evaluate = 考核期结束后，开始评定
help-period-publish = 公布结果：此后可以提出异议，再收到的答卷计入下一期
help-period-seal = 封存，结果不再变动；异议期内不能封存，除非用 --reason 说明理由，且须由公布结果以外的人封存
help-period-reopen = 重新打开已公布或已封存的结果；已封存的将产生新的修订；要写 --by、--second 和 --reason
help-any-by = 操作人的邮箱
help-any-second = 确认重新打开的另一人的邮箱
help-any-reason = 为何破例，或为何重新打开

help-export = 把数值写成文件
help-export-appraisals = 导出已封存考核期的绩效数据，供人事使用：含部门和个人，不含排名和意见
help-export-appraisals-format = 文件格式：xlsx、csv 或 json
help-export-appraisals-out = 写到哪个文件
help-export-appraisals-provisional = 未封存的也导出，每一行都标明是暂定

help-chart = 画出一个部门某项指标的走势图
help-chart-department = 部门编码
help-chart-metric = 指标：satisfaction_rate（满意率）、points（满意度得分）、response_rate（回收率）、channel_gap（线上线下差距）、resolution_rate（解决率）、complaint_rate（投诉率）或 response_time（响应及时率）
help-chart-grain = 一期多长：month（月）、quarter（季度）或 year（年）
help-chart-from = 第一期（默认往前 14 个月或 8 个季度）
help-chart-to = 最后一期（默认到最近有数据的一期）
help-chart-out = 图片文件名，以 .svg 或 .png 结尾

help-sample =
    抽取一个季度的服务记录，用于电话回访（B3-2.3.3）

    每个部门、每个渠道都按同一比例抽取，不足一条的按一条计。种子和服务记录相同，抽出的名单就相同。一个季度只抽一次；要重抽须用 --redraw 并说明理由，原来的名单会留档。
help-sample-period = 季度：2026-Q3
help-sample-fraction = 每个部门、每个渠道抽取的比例，大于 0、不超过 1，例如 0.1
help-sample-seed = 种子，一个整数；凭它任何人都能抽出同一份名单
help-sample-redraw = 已经抽过，再抽一次；理由写在这里，或写在 --reason 后面
help-sample-reason = 重抽的理由

help-backup =
    把整个数据库备份到一个目录；服务不必停

    备份不含密钥文件，请把它另存他处：没有它，备份里的联系方式打不开，匿名答卷无从追溯，也无法恢复。
help-backup-directory = 新的或空的目录
help-restore = 把备份恢复到新数据库；恢复后邮件处于暂停状态
help-restore-directory = 备份所在的目录
help-restore-check = 只检查能否恢复，不作改动

help-mail = 暂停或恢复发信，或查看发信情况
help-mail-pause = 暂停发信，直到 `manyi mail resume`；到期的邮件会等着
help-mail-resume = 恢复发信
help-mail-status = 查看是否在发信、还有多少在等、其余的结果如何

help-survey = 暂停或恢复收集评价，或查看现在是否收集
help-survey-pause = 暂停收集评价，直到 `manyi survey resume`；链接仍然有效，打开会说明
help-survey-resume = 恢复收集评价
help-survey-status = 查看是否在收集评价
