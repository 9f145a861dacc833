# Error pages
error-status = Error { $status }
error-what-next = What you can do
error-back = Go back
error-reference = When you report this, quote the number { $reference }
error-wait-seconds = { $n ->
    [one] Try again in { $n } second.
   *[other] Try again in { $n } seconds.
}
error-wait-minutes = { $n ->
    [one] Try again in { $n } minute.
   *[other] Try again in { $n } minutes.
}
error-400-title = We could not read this request
error-400-what = The address or the form contains something we do not understand.
error-400-do = Check that the address is complete, or go back and fill in the form again.
error-403-title = You can’t see this page
error-403-what = It is not open to your account, or the page was open for so long that its form has expired.
error-403-do = Go back, reload the page and try again. If you need access for your work, ask your administrator.
error-404-title = Page not found
error-404-what = There is nothing at this address. It may be mistyped, or the page has moved.
error-404-do = Check the address, or start again from the first page.
error-409-title = This has changed in the meantime
error-409-what = Someone changed it after you opened the page, so nothing was saved.
error-409-do = Go back, look at what it says now, and do it again if you still want to.
error-410-title = This link no longer works
error-410-what = A one-time link works once, and only for a limited time.
error-410-do = If you have set your password, sign in with it. Otherwise ask your administrator for a new link.
error-413-title = Too much at once
error-413-what = What you sent is larger than we take in one go.
error-413-do = Split it into smaller parts and send them one after the other.
error-422-title = That can’t be done
error-422-what = We received it, but it contains a value we can’t accept.
error-422-do = Go back, correct it and try again.
error-429-title = Too many requests
error-429-what = There were too many requests in a short time, so we paused to be safe.
error-429-do = Wait a little, then go back and try again.
error-500-title = Something went wrong
error-500-what = The fault is ours, and it has been recorded.
error-500-do = Try again in a while. If it keeps happening, tell your administrator.
error-503-title = Not available right now
error-503-what = We are doing maintenance or are too busy at the moment.
error-503-do = Try again in a while. Your links stay valid.
