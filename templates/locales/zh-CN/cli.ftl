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
cli-mail-state-queued = 等候发送
cli-mail-state-claimed = 正在发送
cli-mail-state-retry = 等候重试
cli-mail-state-accepted = 邮件服务器已接收
cli-mail-state-suppressed = 不发：地址在不再发送名单上
cli-mail-state-expired = 不发：已无必要
cli-mail-state-failed = 无法投递

cli-score-open = 进行中，数字还会变
cli-score-evaluating = 评定中
cli-score-published = 已公布
cli-score-sealed = 已封存
cli-score-none = 还没有可以计分的内容。请先用 `manyi import departments 文件` 导入部门。
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
cli-doctor-tallies = { $tallies } 项计数与 { $responses } 份答卷、{ $records } 条服务记录重算的结果一致。
cli-doctor-tallies-wrong = 按 { $responses } 份答卷、{ $records } 条服务记录重算，有 { $wrong } 个数不符：
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
cli-doctor-secret = 密钥文件 { $path } 可用。
cli-doctor-no-secret = 缺少密钥文件 { $path }：联系方式无法解密，链接全部失效。请从备份恢复，或设置 MANYI_SECRET_FILE。
cli-doctor-mail-nowhere = 没有设置 MANYI_SMTP_URL：不发邮件，邀请都在等候。
cli-doctor-mail-memory = 邮件只存在内存里，不会送达任何人。
cli-doctor-mail-folder = 邮件写入 { $folder }，不会送达任何人。
cli-doctor-mail-plain = 邮件服务器 { $server } 可用，连接未加密；发件人 { $from }。
cli-doctor-mail-encrypted = 邮件服务器 { $server } 可用，连接已加密；发件人 { $from }。
cli-doctor-mail-signed-in = 邮件服务器 { $server } 可用，连接已加密，登录成功；发件人 { $from }。
cli-doctor-mail-fails = MANYI_SMTP_URL：邮件服务器不可用：{ $cause }
cli-doctor-wrong = 有 { $n } 项不正常，见上面标 ✗ 的各项。
