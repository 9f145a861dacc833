# Pages for staff

# The frame
staff-skip = Skip to content
staff-demo = Demo
staff-demo-hint = Departments, people and figures here are made up.
staff-other-language = 中文
staff-sign-out = Sign out
staff-nav = Main
staff-nav-overview = Overview
staff-nav-department = My department
staff-nav-appraisals = Appraisal data
staff-nav-commitments = Commitments
staff-nav-mail = Demo mail
staff-role-admin = Administrator
staff-role-quality = Service quality
staff-role-head = Head of department
staff-role-hr = HR
staff-role-auditor = Auditor
staff-role-client = Client
staff-freshness = Data as of { $time }
staff-freshness-open = Data as of { $time } · { $period }: { $state } · not sealed
staff-freshness-sealed = Data as of { $time } · { $period }: { $state }

# Numbers and dates
staff-percent = { $number } %
staff-unit-points = { $number }
staff-unit-gap = { $number } points
staff-unit-per-hundred = { $number } per 100
staff-range = { $low } to { $high }
staff-date = { $day } { $month } { $year }
staff-date-time = { $date }, { $time }
staff-period-month = { $month } { $year }
staff-period-month-short = { $month }
staff-period-quarter = Q{ $number } { $year }
staff-period-quarter-short = Q{ $number }
staff-period-year = { $year }
staff-month-1 = January
staff-month-2 = February
staff-month-3 = March
staff-month-4 = April
staff-month-5 = May
staff-month-6 = June
staff-month-7 = July
staff-month-8 = August
staff-month-9 = September
staff-month-10 = October
staff-month-11 = November
staff-month-12 = December
staff-state-open = open
staff-state-evaluating = being evaluated
staff-state-published = published
staff-state-sealed = sealed, revision { $revision }

# Metrics, verdicts, evidence
staff-metric-satisfaction-rate = Satisfaction rate
staff-metric-points = Satisfaction score
staff-metric-response-rate = Response rate
staff-metric-channel-gap = Online–offline gap
staff-metric-resolution-rate = Resolution rate
staff-metric-complaint-rate = Complaint rate
staff-metric-response-time = Answered in time
staff-metric-of-channel = { $metric }, { $channel }
staff-base-invited = answers to invitations
staff-base-sample = quarterly follow-up sample
staff-base-walk-up = walk-up answers
staff-base-complaint = complaint follow-ups
staff-verdict = Verdict
staff-verdict-met = Met
staff-verdict-minor = Minor breach
staff-verdict-major = Major breach
staff-evidence = Evidence
staff-evidence-clear = Clear
staff-evidence-open = Not distinguishable
staff-evidence-few = Too few
staff-suppressed = Too few answers
staff-hidden = Withheld
staff-no-answers = No answers
staff-interval = 95 % interval { $interval }
staff-target = Commitment { $target }
staff-target-clause = Commitment { $target } ({ $clause })
staff-no-commitment = No commitment applies
staff-base = Based on { $base }
staff-change-none = { $difference }, no significant change
staff-change-up = { $difference }, significantly up
staff-change-down = { $difference }, significantly down
staff-change-interval = 95 % interval { $low } to { $high }

# The first sentence
staff-says-online = online customers
staff-says-offline = offline customers
staff-says-all = all customers
staff-says-value = In { $period }, { $value } of { $channel } were satisfied (n={ $n }, 95 % interval { $interval })
staff-says-value-only = In { $period }, { $value } of { $channel } were satisfied (n={ $n })
staff-says-met = . This meets the { $target } commitment
staff-says-minor = . This misses the { $target } commitment (minor breach)
staff-says-major = . This misses the { $target } commitment (major breach)
staff-says-clear = , and there are enough answers to be sure.
staff-says-not-distinguishable = , but with this many answers it could be chance.
staff-says-too-few = , but with fewer than { $min } answers it is too early to conclude anything.
staff-says-end = .
staff-says-no-commitment = . No commitment applies.
staff-says-nobody = No answers from { $channel } in { $period } yet.
staff-says-few = Answers from { $channel } in { $period }: { $n }. No rate is shown for fewer than { $min }.
staff-says-hidden = Answers from { $channel } in { $period }: { $n }. The rate is withheld so that the result of another small group can’t be worked out.
staff-says-change-none = {" "}No significant change from { $period } ({ $difference }, 95 % interval { $low } to { $high }).
staff-says-change-up = {" "}That is { $size } points above { $period } (95 % interval { $low } to { $high }), a significant change.
staff-says-change-down = {" "}That is { $size } points below { $period } (95 % interval { $low } to { $high }), a significant change.

# Choosing period and channel
staff-period = Period
staff-period-show = Show
staff-period-previous = Previous: { $period }
staff-period-next = Next: { $period }
staff-channel = Channel

# Overview
staff-overview-title = Company overview
staff-overview-departments = Departments
staff-overview-responses = Answers
staff-overview-response-rate = Response rate
staff-overview-judged = { $n } figures against commitments
staff-overview-no-verdict = No verdict
staff-overview-table = Departments against commitments, by name
staff-overview-department = Department
staff-overview-online = Online rate
staff-overview-offline = Offline rate
staff-overview-points = Score
staff-overview-trend = 12 months
staff-overview-response = Response rate
staff-overview-empty = There are no departments yet. Import departments and service records first.
staff-overview-note = Departments are listed by name and never ranked: with few answers a figure swings widely, and most small differences are chance. Figures with fewer than 5 answers are not shown.
staff-verdict-note = The verdict says whether the figure meets the clause; the evidence says whether there are enough answers to support that verdict.

# Department
staff-department-back = Back to overview
staff-department-csv = Export CSV
staff-department-scores = Against commitments
staff-department-score = Figure
staff-department-response = Response rate
staff-department-response-ratio = { $invited } invited, { $responded } answered
staff-department-nobody-invited = Nobody was invited in this period.
staff-department-trend = Trend
staff-department-no-trend = There are no figures to draw yet.
staff-chart-table = Data of this chart
staff-chart-caption = { $metric }, period by period
staff-chart-period = Period
staff-chart-value = Value
staff-chart-interval = 95 % interval
staff-chart-target = Commitment
staff-chart-csv = Download this chart’s CSV
staff-questions = By question
staff-questions-caption = Share of answers “satisfied” or better
staff-question = Question
staff-question-value = Satisfied
staff-question-change = Change
staff-question-none = No answers in this period.
staff-comments = Comments
staff-comments-few = Comments are not shown for fewer than { $min } answers, so that nobody can tell who wrote them.
staff-comments-none = Nobody left a comment in this period.
staff-employees = Employees
staff-employees-caption = Employees’ satisfaction rates and scores, by name
staff-employee = Name
staff-employees-note = A small difference proves nothing: two people whose intervals overlap can’t be told apart. These are figures, not verdicts, and there is no ranking.
staff-employees-none = No answers are attributed to a person in this period.

# Appraisal data
staff-appraisals-title = Appraisal data
staff-appraisals-note = Only sealed periods are final. In all other files every row is marked provisional and must not be used for appraisals.
staff-appraisals-periods = Periods
staff-appraisals-caption = Periods that can be exported, latest first
staff-appraisals-state = State
staff-appraisals-revision = Revision
staff-appraisals-sealed = Sealed
staff-appraisals-sealed-by = { $time } by { $by }
staff-appraisals-file = File
staff-appraisals-final = Download CSV
staff-appraisals-provisional = Download CSV (provisional)
staff-appraisals-of = { $period }:
staff-appraisals-none = There are no periods yet.
staff-downloads = Record of downloads
staff-downloads-caption = Who took what and when, latest first
staff-download-at = Time
staff-download-by = Downloaded by
staff-download-format = Format
staff-download-rows = Rows
staff-download-revision-none = provisional
staff-downloads-none = Nobody has downloaded anything yet.

# Sign-in and passwords
staff-sign-in-title = Sign in
staff-sign-in-lead = See how customers rate your department’s service, and how it stands against its commitments.
staff-sign-in-submit = Sign in
staff-sign-in-failed = E-mail or password is wrong. Please try again.
staff-sign-in-hint = First time here, or forgot your password? Ask your administrator for a one-time link.
staff-email = E-mail
staff-password = Password
staff-password-again = Password again
staff-password-hint = At least { $min } characters, better { $advised } or more. A few unrelated words work well; pasting from a password manager is fine.
staff-password-too-short = The password needs at least { $min } characters
staff-password-too-long = The password is too long
staff-password-guessable = This password is too easy to guess; choose another
staff-password-different = The two passwords differ
staff-password-title = Set your password
staff-password-lead = Hello { $name }. Once your password is set, sign in with it and your e-mail address.
staff-password-submit = Save password
staff-errors-title = There is a problem
staff-error-prefix = Error:
staff-setup-title = Get started
staff-setup-lead = Fill in this page and you are the first administrator.
staff-setup-organisation = Name of your organisation
staff-setup-organisation-hint = Customers see it on the survey page and in mails.
staff-setup-organisation-missing = Enter the name of your organisation
staff-setup-name = Your name
staff-setup-name-missing = Enter your name
staff-setup-email-invalid = Enter an e-mail address like name@example.com
staff-setup-submit = Finish set-up

# Demo mail
staff-mail-title = Demo mail
staff-mail-lead = The demo sends no mail; it is all kept here. Open one and click an answer in it to walk the customer’s whole way.
staff-mail-caption = Captured mails, latest first
staff-mail-count = { $n } in all, the latest { $shown } shown.
staff-mail-at = Time
staff-mail-to = To
staff-mail-from = From
staff-mail-subject = Subject
staff-mail-none = No mail yet. Import a service record and come back in a moment.
staff-mail-back = Back to the list
staff-mail-html = HTML
staff-mail-html-frame = HTML part of the mail
staff-mail-text = Plain text
staff-mail-headers = Headers
staff-mail-header-name = Name
staff-mail-header-value = Value
staff-mail-raw = Source
staff-mail-no-part = This mail has no such part.
