# What manyi demo prints on the terminal
demo-made = The demo is ready: { $departments } departments, { $employees } employees and { $records } service records over { $months } months. All of it is made up.
demo-kept = The demo of last time goes on: { $departments } departments, { $employees } employees and { $records } service records.
demo-sign-in =
    { $n ->
        [one] Sign in as staff (each link works once, for { $n } minute):
       *[other] Sign in as staff (each link works once, for { $n } minutes):
    }
demo-admin = Administrator
demo-quality = Service quality
demo-head = Head of Repair Services
demo-hr = Human resources
demo-customer = What customers see:
demo-mail = Captured mail: open one and answer
demo-counter = What a customer sees who scans the code at a counter
demo-survey = A questionnaire waiting for an answer
