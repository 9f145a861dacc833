//! The six tables that can be imported, their fields (CONTRACT §4), and the headers known for each.

use std::str::FromStr;

use crate::domain::{complaint, raw_service_record};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Departments.
    Departments,
    /// Employees.
    Staff,
    /// Services given.
    ServiceRecords,
    /// Ratings collected elsewhere.
    Ratings,
    /// Complaints received.
    Complaints,
    /// Holidays and make-up days.
    Holidays,
}

/// The text names no kind of file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of file: use departments, staff, service-records, ratings, complaints or holidays")]
pub struct UnknownKind;

/// Prefix of the fields that hold the answer to a question.
pub const ANSWER: &str = "answer.";

/// Fields that ratings have besides those of service records.
const RATING_FIELDS: [&str; 3] = ["channel", "responded_at", "comment"];
/// Names to make departments and staff from, where a table has no codes.
const NAME_FIELDS: [&str; 2] = ["department_name", "employee_name"];

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Departments, Self::Staff, Self::ServiceRecords, Self::Ratings, Self::Complaints, Self::Holidays];

    /// The name on the command line, such as `service-records`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Departments => "departments",
            Self::Staff => "staff",
            Self::ServiceRecords => "service-records",
            Self::Ratings => "ratings",
            Self::Complaints => "complaints",
            Self::Holidays => "holidays",
        }
    }

    /// The fields of the table, without the answers of ratings.
    pub fn fields(self) -> Vec<&'static str> {
        let of_record = || raw_service_record::FIELDS.into_iter().chain(NAME_FIELDS);
        match self {
            Self::Departments => vec!["code", "name_zh", "name_en", "parent_code", "head_email"],
            Self::Staff => vec!["employee_no", "name", "department_code", "email"],
            Self::ServiceRecords => of_record().collect(),
            Self::Ratings => of_record().chain(RATING_FIELDS).collect(),
            Self::Complaints => complaint::FIELDS.into_iter().chain(["department_name"]).collect(),
            Self::Holidays => vec!["date", "kind", "name"],
        }
    }

    /// The fields that must have a column or a constant; of each group one will do, the first is named.
    pub const fn required(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Departments => &[&["code"], &["name_zh"]],
            Self::Staff => &[&["employee_no"], &["name"], &["department_code"]],
            Self::ServiceRecords => {
                &[&["external_id"], &["department_code", "department_name"], &["touchpoint"], &["completed_at"]]
            }
            Self::Ratings => &[
                &["external_id"],
                &["department_code", "department_name"],
                &["touchpoint", "channel"],
                &["completed_at"],
                &["responded_at"],
            ],
            Self::Complaints => &[
                &["reference"],
                &["department_code", "department_name", "external_id"],
                &["channel", "external_id"],
                &["received_at"],
            ],
            Self::Holidays => &[&["date"], &["kind"]],
        }
    }

    /// The fields that hold a time or date.
    pub const fn times(self) -> &'static [&'static str] {
        match self {
            Self::Departments | Self::Staff => &[],
            Self::ServiceRecords => &["completed_at", "requested_at", "first_response_at"],
            Self::Ratings => &["completed_at", "requested_at", "first_response_at", "responded_at"],
            Self::Complaints => &["received_at", "closed_at"],
            Self::Holidays => &["date"],
        }
    }

    /// The field a column belongs to by its header: the field's own name in any case, with spaces or hyphens, or the
    /// usual Chinese one.
    pub fn field_of(self, header: &str) -> Option<String> {
        let folded = fold(header);
        if self == Self::Ratings
            && let Some(code) = answer_code(header)
        {
            return Some(format!("{ANSWER}{code}"));
        }
        let fields = self.fields();
        let by_name = fields.iter().find(|field| fold(field) == folded);
        by_name
            .or_else(|| fields.iter().find(|field| self.aliases(field).contains(&folded.as_str())))
            .map(|f| (*f).into())
    }

    /// Chinese headers of a field, folded; those of a department or an employee depend on the table.
    fn aliases(self, field: &str) -> &'static [&'static str] {
        match (self, field) {
            (Self::Departments, "code") => &["部门编码", "部门代码", "部门编号", "编码", "代码"],
            (Self::Departments, "name_zh") => &["部门名称", "部门", "名称", "中文名称", "中文名", "部门中文名"],
            (Self::Departments, "name_en") => &["英文名称", "英文名", "部门英文名"],
            (Self::Departments, "parent_code") => {
                &["上级部门编码", "上级部门代码", "上级部门", "上级编码", "父部门编码"]
            }
            (Self::Departments, "head_email") => &["负责人邮箱", "部门负责人邮箱", "主管邮箱"],
            (Self::Staff, "name") => &["姓名", "员工姓名", "名字"],
            (Self::Staff, "email") => &["邮箱", "电子邮箱", "电子邮件", "员工邮箱"],
            (Self::Holidays, "date") => &["日期"],
            (Self::Holidays, "kind") => &["类型", "类别"],
            (Self::Holidays, "name") => &["名称", "节日", "假日", "节假日", "说明"],
            (Self::Complaints, "reference") => &["投诉编号", "投诉单号", "投诉工单号", "编号", "受理编号"],
            (Self::Complaints, "received_at") => &["受理时间", "投诉时间", "接收时间", "登记时间"],
            (Self::Complaints, "closed_at") => &["办结时间", "结案时间", "关闭时间", "完成时间"],
            (Self::Complaints, "external_id") => &["服务编号", "服务单号", "服务记录编号", "外部编号"],
            (Self::Complaints, "kind") => &["投诉类型", "投诉类别", "类型", "类别"],
            (Self::Complaints, "customer_name") => &["客户姓名", "客户名称", "客户", "姓名", "投诉人"],
            (Self::Complaints, "summary") => &["投诉内容", "内容摘要", "摘要", "事由", "内容"],
            (Self::Complaints, "demand") => &["客户诉求", "诉求", "要求"],
            (_, "external_id") => &["外部编号", "工单号", "工单编号", "服务编号", "服务单号", "单号", "业务编号"],
            (_, "department_code") => &["部门编码", "部门代码", "部门编号"],
            (_, "department_name") => &["部门名称", "部门"],
            (_, "touchpoint") => &["触点", "服务触点", "服务方式", "受理方式"],
            (_, "channel") => &["渠道", "服务渠道"],
            (_, "completed_at") => &["完成时间", "办结时间", "服务完成时间", "结束时间"],
            (_, "employee_no") => &["工号", "员工编号", "员工工号", "员工号"],
            (_, "employee_name") => &["员工姓名", "员工", "服务人员", "经办人", "客服姓名"],
            (_, "service_type") => &["服务类型", "业务类型", "服务类别", "服务项目"],
            (_, "customer_ref") => &["客户编号", "客户号", "客户代码"],
            (_, "customer_name") => &["客户姓名", "客户名称", "客户", "姓名"],
            (_, "email") => &["邮箱", "电子邮箱", "电子邮件", "客户邮箱"],
            (_, "phone") => &["电话", "手机", "手机号", "手机号码", "联系电话", "客户电话", "电话号码"],
            (_, "locale") => &["语言"],
            (_, "requested_at") => &["申请时间", "受理时间", "请求时间", "提出时间", "报修时间"],
            (_, "first_response_at") => &["首次响应时间", "响应时间", "首次答复时间"],
            (_, "waiting_minutes") => &["等待分钟", "等候分钟", "等待时间(分钟)", "等候时间(分钟)", "等待分钟数"],
            (_, "resolved") => &["是否解决", "已解决"],
            (_, "client_code") => &["委托单位编码", "客户单位编码", "委托方编码"],
            (_, "urgent") => &["紧急", "是否紧急", "加急"],
            (_, "closed_automatically") => &["自动关闭", "是否自动关闭", "系统关闭", "自动结单"],
            (_, "responded_at") => &["评价时间", "评价日期", "答复时间", "回复时间"],
            (_, "comment") => &["评语", "意见", "评价内容"],
            _ => &[],
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The most similar of `known`, if any is similar at all.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    let similar = known.into_iter().map(|candidate| (strsim::jaro_winkler(&word, &fold(candidate)), candidate));
    similar.filter(|(score, _)| *score >= 0.7).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate)
}

/// The question of a header such as `answer.overall` or `Answer overall`.
fn answer_code(header: &str) -> Option<String> {
    let (word, code) = header.trim().split_at_checked(ANSWER.len() - 1)?;
    let code = code.strip_prefix(['.', '_', '-', ' '])?.trim();
    (word.eq_ignore_ascii_case("answer") && !code.is_empty()).then(|| code.to_ascii_lowercase())
}

/// Lower case without spaces, hyphens, underscores and the star that marks what is required.
fn fold(text: &str) -> String {
    crate::domain::text::halfwidth(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '*'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_own_name() {
        for kind in Kind::ALL {
            for field in kind.fields() {
                assert_eq!(kind.field_of(field).as_deref(), Some(field));
                assert_eq!(kind.field_of(&field.replace('_', " ").to_uppercase()).as_deref(), Some(field));
            }
        }
    }

    #[test]
    fn no_chinese_header_means_two_fields() {
        for kind in Kind::ALL {
            let mut all: Vec<_> = kind.fields().into_iter().flat_map(|field| kind.aliases(field)).collect();
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count, "{kind}");
        }
    }

    #[test]
    fn chinese_headers_are_found() {
        assert_eq!(Kind::Departments.field_of("部门编码*").as_deref(), Some("code"));
        assert_eq!(Kind::ServiceRecords.field_of(" 完成时间 ").as_deref(), Some("completed_at"));
        assert_eq!(Kind::ServiceRecords.field_of("等待时间（分钟）").as_deref(), Some("waiting_minutes"));
        assert_eq!(Kind::ServiceRecords.field_of("评价时间"), None);
    }

    #[test]
    fn answers_belong_to_ratings() {
        assert_eq!(Kind::Ratings.field_of("Answer.Overall").as_deref(), Some("answer.overall"));
        assert_eq!(Kind::Ratings.field_of("answer."), None);
        assert_eq!(Kind::ServiceRecords.field_of("answer.overall"), None);
    }

    #[test]
    fn required_fields_and_times_are_fields() {
        for kind in Kind::ALL {
            for field in kind.required().iter().copied().flatten().chain(kind.times()) {
                assert!(kind.fields().contains(field), "{kind} {field}");
            }
        }
    }

    #[test]
    fn names_come_back() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("rating".parse::<Kind>(), Err(UnknownKind));
    }

    #[test]
    fn the_nearest_name() {
        assert_eq!(nearest("extrenal_id", Kind::Ratings.fields()), Some("external_id"));
        assert_eq!(nearest("xyzzy", Kind::Ratings.fields()), None);
    }
}
