# Settings that keep the program from starting
setting-unknown = { $name } in { $source } is no setting.{ $nearest } `manyi config print` lists them all.
setting-nearest = {" "}Did you mean { $nearest }?
setting-invalid = { $name } in { $source }: “{ $value }” won’t do. It should be { $expected }.
setting-missing = { $name } in { $source } is empty. It should be { $expected }.
setting-file = The settings file { $path } can’t be read: { $cause }
setting-not-plain = Settings file { $path }: { $key } must be a text, a number, or true or false.
setting-clock = MANYI_CLOCK is for tests only: set MANYI_ENV=test beside it, or leave it out.
setting-from-environment = the environment
setting-from-flag = the command line
setting-from-default = the defaults
setting-expects-database-url = sqlite:PATH or postgres://…
setting-expects-listen = an address and a port such as 127.0.0.1:8080
setting-expects-public-url = a web address such as https://survey.example.com
setting-expects-networks = addresses or networks such as 127.0.0.1, 10.0.0.0/8
setting-expects-email = an e-mail address such as feedback@example.com
setting-expects-domain = a domain such as example.com
setting-expects-bounce-domain = a domain such as bounce.example.com, or a mailbox such as bounces@example.com
setting-expects-long-secret = a secret of at least 16 characters
setting-expects-signing-key = a private key in PEM, which MANYI_DKIM_DOMAIN needs (MANYI_DKIM_KEY_FILE names its file)
setting-expects-selector = a word such as manyi or manyi-2026
setting-expects-time-zone = a time zone such as Asia/Shanghai
setting-expects-locale = zh-CN or en
setting-expects-minutes = a whole number of minutes, 0 or more
setting-expects-days = a whole number of days, 0 or more
setting-expects-reminder-days = a whole number of days, 1 to 30
setting-expects-reminders = 0, 1 or 2
setting-expects-months = a whole number of months, 1 or more
setting-expects-time-of-day = a time of day such as 10:00
setting-expects-quiet-hours = two times such as 20:00-09:00, or off
setting-expects-true-or-false = true or false
setting-expects-domain-rates = domains with mails a minute, such as qq.com=20,163.com=20
setting-expects-instant = a time with its offset such as 2026-10-08T09:00:00+08:00
setting-secret-damaged = The secret file { $path } is damaged: it must hold “manyi-secret-1” and 64 hex digits. Restore it from its backup.
setting-mail-scheme = MANYI_SMTP_URL: “{ $scheme }” is not known. Use smtp://HOST:PORT, smtps://HOST:PORT or file:DIR.
setting-mail-host = MANYI_SMTP_URL names no valid host: smtp://[USER:PASSWORD@]HOST:PORT.
setting-mail-port = MANYI_SMTP_URL: the port is a number from 1 to 65535.
setting-mail-credentials = MANYI_SMTP_URL needs USER:PASSWORD before the @, with %xx for special characters.
setting-mail-tls = MANYI_SMTP_URL: tls={ $value } won’t do. Use none, opportunistic or required.
setting-mail-connections = MANYI_SMTP_URL: connections={ $value } won’t do. Use a number from 1 to 64.
setting-mail-timeout = MANYI_SMTP_URL: timeout={ $value } won’t do. Use seconds from 1 to 30.
setting-mail-parameter = MANYI_SMTP_URL has an unknown parameter: there are tls, connections and timeout.
setting-mail-directory = MANYI_SMTP_URL: file: needs a directory, file:DIR.
setting-mail-tls-set-up = TLS for mail can’t be set up: { $cause }
setting-dkim-pem = MANYI_DKIM_KEY is no private key in PEM: it must begin with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----, as `openssl genpkey -algorithm ed25519` or `openssl genrsa 2048` write it.
setting-dkim-kind = MANYI_DKIM_KEY is neither RSA of 2048 to 4096 bits nor Ed25519, or it is damaged.
setting-listen = Can’t listen on { $address }: { $cause }. Choose another with --listen or MANYI_LISTEN.
setting-address-in-use = the port is taken
setting-address-not-ours = this machine does not have that address
