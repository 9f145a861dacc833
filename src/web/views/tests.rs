//! What holds for every page, in both languages.

use super::figure::Figure;
use super::samples::{HOSTILE, Samples, figures, period};
use super::{format, words};
use crate::domain::explanation::Part;
use crate::domain::service_record::Channel;
use crate::domain::verdict::{Evidence, Verdict};
use crate::i18n::{Locale, Texts};

const ZH: Samples = Samples { t: Texts::new(Locale::ZhCn), hostile: false };
const EN: Samples = Samples { t: Texts::new(Locale::En), hostile: false };

fn pages(hostile: bool) -> impl Iterator<Item = (String, String)> {
    let samples = Locale::ALL.map(|locale| Samples { hostile, ..Samples::new(locale) });
    samples.into_iter().flat_map(|samples| {
        let locale = samples.t.locale();
        samples.pages().into_iter().map(move |(name, html)| (format!("{locale} {name}"), html))
    })
}

fn page(samples: Samples, name: &str) -> String {
    samples.pages().into_iter().find(|(found, _)| found == name).unwrap().1
}

#[test]
fn no_text_is_missing() {
    for (name, html) in pages(false) {
        assert!(!html.contains("Unknown localization"), "{name}");
        assert!(!html.contains("{$") && !html.contains("{ $"), "{name}");
    }
}

#[test]
fn a_hostile_text_stays_text() {
    for (name, html) in pages(true) {
        assert!(!html.contains("<script"), "{name}");
        assert!(!html.contains(HOSTILE), "{name}");
        assert!(!html.contains("\"'onload"), "{name}");
    }
}

#[test]
fn nothing_needs_more_than_the_policy_allows() {
    for (name, html) in pages(false) {
        // The HTML part of a mail is an attribute, escaped.
        for forbidden in ["<script", " style=\"", "<style", " onclick", "javascript:", "src=\"http", "href=\"//"] {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    for (name, html) in pages(false) {
        for form in html.split("<form").skip(1).filter(|form| form.contains("method=\"post\"")) {
            let form = form.split("</form>").next().unwrap();
            assert!(form.contains("name=\"csrf\" value=\"c5rf\""), "{name}");
        }
    }
}

#[test]
fn sign_in_fails_with_one_text_and_leaves_no_password() {
    let html = page(ZH, "sign-in-failed");
    assert!(html.contains("<title>错误： 登录"), "{html}");
    assert!(html.contains("role=\"alert\"") && html.contains("邮箱或密码不对"));
    assert!(html.contains("name=\"password\" type=\"password\" value=\"\""));
}

#[test]
fn a_refused_password_points_at_its_field() {
    let html = page(EN, "set-password-refused");
    assert!(html.contains("<a href=\"#password\">The password needs at least 8 characters</a>"), "{html}");
    assert!(html.contains("aria-invalid=\"true\" aria-describedby=\"password-error password-hint\""));
}

#[test]
fn departments_keep_the_order_they_come_in() {
    let html = page(EN, "overview");
    let at = |name: &str| html.find(&format!(">{name}</a>")).unwrap();
    assert!(at("Installation") < at("Finance") && at("Finance") < at("Quality Supervision and Complaints Centre"));
}

#[test]
fn a_small_group_has_no_score_anywhere() {
    let html = page(EN, "overview");
    let row = html.split("Finance</a>").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(row.contains("Fewer than 5 answers") && row.contains("n=3"), "{row}");
    assert!(!row.contains("class=\"score\" value") && !row.contains("100"), "{row}");
}

#[test]
fn the_overview_counts_what_is_judged() {
    let overview = ZH.overview();
    let figures = overview.departments.iter().flat_map(|row| [&row.online, &row.offline, &row.points]);
    let judged = figures.filter(|figure| figure.judgement.is_some() && figure.n > 0).count();
    assert!(page(ZH, "overview").contains(&format!("{judged} 项对照承诺")));
}

#[test]
fn every_score_of_a_department_has_its_n_and_interval() {
    let html = page(ZH, "department");
    let scores = html.matches("class=\"score\" value=").count();
    assert_eq!(html.matches("<span class=\"basis\"><data class=\"n\"").count(), scores + 4, "four are suppressed");
}

#[test]
fn the_table_of_a_chart_says_what_the_chart_says() {
    let html = page(EN, "department");
    assert!(
        html.contains("<tr><th scope=\"row\">October 2026</th><td class=\"num\">203</td><td class=\"num\">91.6</td>")
    );
    assert!(html.contains("<td class=\"num\">n&#60;5</td><td class=\"num\">—</td>"));
}

#[test]
fn comments_wait_for_eight_answers() {
    assert!(page(EN, "department-small").contains("Comments are not shown for fewer than 8 answers"));
}

#[test]
fn a_period_that_is_not_sealed_is_offered_as_provisional() {
    let html = page(EN, "appraisals");
    assert_eq!(html.matches("<small>provisional</small>").count(), 3);
    assert_eq!(html.matches("<small>final</small>").count(), 2);
    assert_eq!(html.matches("class=\"download\"").count(), 20);
}

#[test]
fn a_mails_text_has_links_without_the_punctuation_after_them() {
    let html = page(ZH, "mail");
    assert!(html.contains("<a href=\"https://example.com/x\">https://example.com/x</a>。"), "{html}");
}

#[test]
fn a_mails_html_opens_its_links_outside_the_frame() {
    let html = page(ZH, "mail");
    assert!(html.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    assert!(html.contains("srcdoc=\"&#60;base target=&#34;_blank&#34;&#62;"), "{html}");
}

#[test]
fn the_notice_has_the_five_elements_of_article_17() {
    let html = page(ZH, "privacy");
    for id in ["who", "why", "what", "how-long", "rights"] {
        assert!(html.contains(&format!("<h2 id=\"{id}\">")), "{id}");
    }
    assert!(html.contains("保存 36 个月") && html.contains("14 天内有效") && html.contains("privacy@example.com"));
}

#[test]
fn an_error_page_says_what_to_do_and_leads_back() {
    for (name, html) in pages(false).filter(|(name, _)| name.contains("problem-")) {
        assert!(html.contains("class=\"button\" href=\"/overview\""), "{name}");
        assert!(html.contains("<h2>"), "{name}");
    }
    assert!(page(EN, "problem-429").contains("Try again in 60 seconds."));
    assert!(page(EN, "problem-503").contains("Try again in 2 minutes."));
    assert!(page(ZH, "problem-500").contains("7Q4K-2M9X"));
}

#[track_caller]
fn says(samples: Samples, counts: (u32, u32), channel: Option<Channel>, expected: &str) {
    let mut sentence = samples.sentence(counts, channel);
    sentence.change = None;
    assert_eq!(sentence.text(&samples.t).replace('\u{a0}', " "), expected);
}

const ONLINE: Option<Channel> = Some(Channel::Online);

#[test]
fn the_sentence_in_chinese_for_every_verdict_and_evidence() {
    let says = |counts, expected| says(ZH, counts, ONLINE, expected);
    says(
        (655, 690),
        "10 月线上满意率 94.9 %（n=690，95 % 区间 93.0–96.3），达到 90 % 承诺，样本足以确认（单侧精确检验，误判风险不超过 5 %）。",
    );
    says((186, 203), "10 月线上满意率 91.6 %（n=203，95 % 区间 87.0–94.7），达到 90 % 承诺，但样本不足以区分。");
    says(
        (27, 28),
        "10 月线上满意率 96.4 %（n=28，95 % 区间 82.3–99.4），达到 90 % 承诺，但不足 30 份答卷，还不能下结论。",
    );
    says(
        (1400, 1600),
        "10 月线上满意率 87.5 %（n=1,600，95 % 区间 85.8–89.0），低于 90 % 承诺（轻微违约），样本足以确认（单侧精确检验，误判风险不超过 5 %）。",
    );
    says(
        (44, 50),
        "10 月线上满意率 88.0 %（n=50，95 % 区间 76.2–94.4），低于 90 % 承诺（轻微违约），但样本不足以区分。",
    );
    says(
        (25, 29),
        "10 月线上满意率 86.2 %（n=29，95 % 区间 69.4–94.5），低于 90 % 承诺（轻微违约），但不足 30 份答卷，还不能下结论。",
    );
    says(
        (212, 252),
        "10 月线上满意率 84.1 %（n=252，95 % 区间 79.1–88.1），低于 90 % 承诺（重大违约），样本足以确认（单侧精确检验，误判风险不超过 5 %）。",
    );
    says(
        (25, 30),
        "10 月线上满意率 83.3 %（n=30，95 % 区间 66.4–92.7），低于 90 % 承诺（重大违约），但样本不足以区分。",
    );
    says(
        (17, 22),
        "10 月线上满意率 77.3 %（n=22，95 % 区间 56.6–89.9），低于 90 % 承诺（重大违约），但不足 30 份答卷，还不能下结论。",
    );
}

#[test]
fn the_sentence_in_english_for_every_verdict_and_evidence() {
    let says = |counts, expected| says(EN, counts, ONLINE, expected);
    says(
        (655, 690),
        "In October, 94.9 % of online customers were satisfied (n=690, 95 % interval 93.0–96.3). \
         This meets the 90 % commitment, and there are enough answers to say so \
         (exact one-sided test, at most a 5 % risk of being wrong).",
    );
    says(
        (186, 203),
        "In October, 91.6 % of online customers were satisfied (n=203, 95 % interval 87.0–94.7). \
         This meets the 90 % commitment, but with this many answers it could be chance.",
    );
    says(
        (27, 28),
        "In October, 96.4 % of online customers were satisfied (n=28, 95 % interval 82.3–99.4). \
         This meets the 90 % commitment, but with fewer than 30 answers it is too early to conclude anything.",
    );
    says(
        (44, 50),
        "In October, 88.0 % of online customers were satisfied (n=50, 95 % interval 76.2–94.4). \
         This misses the 90 % commitment (minor breach), but with this many answers it could be chance.",
    );
    says(
        (212, 252),
        "In October, 84.1 % of online customers were satisfied (n=252, 95 % interval 79.1–88.1). \
         This misses the 90 % commitment (major breach), and there are enough answers to say so \
         (exact one-sided test, at most a 5 % risk of being wrong).",
    );
}

#[test]
fn the_sentence_without_a_score_says_why() {
    says(ZH, (0, 0), Some(Channel::Offline), "10 月线下还没有有效答卷。");
    says(ZH, (4, 4), None, "10 月全部渠道只有 4 份有效答卷；少于 5 份时不给出满意率。");
    says(EN, (0, 0), ONLINE, "No answers from online customers in October yet.");
    says(EN, (4, 4), None, "Answers from all customers in October: 4. No rate is shown for fewer than 5.");
    let mut withheld = ZH.sentence((0, 0), ONLINE);
    withheld.parts = vec![Part::Withheld];
    assert_eq!(withheld.text(&ZH.t), "为避免推算出其他小组的结果，10 月线上满意率不显示。");
}

#[test]
fn without_a_verdict_the_sentence_still_ends() {
    let evidence = Part::Supported { evidence: Evidence::TooFew };
    let counted = Part::Counted { k: 9, n: 10, shown: "90.0".to_owned() };
    let mut sentence = ZH.sentence((9, 10), ONLINE);
    (sentence.parts, sentence.change) = (vec![counted.clone(), evidence], None);
    assert_eq!(
        sentence.text(&ZH.t).replace('\u{a0}', " "),
        "10 月线上满意率 90.0 %（n=10）。不足 30 份答卷，不作判定。"
    );
    sentence.parts = vec![counted, Part::NotPromised];
    assert_eq!(
        sentence.text(&EN.t).replace('\u{a0}', " "),
        "In October, 90.0 % of online customers were satisfied (n=10). No commitment applies."
    );
}

#[test]
fn the_sentence_tells_a_change_and_whether_it_counts() {
    let tail = |difference, interval, samples: Samples| {
        let mut sentence = samples.sentence((186, 203), ONLINE);
        sentence.change = Some(super::Change { from: period("2026-09"), difference, interval });
        let (with, without) = (sentence.text(&samples.t), {
            sentence.change = None;
            sentence.text(&samples.t)
        });
        with.strip_prefix(&without).unwrap().replace('\u{a0}', " ")
    };
    assert_eq!(tail(0.4, (-3.1, 3.9), ZH), "与 9 月相比无显著变化（+0.4，95 % 区间 −3.1 至 +3.9）。");
    assert_eq!(tail(-5.1, (-9.0, -1.2), ZH), "比 9 月低 5.1 个百分点（95 % 区间 −9.0 至 −1.2），变化显著。");
    assert_eq!(
        tail(5.1, (1.2, 9.0), EN),
        " That is 5.1 points above September (95 % interval +1.2 to +9.0), a significant change."
    );
}

#[test]
fn the_outlook_tells_how_many_answers_are_missing() {
    let outlook =
        |samples: Samples, counts| samples.sentence(counts, ONLINE).outlook(&samples.t).replace('\u{a0}', " ");
    assert_eq!(outlook(ZH, (655, 690)), "");
    assert_eq!(
        outlook(ZH, (18, 20)),
        "再有 10 份答卷，就可以开始下结论。要确认达到 90 %（误判风险不超过 5 %），至少还需要 41 份答卷，而且份份满意。"
    );
    assert_eq!(
        outlook(EN, (88, 100)),
        "Answers still needed to show 90 % (at most a 5 % risk of being wrong), if every one of them is satisfied: 91."
    );
}

#[test]
fn a_trend_says_in_words_whether_it_moves_and_how_sure_that_is() {
    use crate::domain::commitment::Metric;
    use crate::domain::trend::{Average, Drift, Heading, Movement, Reading, Side, Variation};
    let average = Average { value: 91.26, lower: 91.31, upper: 93.0 };
    let said = Reading {
        latest: period("2026-10"),
        variation: Variation::Steady,
        signal: None,
        side: Side::Below,
        since: period("2025-09"),
        assurance: None,
        trial: false,
        widened: Some(1.42),
        drift: Some(Drift { side: Side::Below, since: period("2026-09"), average }),
    };
    let fall = Movement { heading: Heading::Down, since: period("2025-11"), periods: 12, n: 2_107, p: 0.0123 };
    let reading = super::Reading::Read { said, metric: Metric::SatisfactionRate, target: None, movement: Some(fall) };
    let text = |t: Texts| reading.text(&t).replace('\u{a0}', " ");
    let zh = text(ZH.t);
    assert!(zh.contains("已低于界限（91.26 %，界限 91.31 %）"), "{zh}");
    assert!(
        zh.contains("总体下降，超出偶然波动（其间有数值的 12 期")
            && zh.contains("n=2,107，p=0.012")
            && zh.contains("1.4 倍"),
        "{zh}"
    );
    let en = text(EN.t);
    assert!(en.contains("below its limit since September 2026 (91.26 %, limit 91.31 %)"), "{en}");
    assert!(en.contains("Since November 2025 the figure has fallen by more than chance explains"), "{en}");
    let few = super::Reading::TooFew { movement: Some(Movement { heading: Heading::Level, p: 0.43, ..fall }) };
    assert!(few.text(&EN.t).contains("no overall rise or fall"), "{}", few.text(&EN.t));
    let sure = super::Reading::TooFew { movement: Some(Movement { p: 0.000_04, ..fall }) };
    assert!(sure.text(&EN.t).contains(", p<0.001)"), "{}", sure.text(&EN.t));
}

#[test]
fn verdict_and_evidence_have_words_of_their_own() {
    for t in [ZH.t, EN.t] {
        let verdicts = words::VERDICTS.map(|verdict: Verdict| words::verdict(&t, &verdict));
        let evidence = words::EVIDENCE.map(|evidence: Evidence| words::evidence(&t, &evidence));
        assert!(verdicts.iter().all(|word| !evidence.contains(word)));
    }
}

#[test]
fn a_figure_takes_over_what_the_domain_shows() {
    let figure: Figure = figures::rate(ONLINE, (1_799, 2_000));
    let score = figure.score.unwrap();
    // 89.95 % is below 90 % and must not be shown as 90.0.
    assert_eq!(score.with_unit(&ZH.t, &crate::domain::commitment::Metric::SatisfactionRate), "89.9\u{a0}%");
    assert_eq!(format::decimal(score.value), "90.0");
}

#[test]
fn what_else_a_head_must_know_stands_at_the_top() {
    let answer = |samples: Samples| {
        let html = page(samples, "department");
        html.split("class=\"card answer\"").nth(1).unwrap().split("</section>").next().unwrap().replace('\u{a0}', " ")
    };
    let en = answer(EN);
    assert!(
        en.contains(
            "Questions that changed significantly: Speed \u{2212}5.1 (95 % interval \u{2212}9.0 to \u{2212}1.2); Solved"
        ),
        "{en}"
    );
    let zh = answer(ZH);
    assert!(
        zh.contains("分题变化显著：响应和处理速度 \u{2212}5.1（95 % 区间 \u{2212}9.0 至 \u{2212}1.2）；问题是否解决"),
        "{zh}"
    );
}

#[test]
fn a_missed_promise_tells_what_follows() {
    let html = page(ZH, "department");
    assert!(html.contains("未达标：提交改进计划"), "{html}");
}
