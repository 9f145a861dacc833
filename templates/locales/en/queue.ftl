# Mail on its way, for those who run it
queue-title = Mail
queue-on = Mail is going out.
queue-nowhere = No mail server is set (MANYI_SMTP_URL), so all mail waits.
queue-paused = All mail has been paused since { $time } by { $by }.
queue-paused-refused = Mail servers refused mail from us again and again. Find out why before you resume; the last one said:
queue-counts = At a glance
queue-counts-caption = Mails that wait, and what became of others in the last 24 hours
queue-count-due = Due now
queue-count-later = Due later
queue-count-retried = Waiting for another try
queue-count-claimed = Being sent
queue-count-hour = Taken by a server in the last hour
queue-count-day = Last 24 hours: { $state }
queue-left = { $n ->
    [one] At the pace of the last hour, what is due will have gone out in about a minute.
   *[other] At the pace of the last hour, what is due will have gone out in about { $n } minutes.
}
queue-act = What you can do
queue-pause = Pause all mail
queue-pause-means = Nothing is sent until somebody resumes. Nothing is lost.
queue-resume = Resume
queue-resume-means = What is due goes out. Invitations to services too long ago are not sent any more.
queue-test = Send me a test
queue-test-means = An invented invitation in Chinese and English goes to { $address }.
queue-test-good = The server took both test mails
queue-test-bad = A test mail did not get through
queue-way = What became of one service’s mail
queue-way-show = Show
queue-way-of = Mail about { $number }
queue-way-caption = From the report of the service to the end of its invitation
queue-way-note = When a customer answered is not shown, so that an anonymous answer can’t be traced.
queue-unknown = There is no service record { $number }. Check the number and try again.
queue-number = Service record
queue-mail = Mail
queue-when = When
queue-attempts = Tries
queue-reply = The server said
queue-event = Event
queue-event-stored = Service reported
queue-event-due = Invitation due
queue-event-expires = Invitation ends
queue-tried = { $n ->
    [one] tried once
   *[other] tried { $n } times
}
queue-maybe-twice = may have arrived twice
queue-retries = Waiting for another try
queue-retries-caption = The latest first, at most 50
queue-retries-none = No mail waits for another try.
queue-failed = Failed
queue-failed-caption = The latest first, at most 50
queue-failed-none = No mail has failed.
queue-note = Addresses are not shown here. What a server said is kept without them.
queue-kind-invitation = Invitation
queue-kind-reminder = Reminder { $step }
queue-state-queued = waiting
queue-state-claimed = being sent
queue-state-retry = waiting for another try
queue-state-accepted = taken by the server
queue-state-suppressed = not sent: the address wants no mail
queue-state-expired = not sent: no longer wanted
queue-state-unknown = unclear
queue-state-failed = failed
queue-invitation-scheduled = The invitation waits for its time.
queue-invitation-queued = The invitation is being sent, or waits for another try.
queue-invitation-sent = The invitation has gone out; there is no answer yet.
queue-invitation-answered = The customer has answered.
queue-invitation-declined = The customer said no: not me, or no more of these.
queue-invitation-expired = The invitation has ended without an answer.
queue-invitation-bounced = The address does not exist.
queue-invitation-throttled = Not asked: this customer was asked a short while ago.
queue-invitation-suppressed = Not asked: the address wants no mail.
queue-invitation-not-sampled = Not asked: not drawn for the sample.
queue-invitation-ineligible = Not asked: the rules leave this service out.
queue-invitation-no-address = Not asked: there is no address to write to.
queue-invitation-too-old = Not asked: the service was reported too late.
queue-invitation-failed = The mail could not be delivered.
