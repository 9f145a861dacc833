# Trends: what the control chart says
trend-improvement = Improvement
trend-concern = Concern
trend-steady = Ordinary variation
trend-outside-above = above the upper control limit
trend-outside-below = below the lower control limit
trend-shift-above = above the mean for seven periods or more
trend-shift-below = below the mean for seven periods or more
trend-run = moving one way for seven periods or more
trend-two-of-three-above = two periods of three close to the upper control limit
trend-two-of-three-below = two periods of three close to the lower control limit
trend-hit = Consistently hit
trend-missed = Consistently missed
trend-by-chance = Not reliably hit
trend-variation = Change
trend-assurance = Target
trend-says-signal = { $variation }: { $rule }, since { $since }.{" "}
trend-says-steady = The latest period is within the ups and downs that chance alone makes; nothing in it says better or worse.{" "}
trend-says-hit = As long as service stays as it is, every period can be expected to reach { $target }.{" "}
trend-says-missed = Done as it is now, no period will reach { $target }; something has to change.{" "}
trend-says-by-chance = { $target } lies between the control limits: a single period may reach or miss it by chance alone. That excuses no long run below it: the verdicts tell.{" "}
trend-says-trial = Some periods have fewer than 10 answers, so these limits are only a first estimate.{" "}
trend-says-few = Control limits are drawn once { $min } periods have a figure; until then, the chart can’t say which period is out of the ordinary.
trend-says-rose = Since { $since } the figure has risen by more than chance explains (trend test over the { $periods } periods with a figure: n={ $n }, p{ $p }).{" "}
trend-says-fell = Since { $since } the figure has fallen by more than chance explains (trend test over the { $periods } periods with a figure: n={ $n }, p{ $p }).{" "}
trend-says-level = Since { $since } no overall rise or fall can be told from chance (trend test over the { $periods } periods with a figure: n={ $n }, p{ $p }).{" "}
trend-says-drift-below = Early warning: no single period stands out, but the moving average has been below its limit since { $since } ({ $average }, limit { $limit }); look for a cause now.{" "}
trend-says-drift-above = Early sign: no single period stands out, but the moving average has been above its limit since { $since } ({ $average }, limit { $limit }).{" "}
trend-says-widened = Periods differ { $times } times as much as sampling alone would make them, so the control limits are that much wider (Laney p′).{" "}
trend-average = Moving average (limits)
trend-mean = Mean
trend-limits = Control limits
trend-signal = Compared with the other periods
trend-missed-since = Below the commitment in all { $n } periods with a figure since { $since }; { $surely }
trend-missed-never-surely = in none of them is the whole 95 % interval below it.
trend-missed-surely = in { $n } of them the whole 95 % interval is below it.
trend-missed-ever = Below the commitment in all { $n } periods with a figure, the first of them { $since }; { $surely }
