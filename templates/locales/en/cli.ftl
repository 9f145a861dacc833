# What goes wrong: one line each
cli-error-file = { $path }: { $cause }
cli-error-connect = MANYI_DATABASE_URL: the database cannot be opened: { $place }: { $cause }
cli-error-database = { $cause }
cli-error-busy = The database is busy. Try again in a moment.
cli-error-settings = { $cause }
cli-error-unknown-department = There is no department with the code “{ $code }”. `manyi import departments FILE` adds departments.
cli-error-unknown-department-nearest = There is no department with the code “{ $code }”. Did you mean “{ $nearest }”?
cli-error-department-of-organisation = --level organisation is about the whole organisation: leave out --department, or use --level department.
cli-error-gap-of-one-channel = channel_gap compares the channels with each other: leave out --channel.
cli-error-backwards = { $to } lies before { $from }: swap --from and --to.
cli-error-too-many-periods = That would be { $count } periods; a chart has room for { $max }. Choose a shorter span or a longer --grain.
cli-io-not-found = no such file or directory
cli-io-not-allowed = you are not allowed to open it
cli-io-directory = this is a directory, not a file
cli-io-full = the disk is full
cli-io-not-utf8 = this is not text in UTF-8

cli-migrate-nothing = The database is up to date.
cli-migrate-applied = Applied: { $name }

cli-healthcheck-alive = { $address } is alive.
cli-healthcheck-ill = { $address } answered “{ $answer }” instead of 200. Look at the server’s log.
cli-healthcheck-silent = No answer from { $address }: { $cause }. Is the server running, and is MANYI_LISTEN the same for both?

cli-setup-done = The set-up is done: there are users already. `manyi user add` adds another, `manyi user reset EMAIL` lets one in again.
cli-setup-link = Open this link within 30 minutes to set up the first administrator; it works once:

cli-user-bad-address = “{ $email }” is not an e-mail address. Write it as name@domain.
cli-user-bad-name = --name is empty, too long or holds control characters. Give a name of up to 100 characters.
cli-user-head-needs-department = A head needs a department: add --department CODE.
cli-user-client-needs-client = A client viewer needs a client organisation: add --client CODE.
cli-user-department-is-for-heads = --department is for --role head only.
cli-user-client-is-for-clients = --client is for --role client only.
cli-user-unknown-client = There is no client organisation with the code “{ $code }”. The first service record that names it (client_code) adds it.
cli-user-taken = There is a user { $email } already. `manyi user reset { $email }` prints a new link.
cli-user-unknown = There is no user { $email }. `manyi user add` adds one.
cli-user-added = { $email } is added. This link to set a password works once, within 30 minutes:
cli-user-reset = This link lets { $email } set a new password; it works once, within 30 minutes:

cli-token-bad-name = The name is empty, too long or holds control characters. Give the name of the system that will use the token.
cli-token-taken = There is a token “{ $name }” already. Choose another name.
cli-token-created = Token “{ $name }”. Keep it now, it is not shown again:

cli-mail-paused = Mail is paused. What is due waits until `manyi mail resume`.
cli-mail-paused-before = Mail was paused already.
cli-mail-resumed = Mail goes out again.
cli-mail-not-paused = Mail was not paused.
cli-mail-is-paused = Mail is paused; `manyi mail resume` goes on.
cli-mail-is-nowhere = MANYI_SMTP_URL is not set: no mail is sent, invitations wait.
cli-mail-is-on = Mail is sent as it becomes due.
cli-mail-oldest = The oldest overdue mail was due at { $time }.
cli-survey-is-paused = No answers are taken; links say so and stay valid. `manyi survey resume` goes on.
cli-survey-is-open = Answers are taken.

cli-score-open = open, figures may still change
cli-score-evaluating = being evaluated
cli-score-published = published
cli-score-sealed = sealed
cli-score-none = There is nothing to score yet. `manyi import departments FILE` is the beginning.
cli-score-nobody = Nobody has a figure in this period.
cli-score-who = Department
cli-score-organisation = Whole organisation
cli-score-metric = Metric
cli-score-n = n
cli-score-value = Value
cli-score-interval = 95 % interval
cli-score-target = Target
cli-score-too-few = n<5

cli-chart-written = { $file }: { $shown } of { $count } periods have a figure.
cli-chart-failed = The chart could not be drawn: { $cause }

cli-import-line = Line
cli-import-column = Column
cli-import-value = Value
cli-import-reason = What is wrong
cli-import-repair = What to do
cli-import-more = … and { $more } more; --json lists them all.
cli-import-warning = Note: { $rows } rows: { $reason } (the first on line { $line }).
cli-import-ignored = Columns not used: { $columns }
cli-import-made = Made on the way: { $departments } departments, { $employees } employees.
cli-import-done = Imported: { $created } new, { $changed } changed, { $unchanged } unchanged, { $refused } refused.
cli-import-would = Nothing was stored (--dry-run). It would be: { $created } new, { $changed } changed, { $unchanged } unchanged, { $refused } refused.
cli-import-refused = { $file }: { $refused } of { $total } rows are refused, so nothing was imported. Correct them, or import the others with --partial.
cli-import-all-refused = { $file }: all { $total } rows are refused, so nothing was imported.
cli-import-unknown-question = { $file }: no questionnaire has a question “{ $code }”. Did you mean “answer.{ $nearest }”? There are: { $known }.

cli-doctor-database = The database answers, and its schema is up to date.
cli-doctor-no-database = MANYI_DATABASE_URL ({ $url }): there is no database. `manyi migrate` makes it; if there should be one, correct the path.
cli-doctor-not-migrated = The database’s schema is older than this program: run `manyi migrate`.
cli-doctor-tallies = All { $tallies } tallies equal the recount of { $responses } responses, { $records } service records and { $complaints } complaints.
cli-doctor-tallies-wrong = { $wrong } figures differ from the recount of { $responses } responses, { $records } service records and { $complaints } complaints:
cli-doctor-difference = { $what }: stored { $stored }, recounted { $recounted }
cli-doctor-more = … and { $more } more; --json lists them all.
cli-doctor-invitations = { $records } service records, { $invitations } invitations, { $mails } mails: they fit together.
cli-doctor-invitations-wrong = { $records } service records have { $invitations } invitations; { $without } wait for a mail that is not in the outbox, { $unsent } are said to be sent though no server took them.
cli-doctor-nothing-due = No mail is overdue.
cli-doctor-due = Mail has been due for { $minutes } minutes: is a worker running?
cli-doctor-due-paused = Mail has been due for { $minutes } minutes and is paused; `manyi mail resume` goes on.
cli-doctor-audit = The audit log is whole: each entry follows from the one before ({ $entries } in all).
cli-doctor-audit-broken = The audit log is broken at entry { $entry }: it was changed, or one is missing. Compare it with a backup.
cli-doctor-clock = The clock shows { $now } UTC.
cli-doctor-clock-behind = The clock shows { $now } UTC, but the audit log ends at { $last }: set the machine’s clock right.
cli-doctor-clock-ahead = The machine’s clock is { $seconds } s ahead of the database server’s: set it right. Until then no mail is sent from here, as another instance’s mails would be sent twice.
cli-doctor-clock-late = The machine’s clock is { $seconds } s behind the database server’s: set it right. Until then no mail is sent from here, as another instance would send the same mails again.
cli-doctor-secret = The secret file { $path } can be read.
cli-doctor-no-secret = The secret file { $path } is missing: contact data cannot be read and links do not work. Restore it from its backup, or set MANYI_SECRET_FILE.
cli-doctor-mail-nowhere = MANYI_SMTP_URL is not set: no mail is sent, invitations wait.
cli-doctor-mail-memory = Mails are kept in memory: they reach nobody.
cli-doctor-mail-folder = Mails are written into { $folder }: they reach nobody.
cli-doctor-mail-plain = The mail server { $server } answers, unencrypted; mails come from { $from }.
cli-doctor-mail-encrypted = The mail server { $server } answers, encrypted; mails come from { $from }.
cli-doctor-mail-signed-in = The mail server { $server } answers, encrypted, and knows us; mails come from { $from }.
cli-doctor-mail-fails = MANYI_SMTP_URL: the mail server cannot be used: { $cause }
cli-doctor-bounces = Mails that came back: { $n }; with a forged return path, which changes nothing: { $forged }.
cli-doctor-no-return-path = Bounces are to be read, but MANYI_BOUNCE_DOMAIN is not set: mails have no return path of their own, so none can be told from a forged one.
cli-doctor-dkim = Mails are signed (DKIM); the key belongs at { $name }.
cli-doctor-dkim-none = Mails are not signed here: MANYI_DKIM_KEY is not set. Unless the mail server signs them, over List-Unsubscribe too, large providers will not trust them.
cli-doctor-aligned = Domains align for DMARC: sender { $from }, return path { $path }, signature { $dkim }.
cli-doctor-astray = Mails come from { $from }, but { $list } is neither the same domain nor below it: DMARC will not count it. Correct MANYI_DKIM_DOMAIN, MANYI_BOUNCE_DOMAIN or MANYI_MAIL_FROM.
cli-doctor-dns-publish = To be published in DNS; name in the SPF record every address that mail leaves from, and check with --dns-txt FILE:
cli-doctor-dns-nothing = { $file }: neither a DKIM key nor an SPF or DMARC record. Put in what `dig +short TXT NAME` prints.
cli-doctor-dns-dkim = DNS has the public key that belongs to ours.
cli-doctor-dns-dkim-none = The DKIM record has no key (p=).
cli-doctor-dns-dkim-revoked = The DKIM record says that the key was revoked: its p= is empty.
cli-doctor-dns-dkim-other = The DKIM record has another key than ours: every signature would fail. Publish the one above.
cli-doctor-dns-dkim-testing = The DKIM record says t=y, “only testing”: take that out.
cli-doctor-dns-spf = There is an SPF record, and it does not let everybody send.
cli-doctor-dns-spf-open = The SPF record lets everybody send, or does not end: let it end with ~all or -all.
cli-doctor-dns-dmarc = The DMARC record is in order, and our domains satisfy it.
cli-doctor-dns-dmarc-strict = The DMARC record wants the very same domain (aspf=s or adkim=s), and ours differ: make it r, or use one domain.
cli-doctor-dns-dmarc-bad = The DMARC record has no policy: it needs p=none, p=quarantine or p=reject.
cli-doctor-wrong = { $n ->
    [one] 1 thing is wrong; it is marked ✗ above.
   *[other] { $n } things are wrong; they are marked ✗ above.
}

cli-sample-drawn = { $period }: { $drawn } of { $frame } service records drawn (fraction { $fraction }, seed { $seed }).
cli-sample-frame = Frame: SHA-256 { $hash }
cli-sample-running = Note: { $period } is not over. Services completed from now on are not in the frame.
cli-sample-no-quarter = --period { $period }: a follow-up sample is drawn of a quarter. Write it as 2026-Q3.
cli-sample-no-records = { $period }: no service record was completed in this quarter, so there is nothing to draw from.
cli-sample-already-drawn = { $period } was drawn before. To draw again give the reason: --redraw --reason "…"; the first draw stays on record.
cli-sample-reason = --redraw needs a reason: --reason "…" (up to { $max } characters)
cli-sample-reason-alone = --reason goes with --redraw
cli-sample-told = { $period }: its results have been announced, so nothing can be drawn any more.
cli-sample-loses = { $period }: { $count } customers who have answered are not in the new draw. Keep the seed and raise the fraction: then the list only grows.
cli-period-evaluated = { $period } is being evaluated. Its result is to be told by the end of { $due }
cli-period-published = { $period } is published. Objections may come until the end of { $due }; answers that come from now on count in the next open period
cli-period-sealed = { $period } is sealed as revision { $revision }: { $hash }
cli-period-reopened = { $period } is open again for evaluation; its next seal makes revision { $revision }
cli-period-not-allowed = { $email } may not move periods: that takes the role admin, quality or hr
cli-doctor-seals = { $seals } seals: the chain holds, and the figures follow from what was sealed
cli-doctor-seals-broken = Sealed periods are not as they were sealed: { $list }. Restore them from a backup
cli-doctor-suspects = Forms put aside as sent by robots: { $n }. They count in no figure.
cli-seal-chain = changed after sealing, or the seal before it is missing
cli-seal-content = cannot be read
cli-seal-results = its figures do not follow from its inputs
cli-seal-figures = the figures shown are not those sealed
cli-seal-period = its state is not what its seals say
cli-export-not-sealed = { $period } is not sealed. Seal it first, or add --provisional: every row is then marked as provisional
cli-export-written = { $file }: { $rows } rows
cli-exclusion-requested = It is asked for that response { $response } is left out. It counts until another person agrees: `manyi exclusion approve { $response } --by EMAIL`.
cli-exclusion-approved = Response { $response } is left out of every figure. `manyi exclusion restore { $response }` lets it count again.
cli-exclusion-refused = Response { $response } goes on counting.
cli-exclusion-restored = Response { $response } counts again.
cli-exclusion-none = No response is or was to be left out.
cli-exclusion-bad-note = --note is longer than { $max } characters or holds control characters. Shorten it.
cli-exclusion-not-allowed = { $email } may not leave responses out. Name a user with the role quality or admin.
cli-exclusion-unknown = There is no response { $response }. The ids are in /api/v1/responses.
cli-exclusion-already = Response { $response } is left out or asked for already. `manyi exclusion list` shows how it stands.
cli-exclusion-out-of-order = Nothing is to be decided about response { $response } in this way. `manyi exclusion list` shows how it stands.
cli-exclusion-same-person = Whoever asked for response { $response } to be left out may not agree as well. Name another user with --by.
cli-exclusion-published = { $period } is published and its figures do not change any more. Reopen the period first, if there is a reason to.
cli-exclusion-response = Response
cli-exclusion-month = Month
cli-exclusion-reason = Reason
cli-exclusion-state = State
cli-exclusion-by = Asked by
cli-exclusion-decided-by = Decided by

cli-backup-made = Backup made in { $directory }: { $rows } rows, { $kib } KiB, as of { $at }.
cli-backup-secret = The secret file is not in it. Keep a copy of { $path } in another place: without it the backup can't be restored.
cli-backup-occupied = { $path } is there already: name a new place, or move it away first.
cli-backup-tool = { $program } did not do it: { $cause }. It comes with PostgreSQL's client programs and must not be older than the server.
cli-restore-checked = The backup in { $directory } is whole: { $rows } rows, { $kib } KiB, as of { $at }.
cli-restore-done = Restored from { $directory }: { $rows } rows, { $kib } KiB, as of { $at }.
cli-restore-seals = { $n ->
    [0] No period is sealed in it.
    [one] The sealed period in it still says what it said.
   *[other] The { $n } seals in it still say what they said.
}
cli-restore-unproved = What is in it is checked when it is restored into an empty database.
cli-restore-mail = Mail is paused, as what was sent since the backup would go out again. Look at `manyi mail status`, then `manyi mail resume`.
cli-restore-seal = The seal { $what } in the backup does not hold: what was sealed was changed before the backup was made. `manyi doctor` tells more; an older backup may be whole.
cli-restore-no-secret = { $path } is missing: first put the secret file there that was in use when the backup was made. Contacts and anonymous answers open with no other.
cli-restore-other-secret = The secret file is not the one that was in use when the backup was made: put that one in its place first.
cli-restore-no-backup = { $path } holds no backup that this version can read: name the directory that `manyi backup` made.
cli-restore-other-kind = This backup is of { $kind }: let MANYI_DATABASE_URL name a database of that kind.
cli-restore-not-empty = The database is not empty: create a new one and name it in MANYI_DATABASE_URL.
cli-restore-damaged = The backup is damaged ({ $what }): take another one.

# Wrong use
cli-usage-help = { $what } `manyi --help` and `manyi COMMAND --help` show how it is used.
cli-usage-value = { $argument } can’t be “{ $value }”.
cli-usage-allowed = {" "}It takes: { $allowed }.
cli-usage-no-value = { $argument } needs a value.
cli-usage-unknown-argument = There is no argument “{ $argument }”.
cli-usage-unknown-command = There is no command “{ $command }”.
cli-usage-nearest = {" "}Did you mean “{ $nearest }”?
cli-usage-missing = Missing: { $argument }.
cli-usage-twice = { $argument } may be given only once.
cli-usage-conflict = { $argument } does not go together with { $other }.
cli-usage-no-command = Say what to do.
cli-usage-unreadable = The command can’t be read.
cli-usage-period = 2026-09 (month), 2026-Q3 (quarter) or 2026 (year)
