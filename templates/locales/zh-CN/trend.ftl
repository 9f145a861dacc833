# 趋势：控制图说了什么
trend-improvement = 改善
trend-concern = 变差
trend-steady = 正常波动
trend-outside-above = 高于上控制界限
trend-outside-below = 低于下控制界限
trend-shift-above = 连续 7 期或更久高于均值
trend-shift-below = 连续 7 期或更久低于均值
trend-run = 连续 7 期或更久朝一个方向变化
trend-two-of-three-above = 接连 3 期中有 2 期接近上控制界限
trend-two-of-three-below = 接连 3 期中有 2 期接近下控制界限
trend-hit = 稳定达标
trend-missed = 稳定不达标
trend-by-chance = 不能稳定达标
trend-variation = 变化
trend-assurance = 达标把握
trend-says-signal = { $variation }：{ $rule }（自 { $since }起）。
trend-says-steady = 最近一期在偶然波动之内，看不出变好或变差。
trend-says-hit = 只要服务如常，可以预期每期都达到 { $target }。
trend-says-missed = 照现在的做法，每期都达不到 { $target }，要达到就得改变做法。
trend-says-by-chance = { $target } 落在控制界限之间：单个周期达标或不达标都可能出于偶然；长期低于目标不在此列，要看各期的判定。
trend-says-trial = 有的月份不足 10 份答卷，控制界限只是试算。
trend-says-few = 满 { $min } 期有数值之后才画控制界限；在那之前，控制图还不能说哪一期异常。
trend-says-rose = 自 { $since }以来总体上升，超出偶然波动（其间有数值的 { $periods } 期，趋势检验：n={ $n }，p{ $p }）。
trend-says-fell = 自 { $since }以来总体下降，超出偶然波动（其间有数值的 { $periods } 期，趋势检验：n={ $n }，p{ $p }）。
trend-says-level = 自 { $since }以来看不出总体上升或下降（其间有数值的 { $periods } 期，趋势检验：n={ $n }，p{ $p }）。
trend-says-drift-below = 早期预警：单看哪一期都不突出，但移动平均自 { $since }起已低于界限（{ $average }，界限 { $limit }），宜及早查找原因。
trend-says-drift-above = 早期迹象：单看哪一期都不突出，但移动平均自 { $since }起已高于界限（{ $average }，界限 { $limit }）。
trend-says-widened = 各期之间的差异是单凭抽样应有的 { $times } 倍，控制界限已按此放宽（Laney p′ 图）。
trend-average = 移动平均（界限）
trend-mean = 均值
trend-limits = 控制界限
trend-signal = 与各期相比
trend-missed-since = 自 { $since }以来，有数值的 { $n } 个周期全部低于承诺，{ $surely }
trend-missed-never-surely = 都还不足以确认。
trend-missed-surely = 其中 { $n } 个周期的整个 95 % 区间都低于承诺。
trend-missed-ever = 有数值的 { $n } 个周期（最早为 { $since }）全部低于承诺，{ $surely }
