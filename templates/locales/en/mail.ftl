# Mail: the invitation to rate a service, and the sign-in link for staff
mail-from = { $department } ({ $organisation })
mail-sender = { $organisation } · { $department }
mail-greeting = Dear { $name },
mail-greeting-nameless = Hello,

mail-invitation-next = Your choice opens a page where you can change it and add more. It counts only once you press “{ $button }”.
mail-invitation-next-link = “{ $start }” opens a page. Your answers count once you press “{ $button }”.
mail-invitation-start = Start the survey
mail-invitation-valid = Open until { $date }.
mail-invitation-copy = Link not working? Copy this address into your browser:
mail-invitation-why = You receive this because { $department } at { $organisation } served you on { $date }.
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

# Editing the words of mails
mail-texts-title = Mail texts
mail-texts-lead = The mails of each questionnaire can have words of their own. Privacy, deadline and the links to stop are written by the system and can’t be changed.
mail-texts-questionnaire = Questionnaire
mail-texts-channels = Channels
mail-texts-saved = Last saved
mail-text-of = Mail texts for “{ $title }”
mail-text-lead = Mails that have not been tried yet go out with the new words; a second attempt sends exactly what the first one sent.
mail-text-saved = Saved { $time } by { $by }.
mail-text-usual = In use are the words that came with the system.
mail-text-is-saved = Saved. Mails go out with the new words from now on.
mail-text-wrong = Not saved yet. Please correct:
mail-text-at = { $text }, { $language }:{" "}
mail-text-overtaken = Not saved: somebody else has just changed these words
mail-text-overtaken-by = { $by } saved another version at { $time }. What you typed is still below; press “Save” again to replace theirs.
mail-text-not-yet = These words are not saved yet.
mail-text-save = Save
mail-text-look = Preview
mail-text-save-means = Saving takes effect at once.
mail-text-more = Go back to the words that came with the system
mail-text-to-usual = Use the words that came with the system
mail-text-to-usual-means = Both languages go back; the choice for the first question stays. What was saved before is kept on record.
mail-text-fields = What can be filled in
mail-text-fields-hint = A name in braces is replaced in every mail. What may be missing has to stand in brackets: [Dear {"{"}name{"}"},|Hello,] says “Hello,” where no name is known.
mail-text-field-means = Stands for
mail-text-field-name = How the customer is addressed, such as “Ms Wang” (may be missing)
mail-text-field-service = What was done, such as “On-site repair”
mail-text-field-date = When it was done, such as “18 November”
mail-text-field-department = The department that did it
mail-text-field-organisation = The organisation’s name
mail-text-field-reference = The end of the reference number (may be missing)
mail-text-field-deadline = The last day to answer
mail-text-field-phone = The telephone number for customers (may be missing)
mail-text-subject = Subject of the invitation
mail-text-subject-hint = Says which service on which day; at most 60 letters with everything filled in.
mail-text-reminder-subject = Subject of the reminder
mail-text-reminder-subject-hint = Differs from the invitation’s, so that it reads as a reminder.
mail-text-preheader = Preview line
mail-text-preheader-hint = Inboxes show it beside the subject: how to answer and how long it takes.
mail-text-greeting = Greeting
mail-text-greeting-hint = The first line of the mail.
mail-text-opening = Opening
mail-text-opening-hint = A sentence or two before the question; may have several lines.
mail-text-closing = Closing
mail-text-closing-hint = What else you want to say after the answers; may stay empty.
mail-text-first = First question
mail-text-first-in-mail = In the mail
mail-text-first-in-mail-hint = Customers choose in the mail, and submit on the page that opens.
mail-text-first-link = One link only
mail-text-first-link-hint = Customers press “Start the survey” and begin with the first question there.
mail-text-first-trial = Half of each, to compare
mail-text-first-trial-hint = By lot, to see which brings more answers.
mail-text-first-cannot = The first question of this questionnaire is no rating, so its mails can only link to it.
mail-text-from = From
mail-text-preview-zh = Chinese mail, phone
mail-text-preview-en = English mail, phone
mail-text-wide-zh = Chinese mail, desktop
mail-text-wide-en = English mail, desktop
mail-text-other-half = What the other half gets
mail-text-trial = What the comparison shows
mail-text-trial-caption = Only invitations whose time is over
mail-text-trial-invited = Invited
mail-text-trial-answered = Answered
mail-text-trial-rate = Response rate
mail-text-trial-interval = 95% interval
mail-text-trial-few = Too few to show yet: of each half at least 5 must have answered and 5 not.
mail-text-trial-more = With the first question in the mail more customers answer: { $interval } percentage points (95% interval of the difference).
mail-text-trial-less = More customers answer when the mail has only a link: by { $interval } percentage points (95% interval of the difference).
mail-text-trial-open = No telling yet which is better: the difference is { $interval } percentage points (95% interval), which includes 0.
mail-text-trial-note = { $open } more invitations can still be answered. They count once their time is over, so that nobody sees who has answered just now.
mail-text-error-empty = This can’t be empty. Please fill it in.
mail-text-error-wide = Too long for a phone. With everything filled in there is room for { $n } letters (a Chinese character counts as two). Please shorten it.
mail-text-error-long = At most { $n } characters. Please shorten it.
mail-text-error-lines = Only one line here. Please remove the line breaks.
mail-text-error-unprintable = There is a character nobody can see. Please delete it and type again.
mail-text-error-link = No web addresses here: links to the questionnaire and the notice are put in by the system. Please remove the address.
mail-text-error-pushing = “{ $word }” pushes customers towards an answer, and such a score can’t be relied on. Please put it differently.
mail-text-error-loud = No “{ $word }” in a subject: it looks like an advertisement or a reply. Please remove it.
mail-text-error-field = Nothing is called “{ $word }”. The names are listed under “What can be filled in”.
mail-text-error-unpaired = “{ $mark }” has no counterpart. Please add or remove one.
mail-text-error-nested = No brackets within brackets.
mail-text-error-missing = “{ $field }” may be missing, so it has to stand in brackets, as in [{"{"}{ $field }{"}"},].
mail-text-error-empty-without = Nothing would be left of this where the name, number or phone is missing. Please add words outside the brackets.
