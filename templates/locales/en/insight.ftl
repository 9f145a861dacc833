# Department: questions by period, key drivers
insight-heat = Questions over time
insight-heat-caption = Share of satisfied answers by question, { $first } to { $last } (%)
insight-heat-note = The stronger the colour, the lower. “n<5”: fewer than 5 answers. “—”: none, or withheld so that a small group’s result can’t be worked out.
insight-drivers = Key drivers
insight-drivers-title = { $department }: what goes together with the overall answer
insight-drivers-few = This needs { $needed } answers to every question; the last 12 months have { $n }.
insight-drivers-undetermined = In the { $n } complete answers of the last 12 months a question is always answered alike, or always like another, so their parts can’t be told apart.
insight-drivers-note = From { $n } complete answers of the last 12 months. Together the questions account for { $explained } of the differences in the overall answer; the bars show each one’s share of that (LMG). This is association, not cause.
insight-drivers-caption = Each question’s share, and its satisfied answers in this period
insight-drivers-share = Share
insight-drivers-satisfied = Satisfied (%)
insight-month-of-year = { $month } { $year }
