# 接口返回的问题，读者是对接系统的开发人员
api-title-unauthorized = 需要令牌
api-title-forbidden = 令牌权限不足
api-title-too-many-requests = 请求太频繁
api-title-not-found = 没有这项内容
api-title-unknown-department = 没有这个部门
api-title-not-sealed = 该考核期尚未封存
api-title-method-not-allowed = 这个地址不支持该请求方法
api-title-unsupported-media-type = 请求体须为 JSON
api-title-unreadable-body = 请求体无法读取
api-title-too-large = 一次提交的内容太多
api-title-invalid-query = 查询参数有误
api-title-invalid-content = 请求体中有无效的值
api-title-conflict = 编号已存在，内容不同
api-title-impossible-request = 没有这样的指标
api-title-commitment-refused = 承诺不能这样生效
api-title-unavailable = 暂时无法使用
api-title-internal-error = 系统出错

api-detail-no-token = 请在请求头中带上“Authorization: Bearer …”。令牌用 manyi token create 生成。
api-detail-bad-token = 令牌无效或已过期。请用 manyi token create 重新生成。
api-detail-scope = 令牌缺少权限 { $scope }。
api-detail-wait = 请在 { $n } 秒后重试。
api-detail-no-route = 没有这个地址。全部地址见 /api/v1/openapi.json。
api-detail-method = 可用的方法：{ $allowed }。
api-detail-no-record = 没有这个编号的服务记录。
api-detail-not-sealed = { $period } { $state ->
    [open] 尚未结束评定
    [evaluating] 正在评定
    [published] 已公布，但尚未封存
   *[other] 没有已封存的数据
}。绩效数据只从已封存的考核期提供。
api-detail-content-type = 请以“Content-Type: application/json”发送，使用 UTF-8 编码，不要压缩。
api-detail-broken = 请求体没有传完，连接就断开了。未保存任何内容，请重新发送。
api-detail-empty = 请求体是空的。请发送一个 JSON 对象，或由对象组成的数组。
api-detail-encoding = 请求体不是 UTF-8 编码：第一个错误字节在位置 { $byte }。未保存任何内容。
api-detail-syntax = 请求体不是有效的 JSON：第 { $line } 行第 { $column } 列有误。未保存任何内容。
api-detail-depth = 请求体嵌套太深。未保存任何内容。
api-detail-too-large = 单个对象不超过 { $one } kB，数组不超过 { $array } kB。请分批发送。
api-detail-too-many-records = 一个数组最多 { $max } 条记录。请分批发送。
api-detail-query = 未作查询。有误的参数逐一列在 errors 中。
api-detail-body = 未保存任何内容。有误之处逐一列在 errors 中。
api-detail-invalid = 未保存任何内容。有误之处逐一列在 results 中。
api-detail-conflict = 系统里已有这个 external_id，内容不同；原有记录没有改动。
api-detail-conflict-complaint = 系统里已有这个 reference 的投诉，内容或办结时间不同；原有投诉没有改动。
api-detail-unknown-department = 没有代码为“{ $code }”的部门。
api-detail-department-of-organisation = 全组织的指标涵盖所有部门。请去掉 department，或换一个 level。
api-detail-gap-of-one-channel = channel_gap 比较的是两个渠道。请去掉 channel，或填 all。
api-detail-backwards = { $to } 早于 { $from }。请对调 from 和 to。
api-detail-too-many-periods = 这样共有 { $count } 期，最多 { $max } 期。请缩短范围，或改用更长的 grain。
api-detail-backdated = 承诺不能早于公布之日生效，最早为 { $earliest }；只有更正（correction）可以追溯。
api-detail-too-short = 这项承诺低于现行承诺，须提前 30 天公布，最早 { $earliest } 生效；如需提前，请注明 reason：law（法规调整）、consent（客户书面同意）或 correction（更正）。
api-detail-later = 同一范围的另一项承诺将于 { $begins } 生效。请让这一项从那天或之后开始。
api-detail-ends-before-it-begins = valid_to 早于 valid_from。
api-detail-told = { $period } 已公布，这样改会改变它的判定。请先重新打开这一期，或改用更晚的 valid_from。
api-title-wrong-signature = 签名无效
api-title-replayed = 已经提交过
api-detail-no-secret = 没有设置 MANYI_BOUNCE_SECRET，本服务器不通过接口接收退信。
api-detail-wrong-signature = 请带上 X-Manyi-Timestamp（自 1970 年起的秒数，误差不超过五分钟）和 X-Manyi-Signature: sha256=十六进制，即以 MANYI_BOUNCE_SECRET 为密钥，对“时间戳.正文”计算的 HMAC-SHA-256。
api-detail-replayed = 同一请求此前已经收下，这次没有任何改动。
api-detail-no-mail = 正文是空的。请把收到的邮件原样发来。
api-detail-mail-too-large = 一封邮件不超过 { $max } MB。只发开头部分即可：退信报告在原件副本之前。
api-detail-internal = 问题已记录，数据没有改动。报告时请附上 instance 中的编号。

api-reason-and-repair = { $reason }；{ $repair }
api-repair-unprintable = 请删去这个字符
api-repair-excel-number = 请按原系统中的完整号码发送
api-repair-ambiguous-date = 请把年份写在最前，如 2026-01-05
api-repair-unknown-department = 请核对代码，或先建立这个部门
api-repair-unknown-employee = 请核对工号，或先建立这个员工
api-nearest = 是不是 { $nearest }？
api-query-unknown = 没有这个参数；可用的有 { $allowed }。
api-unknown-member = 没有这个字段。
api-given-twice = 重复出现。
api-missing = 缺少这一项。
api-not-an-object = 须为一个对象。
api-not-plain = 须为文本、数字、true、false 或 null。
api-inexact-number = 这个数字可能丢失位数，请加引号写成文本。
api-does-not-agree = 与其他字段不符：department 只配 level 为 department，client 只配 level 为 client，channel_gap 不分渠道。
api-allowed = 可用：{ $allowed }
api-allowed-period = 2026-09、2026-Q3 或 2026
api-allowed-date = 日期，如 2026-10-01
api-allowed-number = 0 到 100，最多两位小数
api-allowed-code = 1 到 100 个可见字符
api-allowed-note = 不超过 { $max } 个字
