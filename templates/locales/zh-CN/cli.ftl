# 出错时的一行说明
cli-error-file = { $path }：{ $cause }
cli-error-connect = MANYI_DATABASE_URL：打不开数据库：{ $place }：{ $cause }
cli-error-database = 数据库出错：{ $cause }
cli-error-busy = 数据库正忙，请稍后再试。
cli-error-settings = 设置有误：{ $cause }
cli-error-unknown-department = 没有编码为“{ $code }”的部门。可用 `manyi import departments 文件` 导入部门。
cli-error-unknown-department-nearest = 没有编码为“{ $code }”的部门，是不是“{ $nearest }”？
cli-error-department-of-organisation = --level organisation 是全机构的得分：请去掉 --department，或改用 --level department。
cli-error-gap-of-one-channel = channel_gap 是两个渠道之差：请去掉 --channel。
cli-error-backwards = { $to } 早于 { $from }：--from 和 --to 写反了。
cli-error-too-many-periods = 一共 { $count } 期，图上最多放 { $max } 期：请缩短起止时间，或改用更长的 --grain。
cli-io-not-found = 没有这个文件或目录
cli-io-not-allowed = 没有权限打开
cli-io-directory = 这是目录，不是文件
cli-io-full = 磁盘已满
cli-io-not-utf8 = 不是 UTF-8 文本

cli-migrate-nothing = 数据库结构已是最新。
cli-migrate-applied = 已升级：{ $name }

cli-healthcheck-alive = { $address } 运行正常。
cli-healthcheck-ill = { $address } 的回答是“{ $answer }”，不是 200，请查看服务日志。
cli-healthcheck-silent = { $address } 没有应答：{ $cause }。请确认服务已启动，且两边的 MANYI_LISTEN 一致。

cli-setup-done = 系统已经初始化，已有用户。要添加用户请用 `manyi user add`，找回密码请用 `manyi user reset 邮箱`。
cli-setup-link = 请在 30 分钟内打开下面的链接，设置首位管理员；链接只能用一次：

cli-user-bad-address = “{ $email }”不是邮箱地址，请写成“名字@域名”。
cli-user-bad-name = --name 为空、过长或含有控制字符，请填 100 字以内的姓名。
cli-user-head-needs-department = 部门负责人要指明部门：请加上 --department 编码。
cli-user-client-needs-client = 客户单位用户要指明单位：请加上 --client 编码。
cli-user-department-is-for-heads = --department 只用于 --role head。
cli-user-client-is-for-clients = --client 只用于 --role client。
cli-user-unknown-client = 没有编码为“{ $code }”的客户单位。服务记录里第一次写到它（client_code）时会自动建立。
cli-user-taken = 用户 { $email } 已存在。要新的链接请用 `manyi user reset { $email }`。
cli-user-unknown = 没有用户 { $email }。可用 `manyi user add` 添加。
cli-user-added = 已添加 { $email }。请用下面的链接设置密码，30 分钟内有效，只能用一次：
cli-user-reset = { $email } 可用下面的链接重设密码，30 分钟内有效，只能用一次：

cli-token-bad-name = 名称为空、过长或含有控制字符，请填使用这个令牌的系统名称。
cli-token-taken = 已有名为“{ $name }”的令牌，请换一个名称。
cli-token-created = 令牌“{ $name }”只显示这一次，请立即保存：

cli-mail-paused = 已暂停发信，到期的邮件会等到 `manyi mail resume`。
cli-mail-paused-before = 发信本来就是暂停的。
cli-mail-resumed = 已恢复发信。
cli-mail-not-paused = 发信没有暂停过。
cli-mail-is-paused = 发信已暂停；用 `manyi mail resume` 恢复。
cli-mail-is-nowhere = 没有设置 MANYI_SMTP_URL：不发邮件，邀请都在等候。
cli-mail-is-on = 邮件到期即发。
cli-mail-oldest = 积压最久的邮件应在 { $time } 发出。
cli-survey-is-paused = 已暂停收集评价；链接仍然有效，打开会说明。用 `manyi survey resume` 恢复。
cli-survey-is-open = 正在收集评价。

cli-score-open = 进行中，数字还会变
cli-score-evaluating = 评定中
cli-score-published = 已公布
cli-score-sealed = 已封存
cli-score-none = 还没有可以计分的内容。请先用 `manyi import departments 文件` 导入部门。
cli-score-nobody = 这一期没有任何得分。
cli-score-who = 部门
cli-score-organisation = 全机构
cli-score-metric = 指标
cli-score-n = 样本
cli-score-value = 数值
cli-score-interval = 95% 区间
cli-score-target = 承诺
cli-score-too-few = 不足 5 份

cli-chart-written = { $file }：共 { $count } 期，其中 { $shown } 期有数据。
cli-chart-failed = 图没有画成：{ $cause }

cli-import-line = 行
cli-import-column = 列
cli-import-value = 内容
cli-import-reason = 问题
cli-import-repair = 处理办法
cli-import-more = ……另有 { $more } 处，用 --json 可全部列出。
cli-import-warning = 提醒：{ $rows } 行{ $reason }（最先见于第 { $line } 行）。
cli-import-ignored = 没有用到的列：{ $columns }
cli-import-made = 顺带建立：部门 { $departments } 个，员工 { $employees } 人。
cli-import-done = 导入完成：新增 { $created }，更新 { $changed }，未变 { $unchanged }，拒收 { $refused }。
cli-import-would = 试运行（--dry-run），没有写入。若正式导入：新增 { $created }，更新 { $changed }，未变 { $unchanged }，拒收 { $refused }。
cli-import-refused = { $file }：{ $total } 行中有 { $refused } 行不合格，整份文件未导入。请改正，或加 --partial 只导入合格的行。
cli-import-all-refused = { $file }：{ $total } 行全部不合格，没有导入。
cli-import-unknown-question = { $file }：问卷里没有题目“{ $code }”，是不是“answer.{ $nearest }”？可用的题目：{ $known }。

cli-doctor-database = 数据库可用，结构已是最新。
cli-doctor-no-database = MANYI_DATABASE_URL（{ $url }）：没有这个数据库。可用 `manyi migrate` 新建；如果本该有，请改正路径。
cli-doctor-not-migrated = 数据库结构比程序旧，请运行 `manyi migrate`。
cli-doctor-tallies = { $tallies } 项计数与 { $responses } 份答卷、{ $records } 条服务记录、{ $complaints } 件投诉重算的结果一致。
cli-doctor-tallies-wrong = 按 { $responses } 份答卷、{ $records } 条服务记录、{ $complaints } 件投诉重算，有 { $wrong } 个数不符：
cli-doctor-difference = { $what }：库存 { $stored }，重算 { $recounted }
cli-doctor-more = ……另有 { $more } 处，用 --json 可全部列出。
cli-doctor-invitations = 服务记录 { $records } 条，邀请 { $invitations } 份，邮件 { $mails } 封，彼此相符。
cli-doctor-invitations-wrong = { $records } 条服务记录有 { $invitations } 份邀请；{ $without } 份在等发件箱里没有的邮件，{ $unsent } 份标为已发但没有服务器接收过。
cli-doctor-nothing-due = 没有积压的邮件。
cli-doctor-due = 有邮件已积压 { $minutes } 分钟，请确认发信进程在运行。
cli-doctor-due-paused = 有邮件已积压 { $minutes } 分钟，发信已暂停；用 `manyi mail resume` 恢复。
cli-doctor-audit = 审计日志完整：{ $entries } 条，前后相扣。
cli-doctor-audit-broken = 审计日志在第 { $entry } 条断开：内容被改过，或缺了一条。请与备份核对。
cli-doctor-clock = 时钟为 { $now }（UTC）。
cli-doctor-clock-behind = 时钟为 { $now }（UTC），但审计日志已记到 { $last }：请校准本机时钟。
cli-doctor-clock-ahead = 本机时钟比数据库服务器快 { $seconds } 秒，请校准。校准前本机不发邮件，以免与其他实例重复发送。
cli-doctor-clock-late = 本机时钟比数据库服务器慢 { $seconds } 秒，请校准。校准前本机不发邮件，以免其他实例重复发送。
cli-doctor-secret = 密钥文件 { $path } 可用。
cli-doctor-no-secret = 缺少密钥文件 { $path }：联系方式无法解密，链接全部失效。请从备份恢复，或设置 MANYI_SECRET_FILE。
cli-doctor-mail-nowhere = 没有设置 MANYI_SMTP_URL：不发邮件，邀请都在等候。
cli-doctor-mail-memory = 邮件只存在内存里，不会送达任何人。
cli-doctor-mail-folder = 邮件写入 { $folder }，不会送达任何人。
cli-doctor-mail-plain = 邮件服务器 { $server } 可用，连接未加密；发件人 { $from }。
cli-doctor-mail-encrypted = 邮件服务器 { $server } 可用，连接已加密；发件人 { $from }。
cli-doctor-mail-signed-in = 邮件服务器 { $server } 可用，连接已加密，登录成功；发件人 { $from }。
cli-doctor-mail-fails = MANYI_SMTP_URL：邮件服务器不可用：{ $cause }
cli-doctor-bounces = 退回的邮件：{ $n } 封；另有退信地址系伪造的 { $forged } 封，未作任何改动。
cli-doctor-no-return-path = 已设置接收退信，但没有设置 MANYI_BOUNCE_DOMAIN：邮件没有各自的退信地址，无法与伪造的退信区分。
cli-doctor-dkim = 邮件带 DKIM 签名，公钥应发布在 { $name }。
cli-doctor-dkim-none = 没有设置 MANYI_DKIM_KEY，这里不对邮件签名。除非邮件服务器代签（并覆盖 List-Unsubscribe），各大邮箱不会信任这些邮件。
cli-doctor-aligned = 域名符合 DMARC 对齐要求：发件人 { $from }，退信地址 { $path }，签名 { $dkim }。
cli-doctor-astray = 发件域名是 { $from }，而 { $list } 与它既不相同，也没有上下级关系，DMARC 不予认可。请改正 MANYI_DKIM_DOMAIN、MANYI_BOUNCE_DOMAIN 或 MANYI_MAIL_FROM。
cli-doctor-dns-publish = 需要发布的 DNS 记录如下；SPF 里要写全所有外发地址，发布后可用 --dns-txt 文件 核对：
cli-doctor-dns-nothing = { $file } 里既没有 DKIM 公钥，也没有 SPF 或 DMARC 记录。请放入 `dig +short TXT 域名` 的输出。
cli-doctor-dns-dkim = DNS 里的公钥与本机私钥相符。
cli-doctor-dns-dkim-none = DKIM 记录里没有公钥（p=）。
cli-doctor-dns-dkim-revoked = DKIM 记录的 p= 是空的，表示密钥已作废。
cli-doctor-dns-dkim-other = DKIM 记录里是另一把公钥，签名都会验证失败。请发布上面列出的那一条。
cli-doctor-dns-dkim-testing = DKIM 记录带有 t=y（仅测试），请去掉。
cli-doctor-dns-spf = SPF 记录有效，没有放行所有人。
cli-doctor-dns-spf-open = SPF 记录放行了所有人，或没有结尾规则：请以 ~all 或 -all 结尾。
cli-doctor-dns-dmarc = DMARC 记录有效，本机域名符合其要求。
cli-doctor-dns-dmarc-strict = DMARC 记录要求域名完全一致（aspf=s 或 adkim=s），而本机的域名不同：请改为 r，或统一用一个域名。
cli-doctor-dns-dmarc-bad = DMARC 记录没有策略，需要 p=none、p=quarantine 或 p=reject。
cli-doctor-wrong = 有 { $n } 项不正常，见上面标 ✗ 的各项。

cli-sample-drawn = { $period }：从 { $frame } 条服务记录中抽取 { $drawn } 条（比例 { $fraction }，种子 { $seed }）。
cli-sample-frame = 抽样框 SHA-256：{ $hash }
cli-sample-running = 提醒：{ $period } 尚未结束，此后完成的服务不在抽样框内。
cli-sample-no-quarter = --period { $period }：抽样回访按季度进行，请写成 2026-Q3 的形式。
cli-sample-no-records = { $period }：这个季度没有已完成的服务记录，无从抽取。
cli-sample-already-drawn = { $period } 已经抽过样。如需重抽，请说明理由：--redraw --reason "……"；原来的名单会留档。
cli-sample-reason = --redraw 要写明理由：--reason "……"（不超过 { $max } 字）
cli-sample-reason-alone = --reason 要与 --redraw 一起使用
cli-sample-told = { $period } 的结果已经公布，不能再抽样。
cli-sample-loses = { $period }：已作答的客户中有 { $count } 位不在新名单里。请保持种子不变、调高比例，名单就只增不减。
cli-period-evaluated = { $period } 开始评定，结果应在 { $due } 当日结束前告知
cli-period-published = { $period } 已公布，异议期到 { $due } 当日结束；此后收到的答卷计入下一个未公布的考核期
cli-period-sealed = { $period } 已封存，修订 { $revision }：{ $hash }
cli-period-reopened = { $period } 已重新打开，回到评定阶段；再次封存后为修订 { $revision }
cli-period-not-allowed = { $email } 无权推进考核期：需要 admin、quality 或 hr 角色
cli-doctor-seals = 封存 { $seals } 次：哈希链完整，数值与封存内容一致
cli-doctor-seals-broken = 封存的考核期与封存时不一致：{ $list }。请从备份恢复
cli-doctor-suspects = 疑似机器提交而另置的表单：{ $n } 份，不计入任何数字。
cli-seal-chain = 封存后被改动，或前一次封存缺失
cli-seal-content = 无法读取
cli-seal-results = 数值与封存的计数不符
cli-seal-figures = 展示的数值不是封存的数值
cli-seal-period = 状态与封存记录不符
cli-export-not-sealed = { $period } 尚未封存。请先封存，或加 --provisional：此时每一行都标明未封存
cli-export-written = { $file }：{ $rows } 行
cli-exclusion-requested = 已申请剔除答卷 { $response }。须由另一人同意才生效，在此之前照常计入：`manyi exclusion approve { $response } --by 邮箱`。
cli-exclusion-approved = 答卷 { $response } 已剔除，不再计入任何数字。要恢复请用 `manyi exclusion restore { $response }`。
cli-exclusion-refused = 未同意剔除，答卷 { $response } 照常计入。
cli-exclusion-restored = 答卷 { $response } 已恢复计入。
cli-exclusion-none = 没有剔除过答卷，也没有待定的申请。
cli-exclusion-bad-note = --note 超过 { $max } 字或含有控制字符，请改短。
cli-exclusion-not-allowed = { $email } 无权剔除答卷，请指定角色为 quality 或 admin 的用户。
cli-exclusion-unknown = 没有编号为 { $response } 的答卷。编号可在 /api/v1/responses 中查到。
cli-exclusion-already = 答卷 { $response } 已剔除或已在申请中。可用 `manyi exclusion list` 查看。
cli-exclusion-out-of-order = 答卷 { $response } 目前不能这样处理。可用 `manyi exclusion list` 查看进展。
cli-exclusion-same-person = 申请剔除答卷 { $response } 的人不能自己同意，请用 --by 指定另一位用户。
cli-exclusion-published = { $period } 已公布，数字不再变动。确有理由时，请先重新开启该考核期。
cli-exclusion-response = 答卷
cli-exclusion-month = 月份
cli-exclusion-reason = 理由
cli-exclusion-state = 状态
cli-exclusion-by = 申请人
cli-exclusion-decided-by = 决定人

cli-backup-made = 已备份到 { $directory }：{ $rows } 行，{ $kib } KiB，数据截至 { $at }。
cli-backup-secret = 备份里没有密钥文件。请把 { $path } 另存他处：没有它，备份无法恢复。
cli-backup-occupied = { $path } 已经存在：请换一个新位置，或先把它移走。
cli-backup-tool = { $program } 没有成功：{ $cause }。它随 PostgreSQL 客户端程序安装，版本不能低于服务器。
cli-restore-checked = { $directory } 中的备份完好：{ $rows } 行，{ $kib } KiB，数据截至 { $at }。
cli-restore-done = 已从 { $directory } 恢复：{ $rows } 行，{ $kib } KiB，数据截至 { $at }。
cli-restore-seals = { $n ->
    [0] 其中没有封存的周期。
   *[other] 其中 { $n } 份封存与封存时完全一致。
}
cli-restore-unproved = 其中的内容要在恢复到空数据库时才能核对。
cli-restore-mail = 邮件已暂停：备份之后发过的邮件否则会再发一次。请先看 `manyi mail status`，再运行 `manyi mail resume`。
cli-restore-seal = 备份中的封存 { $what } 对不上：封存的内容在备份之前就被改动过。详情见 `manyi doctor`；更早的备份也许完好。
cli-restore-no-secret = 缺少 { $path }：请先把备份时使用的密钥文件放到这里，联系方式和匿名数据只有它能打开。
cli-restore-other-secret = 密钥文件不是备份时使用的那一个：请先换回原来的。
cli-restore-no-backup = { $path } 中没有本版本能读的备份：请指定 `manyi backup` 生成的目录。
cli-restore-other-kind = 这份备份来自 { $kind }：请让 MANYI_DATABASE_URL 指向同类数据库。
cli-restore-not-empty = 数据库不是空的：请新建一个，并写入 MANYI_DATABASE_URL。
cli-restore-damaged = 备份已损坏（{ $what }）：请换另一份。

# 命令写错时
cli-usage-help = { $what }用 `manyi --help` 或 `manyi 命令 --help` 查看用法。
cli-usage-value = { $argument } 的值“{ $value }”不能用。
cli-usage-allowed = 可以写：{ $allowed }。
cli-usage-no-value = { $argument } 后面缺少值。
cli-usage-unknown-argument = 没有“{ $argument }”这个参数。
cli-usage-unknown-command = 没有“{ $command }”这个命令。
cli-usage-nearest = 是不是“{ $nearest }”？
cli-usage-missing = 缺少参数 { $argument }。
cli-usage-twice = { $argument } 只能写一次。
cli-usage-conflict = { $argument } 不能和 { $other } 一起用。
cli-usage-no-command = 请写明要做什么。
cli-usage-unreadable = 命令读不懂。
cli-usage-period = 2026-09（月）、2026-Q3（季度）或 2026（年）
