# 部门页：分题热力图与关键驱动因素
insight-heat = 各题逐期
insight-heat-caption = { $first }至 { $last }各题的满意率（%）
insight-heat-note = 底色越浓，满意率越低。“n<5”：少于 5 份答卷；“—”：没有答卷，或为避免推算出小样本的结果而不显示。
insight-drivers = 关键驱动因素
insight-drivers-title = { $department }：哪些题与总体满意度一同变化
insight-drivers-few = 要有 { $needed } 份每题都答了的答卷才能分析，近 12 个月只有 { $n } 份。
insight-drivers-undetermined = 近 12 个月 { $n } 份答卷里，有的题答案全都一样，或总是与另一题相同，分不出各题的作用。
insight-drivers-note = 近 12 个月 { $n } 份每题都答了的答卷；各题合起来能说明总体满意度差异的 { $explained }，条形是各题在其中所占的份额（LMG 法）。这是一同变化，不是因果。
insight-drivers-caption = 各题的份额与这一期的满意率
insight-drivers-share = 份额
insight-drivers-satisfied = 满意率（%）
insight-month-of-year = { $year }年{ $month }
