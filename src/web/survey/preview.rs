//! A questionnaire as customers see it, for those who write it: the real page, with nothing behind it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::TimeDelta;

use super::super::Web;
use super::frame::Frame;
use super::style::{CustomerPage, preview_csp};
use super::view::{About, Links, Privacy, Service, Stage, Step, SurveyPage};
use crate::domain::period::local_date;
use crate::domain::questionnaire::Questionnaire;

/// The page of a questionnaire that nobody is asked.
pub(in crate::web) fn page(web: &Web, request: &HttpRequest, questionnaire: &Questionnaire) -> HttpResponse {
    let context = &web.context;
    let frame = Frame::of(web, request, None);
    let today = local_date(context.now(), context.config.time_zone);
    let page = SurveyPage {
        questionnaire,
        about: About::Service {
            service: &Service {
                department: frame.t.get("questionnaire-preview-department"),
                service_type: None,
                completed_on: today,
                reference: super::view::mask("00000042"),
            },
            expires_on: today + TimeDelta::days(context.config.asking.expires_days),
        },
        links: &Links { not_me: String::new(), unsubscribe: Some(String::new()), privacy: String::new() },
        privacy: &Privacy {
            company: frame.organisation.clone(),
            purpose: None,
            retention_months: context.config.retention_months,
        },
        nonce: String::new(),
        answers: Vec::new(),
        identity: Default::default(),
        stage: Stage::Preview,
        problems: Vec::new(),
        step: questionnaire.has_pages().then(|| step(request, questionnaire)),
        kept_texts: Vec::new(),
        frame: &frame,
    };
    let Ok(html) = page.render() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, preview_csp(&page.rules())))
        .insert_header(("X-Frame-Options", "SAMEORIGIN"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(html)
}

/// The page that the address asks for (`page=2`), or the first.
fn step(request: &HttpRequest, questionnaire: &Questionnaire) -> Step {
    let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = pairs.map(actix_web::web::Query::into_inner).unwrap_or_default();
    let asked = pairs.iter().find(|(name, _)| name == "page").and_then(|(_, page)| page.parse::<usize>().ok());
    let of = questionnaire.pages().len();
    let page = asked.and_then(|page| page.checked_sub(1)).filter(|page| *page < of).unwrap_or(0);
    Step { page, of, ..Step::default() }
}
