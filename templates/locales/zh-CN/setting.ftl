# 启动时的设置错误
setting-unknown = { $source }中没有名为 { $name } 的设置。{ $nearest }全部设置可用 `manyi config print` 查看。
setting-nearest = 是不是 { $nearest }？
setting-invalid = { $source }中的 { $name }：“{ $value }”不行，应为{ $expected }。
setting-missing = { $source }中的 { $name } 是空的，应为{ $expected }。
setting-file = 设置文件 { $path } 读不了：{ $cause }
setting-not-plain = 设置文件 { $path }：{ $key } 应为文字、数字或 true / false。
setting-clock = MANYI_CLOCK 只供测试：请同时设置 MANYI_ENV=test，或去掉 MANYI_CLOCK。
setting-from-environment = 环境变量
setting-from-flag = 命令行
setting-from-default = 默认设置
setting-expects-database-url = sqlite:路径 或 postgres://…
setting-expects-listen = 地址加端口，例如 127.0.0.1:8080
setting-expects-public-url = 网址，例如 https://survey.example.com
setting-expects-networks = IP 地址或网段，例如 127.0.0.1, 10.0.0.0/8
setting-expects-email = 邮箱地址，例如 feedback@example.com
setting-expects-domain = 域名，例如 example.com
setting-expects-bounce-domain = 域名（例如 bounce.example.com）或邮箱（例如 bounces@example.com）
setting-expects-long-secret = 至少 16 个字符的密钥
setting-expects-signing-key = PEM 格式的私钥（设置了 MANYI_DKIM_DOMAIN 就必须有，可用 MANYI_DKIM_KEY_FILE 指定文件）
setting-expects-selector = 英文单词，例如 manyi 或 manyi-2026
setting-expects-time-zone = 时区，例如 Asia/Shanghai
setting-expects-locale = zh-CN 或 en
setting-expects-minutes = 分钟数（0 或更大的整数）
setting-expects-days = 天数（0 或更大的整数）
setting-expects-reminder-days = 天数（1 到 30）
setting-expects-reminders = 0、1 或 2
setting-expects-months = 月数（1 或更大的整数）
setting-expects-time-of-day = 时刻，例如 10:00
setting-expects-quiet-hours = 起止时刻，例如 20:00-09:00，或 off
setting-expects-true-or-false = true 或 false
setting-expects-domain-rates = “域名=每分钟封数”，例如 qq.com=20,163.com=20
setting-expects-instant = 带时区的时刻，例如 2026-10-08T09:00:00+08:00
setting-secret-damaged = 密钥文件 { $path } 已损坏：里面应有“manyi-secret-1”和 64 位十六进制数。请用备份恢复它。
setting-mail-scheme = MANYI_SMTP_URL：不认识“{ $scheme }”，请用 smtp://主机:端口、smtps://主机:端口 或 file:目录。
setting-mail-host = MANYI_SMTP_URL：主机名不对，写法是 smtp://[用户:密码@]主机:端口。
setting-mail-port = MANYI_SMTP_URL：端口应为 1 到 65535。
setting-mail-credentials = MANYI_SMTP_URL：@ 前面应为“用户:密码”，特殊字符写成 %xx。
setting-mail-tls = MANYI_SMTP_URL：tls={ $value } 不行，可以是 none、opportunistic 或 required。
setting-mail-connections = MANYI_SMTP_URL：connections={ $value } 不行，应为 1 到 64。
setting-mail-timeout = MANYI_SMTP_URL：timeout={ $value } 不行，应为 1 到 30 秒。
setting-mail-parameter = MANYI_SMTP_URL：有不认识的参数，只能用 tls、connections 和 timeout。
setting-mail-directory = MANYI_SMTP_URL：file: 后面要写目录，即 file:目录。
setting-mail-tls-set-up = 发邮件用的 TLS 启动不了：{ $cause }
setting-dkim-pem = MANYI_DKIM_KEY：不是 PEM 格式的私钥。开头应为 -----BEGIN PRIVATE KEY----- 或 -----BEGIN RSA PRIVATE KEY-----，可用 `openssl genpkey -algorithm ed25519` 或 `openssl genrsa 2048` 生成。
setting-dkim-kind = MANYI_DKIM_KEY：私钥既不是 2048 至 4096 位的 RSA，也不是 Ed25519，或者已损坏。
setting-listen = 无法监听 { $address }：{ $cause }。请用 --listen 或 MANYI_LISTEN 换一个。
setting-address-in-use = 端口已被占用
setting-address-not-ours = 这不是本机的地址
