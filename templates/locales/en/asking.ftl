# Who is asked, and what became of each service

asking-title = Who is asked
asking-lead = Customers are asked after every service, unless a rule leaves it out. Staff can’t choose whom to ask.

asking-ledger = What became of each service, { $period }
asking-ledger-none = No service was completed in this period.
asking-ledger-caption = Services by the month of their completion, each counted once
asking-ledger-note = Asked, waiting and not asked add up to all services. The percentage is of the services that the rules do not leave out: a low one means that the scores rest on a part of the customers only. A department’s row is without the departments that are part of it.
asking-organisation = Whole organisation
asking-department = Department
asking-services = Services
asking-coverage = Asked
asking-outcomes = Of those asked
asking-waiting = Waiting
asking-reasons = Not asked
asking-state-count = { $state } { $n }
asking-state-scheduled = waiting
asking-state-queued = waiting
asking-state-sent = no answer yet
asking-state-answered = answered
asking-state-declined = declined
asking-state-expired = link expired
asking-state-bounced = address does not exist
asking-state-throttled = asked a short while ago
asking-state-suppressed = wants no mail
asking-state-complaint-open = complaint still open
asking-state-not-sampled = not drawn
asking-state-ineligible = left out by the rules
asking-state-no-address = no address
asking-state-not-sent = not sent in time
asking-state-handed-in = answer handed in
asking-state-too-old = reported too late
asking-state-failed = could not be delivered

asking-rules = Services left out
asking-rules-none = No rule leaves out any service.
asking-always = Never asked, whatever the rules: services that the source system closed by itself, and customers who are colleagues.
asking-left-out = Services
asking-reason = Reason
asking-change = Change
asking-remove = Remove
asking-remove-rule = Remove the rule: { $rule }
asking-kind-with = service type with “{ $text }”
asking-outcome-resolved = solved
asking-outcome-unresolved = not solved
asking-outcome-unknown = not known whether solved

asking-add-heading = Leave out more
asking-add-hint = A service is left out if it fits everything chosen here. The rule applies to services reported from now on.
asking-any = Any
asking-touchpoint = Touchpoint
asking-kind = Service type
asking-kind-hint = A part of it is enough, such as “test”.
asking-outcome = Outcome
asking-reason-hint = Everyone who reads this page sees it.
asking-add = Add the rule
asking-errors = The rules were not changed
asking-overtaken = Somebody else has changed the rules in the meantime. Look at them below, then try again.
asking-error-everything = Choose at least one of department, touchpoint, service type and outcome: otherwise no customer would be asked
asking-error-department = Department: choose one from the list
asking-error-repeated = There is already a rule for these services
asking-error-too-many = There are { $max } rules already: remove one first
asking-error-kind = Service type: write up to { $max } characters on one line
asking-error-reason = Reason: say why these customers are not asked, in up to { $max } characters

asking-timing = Time
asking-timing-delay = { $n ->
    [0] The mail goes out as soon as the service is reported.
    [one] The mail goes out one minute after the service.
   *[other] The mail goes out { $n } minutes after the service.
}
asking-timing-quiet = No mail between { $from } and { $to }.
asking-timing-cooldown = { $n ->
    [one] One day between two invitations to one address or one person.
   *[other] { $n } days between two invitations to one address or one person.
}
asking-timing-age = { $n ->
    [one] Services reported more than one day late are not asked about.
   *[other] Services reported more than { $n } days late are not asked about.
}
asking-timing-expiry = { $n ->
    [one] A link is valid for one day.
   *[other] A link is valid for { $n } days.
}
asking-timing-days = { $n ->
    [one] one day
   *[other] { $n } days
}
asking-timing-no-reminder = Nobody is reminded.
asking-timing-reminder = Customers who haven’t answered get one reminder: { $days } after the mail at { $time }, on a working day.
asking-timing-reminder-any = Customers who haven’t answered get one reminder: { $days } after the mail at { $time }.
asking-timing-reminders = Customers who haven’t answered get two reminders, each { $days } after the mail before it at { $time }, on working days.
asking-timing-reminders-any = Customers who haven’t answered get two reminders, each { $days } after the mail before it at { $time }.
asking-timing-note = Administrators decide this in the settings.
asking-timing-settings = They are MANYI_INVITE_DELAY_MINUTES, MANYI_QUIET_HOURS, MANYI_COOLDOWN_DAYS, MANYI_INVITE_MAX_AGE_DAYS, MANYI_INVITE_EXPIRES_DAYS, MANYI_REMINDERS, MANYI_REMINDER_DAYS, MANYI_REMINDER_TIME, MANYI_REMINDER_REST_DAYS.

asking-versions = Changes
asking-version = Version { $version }: { $rules }, { $time }, { $by }
asking-rule-count = { $n ->
    [one] one rule
   *[other] { $n } rules
}
