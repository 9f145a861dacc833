# Complaints (staff pages)
complaint-title = Complaints
complaint-lead = While a complaint is open, its customer gets no invitation and no reminder. Once it is closed, the next service is asked about again; what was left out meanwhile is not made up for.
complaint-note = A complaint counts in the complaint rate of the month in which it was received, whether it is open or closed; if that month is published already, in the next one that is not. Who complained and what was said is kept encrypted and is not shown here.
complaint-state = Open or closed
complaint-open = Open complaints
complaint-open-count = Open: { $n }
complaint-closed = Closed complaints
complaint-closed-count = Closed: { $n }
complaint-numbered = Complaint { $number }
complaint-recent = Closed lately
complaint-all-closed = All closed complaints
complaint-none-open = No complaint is open.
complaint-none-closed = No complaint has been closed.
complaint-none-numbered = No complaint here has this number. It has to be written in full.
complaint-all-departments = All departments
complaint-number = Number
complaint-about = About
complaint-of-record = Service { $number }
complaint-received = Received
complaint-counts-later = { $month } is published: counts in { $later }
complaint-lasted = Open for
complaint-hours = { $n ->
    [0] less than an hour
    [one] 1 hour
   *[other] { $n } hours
}
complaint-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
complaint-ending = End
complaint-is-open = Open
complaint-closed-on = Closed { $time }
complaint-close = Close…
complaint-closed-at = Closed on
complaint-close-confirm = Close this complaint
complaint-not-closed = The complaint was not closed
complaint-pages = Pages
complaint-page = Page { $page } of { $pages }
complaint-page-before = Previous
complaint-page-after = Next
complaint-new = Enter a complaint
complaint-new-lead = For a complaint that reached you by phone, letter or in person and is in no other system. The rules are those of the import: a number once given stays, and what is stored can be closed but not changed.
complaint-number-hint = The number your complaints register gives it, such as TS-2026-0117.
complaint-received-hint = In the organisation’s time zone. It decides in which month the complaint counts; if that month is published already, it counts in the next one that is not.
complaint-record = Number of the service
complaint-record-hint = If you know which service it is about. The department, channel and customer then follow from it.
complaint-department = Department
complaint-channel = Channel
complaint-of-service = As of the service
complaint-kind = Kind
complaint-kind-hint = In your own words: late, attitude, quality. Please no names.
complaint-urgent = Urgent
complaint-customer = The customer
complaint-customer-hint = Kept encrypted. By customer number or e-mail address we know whom not to ask while the complaint is open.
complaint-customer-ref = Customer number
complaint-customer-name = Name
complaint-email = E-mail
complaint-phone = Phone
complaint-client = Client organisation
complaint-no-client = None, or as of the service
complaint-matter = The matter
complaint-summary = What happened
complaint-summary-hint = Required: whoever deals with it, or looks back on it, goes by this. It is kept encrypted and is not in the list.
complaint-demand = What the customer asks for
complaint-enter = Enter the complaint
complaint-error = { $field }: { $reason }. What to do: { $repair }.
complaint-error-missing = { $field }: please fill this in
complaint-error-number = Number: there is a complaint with this number and other content. Look it up in the list, or give this one its own number
complaint-error-already = It was closed already, { $time }; that stays
complaint-error-received = It was received { $time } and can’t have been closed before that
complaint-department-open = Complaints about this department
