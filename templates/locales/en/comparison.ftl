# Departments beside each other
comparison-title = Departments compared
comparison-against = Compared with
comparison-against-average = With the average
comparison-against-promise = With the commitment
comparison-empty = No department has 5 answers in this period yet, so there is nothing to compare.
comparison-says-average = { $departments } departments with { $n } answers in all; on average { $value } of customers were satisfied.{" "}
comparison-says-promise = { $departments } departments beside the commitment of { $value }.{" "}
comparison-says-none = Allowing for the number of departments, none differs by more than chance.
comparison-says-some = { $n ->
    [one] Allowing for the number of departments, one differs by more than chance.
   *[other] Allowing for the number of departments, { $n } differ by more than chance.
}
comparison-phi-spread = Dispersion φ = { $phi }: taken together, departments differ by more than chance makes them (about 1); whether a single one does is what the table below says. Some are simply different, so lying outside the limits need not mean much.
comparison-phi-chance = Dispersion φ = { $phi }: departments differ no more than chance makes them (about 1).
comparison-funnel = Funnel plot
comparison-funnel-title = { $metric } by department, { $period }
comparison-funnel-note = The fewer the answers, the more a rate swings, and the wider the limits. The limits don’t allow for the number of departments: chance alone puts one in twenty outside the 95 % ones. The findings in the table below do allow for it.
comparison-funnel-caption = Departments’ rates and limits, by name
comparison-line-average = Average { $value }
comparison-line-promise = Commitment { $value }
comparison-inner = 95 % limits
comparison-outer = 99.8 % limits
comparison-place = Where it lies
comparison-place-far-below = below the 99.8 % limit
comparison-place-below = below the 95 % limit
comparison-place-within = within the 95 % limits
comparison-place-above = above the 95 % limit
comparison-place-far-above = above the 99.8 % limit
comparison-table = Department by department
comparison-table-caption = Departments’ rates and what may be said of them, by name, never ranked
comparison-trend = 12 periods
comparison-standing = Finding
comparison-below-average = Below average
comparison-above-average = Above average
comparison-below-promise = Below commitment
comparison-above-promise = Above commitment
comparison-p = Corrected p
comparison-p-raw = uncorrected { $p }
comparison-steadied = Steadied rate
comparison-own-only = own services only
comparison-table-note = Findings come from exact binomial tests, corrected for the number of departments after Benjamini and Hochberg: of those called below or above, about 5 % are so by chance. Nothing is found on fewer than 30 answers, and no rate is shown for fewer than 5. The steadied rate draws departments with few answers towards what all departments are like; it is for looking at, never for a verdict.
comparison-channels = Online and offline
comparison-channels-caption = The gap between each department’s channels, and its rate with the whole company’s mix of channels
comparison-gap = Online less offline
comparison-crude = Rate as it is
comparison-standardised = Standardised rate
comparison-covered = covers { $value } of the mix
comparison-online-higher = online is higher
comparison-offline-higher = offline is higher
comparison-channels-note = Departments with a different mix of channels can’t be compared by their total. The standardised rate gives each the whole company’s mix; a department that lacks a channel is standardised over those it has, and how much of the mix they cover is said. Where one channel has fewer than 5 answers the other is withheld too, so that it can’t be worked out.
