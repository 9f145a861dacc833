# Mail: the invitation to rate a service, and the sign-in link for staff
mail-from = { $department } ({ $organisation })
mail-sender = { $organisation } · { $department }
mail-greeting = Dear { $name },
mail-greeting-nameless = Hello,

mail-invitation-subject = { $service }, { $date }: were you satisfied?
mail-invitation-preheader = One tap to answer, about a minute, anonymous if you wish.
mail-invitation-preheader-reference = One tap to answer, about a minute, anonymous if you wish. Reference { $reference }
mail-invitation-served = We served you on { $date }: { $service }.
mail-invitation-served-reference = We served you on { $date }: { $service } (reference { $reference }).
mail-invitation-next = Your choice opens a page where you can change it and add more. It counts only once you press “{ $button }”.
mail-invitation-valid = Open until { $date }.
mail-invitation-copy = Link not working? Copy this address into your browser:
mail-invitation-why = You receive this because { $department } at { $organisation } served you on { $date }.
mail-reminder-subject = { $service }, { $date }: your view is still missing
mail-reminder-only = You haven’t told us yet how it went. This is the only reminder.
mail-reminder-further = You haven’t told us yet how it went. We’ll remind you once more at most.
mail-reminder-last = You haven’t told us yet how it went. This is the last reminder.
mail-invitation-privacy = Privacy
mail-invitation-not-me = This wasn’t me
mail-invitation-unsubscribe = No more survey invitations
mail-invitation-phone = Rather talk to us? Call { $phone }

mail-service-unnamed = Our service
mail-service-web = Online service
mail-service-app = App service
mail-service-mini-program = Mini-program service
mail-service-email = Help by e-mail
mail-service-counter = Counter service
mail-service-shop = Service in our shop
mail-service-call-centre = Help by phone
mail-service-on-site = On-site service

mail-sign-in-subject = { $organisation }: your sign-in link
mail-sign-in-lead = Follow this link to sign in to the customer satisfaction system of { $organisation }.
mail-sign-in-button = Sign in
mail-sign-in-copy = Link not working? Copy this address into your browser:
mail-sign-in-minutes = { $n ->
    [one] The link works once, within one minute.
   *[other] The link works once, within { $n } minutes.
}
mail-sign-in-hours = { $n ->
    [one] The link works once, within one hour.
   *[other] The link works once, within { $n } hours.
}
mail-sign-in-not-you = If this wasn’t you, ignore this mail, and never pass the link on.

mail-sample-department = Repairs
mail-sample-name = Ms Wang
mail-sample-service = On-site repair
