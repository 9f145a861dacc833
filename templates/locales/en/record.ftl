record-title = My record
record-lead = Your figures of sealed periods as HR is given them: without comments, without rank and without a verdict. With fewer than { $min } answers HR is given no figure of yours, also while a period is still open.
record-none = No sealed period has figures of yours yet.
record-nobody = No employee is recorded with your address. Ask HR or an administrator to check the staff file.
record-sealed = Sealed on { $time }, revision { $revision }
record-caption = Your figures by department and channel
record-department = Department
record-channel = Channel
record-n = Answers
record-rate = { $value } ({ $k } of { $n }), 95 % interval { $interval }
record-points = { $value } points (n={ $n })
record-note = If a figure is wrong, tell service quality or HR what you object to: with a reason and the consent of two persons a period can be reopened and corrected. What was sealed before stays readable.
