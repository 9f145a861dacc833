# Problems that the API tells other systems, read by those who build them.
api-title-unauthorized = A token is needed
api-title-forbidden = This token may not do that
api-title-too-many-requests = Too many requests
api-title-not-found = There is nothing here
api-title-unknown-department = No such department
api-title-not-sealed = This period is not sealed
api-title-method-not-allowed = This address does not take that method
api-title-unsupported-media-type = The body must be JSON
api-title-unreadable-body = The body cannot be read
api-title-too-large = Too much at once
api-title-invalid-query = The address has a wrong parameter
api-title-invalid-content = Something in the body is not valid
api-title-conflict = Already stored with different content
api-title-impossible-request = That figure does not exist
api-title-commitment-refused = The commitment cannot begin like this
api-title-unavailable = Not available right now
api-title-internal-error = The fault is ours

api-detail-no-token = Send the header "Authorization: Bearer …". Tokens are made with manyi token create.
api-detail-bad-token = The token is not known, or it has expired. Make a new one with manyi token create.
api-detail-scope = The token lacks the scope { $scope }.
api-detail-wait = { $n ->
    [one] Try again in { $n } second.
   *[other] Try again in { $n } seconds.
}
api-detail-no-route = No such address. All of them are listed in /api/v1/openapi.json.
api-detail-method = Use one of: { $allowed }.
api-detail-no-record = No service record has this number.
api-detail-not-sealed = { $period } is { $state ->
    [open] still open
    [evaluating] being evaluated
    [published] published, but not sealed
   *[other] not sealed with its figures
}. Appraisal figures are given out only from sealed periods.
api-detail-content-type = Send it as "Content-Type: application/json", in UTF-8 and uncompressed.
api-detail-broken = The connection ended before the whole body had come. Nothing was stored; send it again.
api-detail-empty = There is no body. Send a JSON object or an array of them.
api-detail-encoding = The body is not UTF-8: the first wrong byte is at position { $byte }. Nothing was stored.
api-detail-syntax = The body is not valid JSON: line { $line }, column { $column }. Nothing was stored.
api-detail-depth = The body is nested too deeply. Nothing was stored.
api-detail-too-large = One object may have { $one } kB, an array { $array } kB. Send it in smaller parts.
api-detail-too-many-records = An array may have { $max } records. Send it in smaller parts.
api-detail-query = Nothing was read. Each wrong parameter is listed under errors.
api-detail-body = Nothing was stored. Everything that is wrong is listed under errors.
api-detail-invalid = Nothing was stored. Everything that is wrong is listed under results.
api-detail-conflict = A record with this external_id is stored with different content. It has not been changed.
api-detail-conflict-complaint = A complaint with this reference is stored with different content, or was closed at another time. It has not been changed.
api-detail-unknown-department = No department has the code “{ $code }”.
api-detail-department-of-organisation = The organisation’s figures cover all departments. Leave out department, or ask for another level.
api-detail-gap-of-one-channel = channel_gap compares both channels. Leave out channel, or use all.
api-detail-backwards = { $to } lies before { $from }. Swap from and to.
api-detail-too-many-periods = That would be { $count } periods; { $max } at most. Ask for a shorter span or a longer grain.
api-detail-backdated = It may not begin before it is announced. The earliest day is { $earliest }; only a correction may reach back.
api-detail-too-short = It is weaker than what holds now, and that takes 30 days’ notice. It may begin on { $earliest }, or earlier with a reason: law, consent or correction.
api-detail-later = Another commitment of the same scope begins on { $begins }. Let this one begin on that day or later.
api-detail-ends-before-it-begins = valid_to lies before valid_from.
api-detail-told = { $period } is published, and its verdict would change. Reopen it first, or begin later.
api-title-wrong-signature = The signature does not hold
api-title-replayed = Handed in before
api-detail-no-secret = This server takes no mail that came back over the API: MANYI_BOUNCE_SECRET is not set.
api-detail-wrong-signature = Send X-Manyi-Timestamp, in seconds since 1970 and at most five minutes off, and X-Manyi-Signature: sha256=HEX, the HMAC-SHA-256 of the timestamp, a dot and the body under MANYI_BOUNCE_SECRET.
api-detail-replayed = This very request was taken before. It has changed nothing now.
api-detail-no-mail = There is no body. Send the whole mail as it was received.
api-detail-mail-too-large = A mail may have { $max } MB. Its beginning is enough: the report stands before the copy.
api-detail-internal = It has been recorded; nothing was changed. If you report it, quote the number under instance.

api-reason-and-repair = { $reason }; { $repair }
api-repair-unprintable = delete the character
api-repair-excel-number = send the whole number as the source system has it
api-repair-ambiguous-date = put the year first, as in 2026-01-05
api-repair-unknown-department = correct the code, or create the department first
api-repair-unknown-employee = correct the number, or create the employee first
api-nearest = { " " }Did you mean { $nearest }?
api-query-unknown = There is no such parameter; there are { $allowed }.
api-unknown-member = There is no such field.
api-given-twice = It is given more than once.
api-missing = It is missing.
api-not-an-object = It must be an object.
api-not-plain = It must be a text, a number, true, false or null.
api-inexact-number = This number may lose digits. Write it as a text, in quotation marks.
api-does-not-agree = It does not go with the other fields: department goes with level department, client with level client, and channel_gap with no channel.
api-allowed = Allowed: { $allowed }
api-allowed-period = 2026-09, 2026-Q3 or 2026
api-allowed-date = a day such as 2026-10-01
api-allowed-number = 0 to 100, with two decimals at most
api-allowed-code = 1 to 100 visible characters
api-allowed-note = at most { $max } characters
