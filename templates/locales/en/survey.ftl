# The customer's pages: questionnaire, states of the link

# Header
survey-options = Display
survey-large-text = Large text
survey-standard-text = Standard text
survey-other-language = 中文
survey-title-error = Error: { $title }

# Questionnaire
survey-heading = Your feedback on our service of { $date }
survey-heading-typed = Your feedback: { $type }, { $date }
survey-heading-counter = Your feedback: { $counter }
survey-correction-heading = Change your feedback
survey-reference = ref. { $number }
survey-valid-until = open until { $date }
survey-minutes = { $n ->
    [one] About { $n } minute
   *[other] About { $n } minutes
}
survey-questions = { $n ->
    [one] { $n } question
   *[other] { $n } questions
}
survey-length = { $minutes }, { $questions }, { $required } required
survey-page = Page { $page } of { $of }
survey-preselected-one = We have selected “{ $word }” for you. Nothing has been sent yet: change it if you like, then press “{ $button }”.
survey-preselected-more = Your choices are kept. Nothing has been sent yet: press “{ $button }” when you are done.
survey-correction-note = These are the answers you gave. Change what you like, then press “Send changes”. You can do this once.
survey-correction-comment = What you wrote here is kept but not shown; write something else to replace it.
survey-required = required
survey-optional = optional
survey-several = choose any
survey-yes = Yes
survey-no = No
survey-ticked = ticked
survey-scale-end = { $number } = { $word }
survey-nps-low = not at all likely
survey-nps-high = extremely likely
survey-ces-low = very difficult
survey-ces-high = very easy
survey-when = Please answer this only if { $conditions }.
survey-when-condition = you answered question { $number } with { $answer }
survey-when-and = {" "}and{" "}
survey-when-or = , or{" "}
survey-when-word = “{ $word }”
survey-when-words = {" "}or{" "}
survey-why = What went wrong? Choose any
survey-contact = Please contact me
survey-contact-hint = With this ticked, your feedback is sent with your name, so that we can find you.
survey-contact-correction = We will use the contact details we have for you.
survey-not-applicable = Not applicable / can’t say
survey-comment-hint = Up to 2,000 characters. Please leave out ID and bank card numbers and other personal details.
survey-identity = How would you like to sign?
survey-anonymous = Anonymously: the department sees only your ratings and comment
survey-anonymous-hint = Answers are passed on shuffled, in groups of five or more, and dated by month only. No connection to you is kept, so you cannot change yours later.
survey-named = With my name: you may contact me about my comment
survey-named-hint = The department knows which service your answer is about.
survey-wish-named = With your name: you asked us to contact you, and we need to know whom.
survey-wish-drop = Do not contact me after all
survey-counter-anonymous = Nobody asks who you are. Answers are passed to the department shuffled, in groups of five or more, and dated by month only.
survey-website = Website (leave empty)
survey-submit = Send feedback
survey-next = Next
survey-back-page = Back
survey-saved = When you go on or back, what you have entered is kept, encrypted, so that you can continue later with your link. It is deleted when you send your feedback or when the link expires. Anyone who has your link can see it until then.
survey-submit-correction = Send changes

# Errors
survey-errors = Your feedback has not been sent yet
survey-error-missing = Question { $number }: choose one of the answers
survey-error-no-text = Question { $number }: write an answer
survey-error-no-consent = Question { $number }: tick the box to send your feedback
survey-error-option = Question { $number }: choose again from the answers listed
survey-error-repeated = Question { $number }: we received more than one answer, choose again
survey-error-too-long = Question { $number }: 2,000 characters at most; you have { $count }
survey-error-characters = Question { $number }: some characters cannot be saved and were removed; check your text and send again
survey-error-question = We received an answer to a question that is not on this page and removed it. Check your answers and send again
survey-error-identity = Choose whether to sign anonymously or with your name
survey-error-wish = You asked us to contact you, which cannot be done anonymously: send with your name, or take back that you want to be contacted
survey-error-nonce = Check your answers and press the button once more. Everything you entered is still here
survey-error-busy = We are very busy and could not save it just now. Everything you entered is still here: wait a moment and press the button again
survey-error-too-many = { $n ->
    [one] Many answers have come from your network in a short time. Everything you entered is still here: please wait { $n } minute and press the button again
   *[other] Many answers have come from your network in a short time. Everything you entered is still here: please wait { $n } minutes and press the button again
}
survey-error-encoding = Your browser sent text in a form that we cannot read. Open this page in another browser
survey-error-too-large = That was too much text. Shorten your comment and send again

# Footer
survey-not-me = Not your service? Tell us
survey-unsubscribe = Stop these invitations
survey-privacy = { $company } collects your ratings and comment to { $purpose } and keeps them for { $months } months at most.
survey-purpose = improve its service and assess its quality
survey-privacy-link = Full notice and your rights
survey-privacy-at = Full notice and your rights: { $address }
survey-phone-before = Rather not do this online? Call
survey-phone-other = Any questions? Call

# States of the link
survey-thanks = Thank you for your feedback
survey-thanks-named = We have received it and pass it to the department that served you. They may contact you about your comment.
survey-thanks-anonymous = We have received it anonymously. It is passed to the department shuffled with at least four others. We keep no connection between it and you, so it can no longer be changed.
survey-thanks-walk-up = We have received your answer without knowing who you are. It is passed to the department shuffled with at least four others, so it can no longer be changed.
survey-walk-up-counts = The department reads what is said at its counters by itself. It does not count in its assessment, for which customers are asked by invitation.
survey-kiosk-next = This page will be ready for the next customer in a few seconds.
survey-kiosk-ask = Are you still there?
survey-kiosk-go-on = Go on with my answers
survey-kiosk-anew = Start afresh
survey-kiosk-begin = Give feedback
survey-kiosk-start = Next customer
survey-sent-before = This page was sent before
survey-sent-before-text = Your answer has arrived, and counts once. If you meant to give another, please use a new page.
survey-sent-before-new = Open a new page
survey-counter-ended = Feedback is no longer collected here
survey-counter-ended-text = This code is no longer in use. If you have something to say to us, please tell our staff or call.
survey-unknown-code = This code is not one of ours
survey-unknown-code-text = Scan the code again, or compare each letter and digit of the address with the notice at the counter.
survey-received = Received for ref. { $number }. Ratings: { $ratings }.
survey-received-comment = Received for ref. { $number }. Ratings: { $ratings }, and a comment.
survey-reply = We are sorry that you were not satisfied. We will deal with what you told us by { $time }.
survey-reply-contact = We are sorry that you were not satisfied. We will deal with what you told us and contact you by { $time }.
survey-reply-anonymous = A department deals with dissatisfied feedback within 24 hours of receiving it. If you would like a reply yourself, please call.
survey-results = Departments are assessed every month by what customers say; results for { $month } will be published on our page of commitments by { $date }.
survey-correct-until = You can change it once until { $date }, or until results are published if that is sooner.
survey-correct = Change my feedback
survey-close = You can close this page now.
survey-answered = You have already given feedback
survey-answered-on = You sent your feedback on { $date }. Thank you.
survey-answered-before = Feedback has already been sent with this link. Thank you.
survey-corrected = You have already changed your feedback
survey-corrected-text = Your changes are saved and count in place of your earlier answers. Feedback can be changed once. If there is more you would like to say, please call us.
survey-expired = This survey has closed
survey-expired-text = It closed on { $date }, and feedback can no longer be sent.
survey-expired-next = What you think still matters to us: please call.
survey-paused = This survey is paused
survey-paused-text = We are not taking feedback for the moment. Your link stays valid; please try again later.
survey-withdrawn = This survey was cancelled
survey-withdrawn-text = We no longer ask for feedback on this service. There is nothing you need to do.
survey-unknown = This link is incomplete or wrong
survey-unknown-text = Go back to the mail and follow the link in it, or copy the whole link into the address bar of your browser.
survey-not-me-ask = Not your service?
survey-not-me-ask-text = We may have the wrong contact details. Press the button, and we will not contact you about this service again.
survey-not-me-button = This was not my service
survey-not-me-done = Thank you for telling us
survey-not-me-done-text = We will not contact you about this again.
survey-back = Back to the survey
survey-stop-ask = Stop these invitations?
survey-stop-ask-text = We will no longer invite you to give feedback. Mail about your orders and complaints is not affected.
survey-stop-button = Stop invitations
survey-stop-done = Invitations stopped
survey-stop-done-text = We will no longer invite you to give feedback. Mail about your orders and complaints is not affected.
survey-stop-undo = Undo, keep inviting me
survey-resumed = Invitations resumed
survey-resumed-text = We will ask for your feedback again after we have served you.
survey-wanted = Feedback mail
survey-wanted-saved = Your choice is saved
survey-wanted-text = Mail about your orders and complaints is not affected.
survey-wanted-which = Which mail would you like to get?
survey-wanted-all = Invitations, and a reminder if I haven’t answered
survey-wanted-invitations = Invitations only, no reminders
survey-wanted-nothing = None
survey-wanted-save = Save my choice
survey-wanted-less = Just fewer mails? Leave out the reminders
survey-too-many = Too many requests
survey-too-many-text = { $n ->
    [one] Please try again in { $n } minute. Your link stays valid.
   *[other] Please try again in { $n } minutes. Your link stays valid.
}
survey-busy = We are very busy
survey-busy-text = Please try again shortly. Your link stays valid.
