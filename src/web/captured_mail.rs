//! `/dev/mail`: the mails that a demo has sent, to be looked at instead of delivered. Nowhere else are they kept.

use std::path::PathBuf;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;

use super::frame::{Page, Refusal, encode};
use super::views::{self, Area, CapturedMail, CapturedMails, MailLine, Problem};
use crate::mail::directory::{self, Caught};

/// Mails listed.
const LISTED: usize = 200;

/// `GET /dev/mail`
pub(super) async fn list(page: Page) -> HttpResponse {
    let result = async {
        let (dir, zone) = (mail_dir(&page)?, page.web.context.config.time_zone);
        let names = off_thread(move || directory::list(&dir)).await?;
        let total = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let dir = mail_dir(&page)?;
        let read = move || -> std::io::Result<Vec<(String, Caught)>> {
            let newest = names.into_iter().take(LISTED);
            let caught = newest.map(|name| Ok(directory::read(&dir, &name)?.map(|mail| (name, mail))));
            caught.filter_map(Result::transpose).collect()
        };
        let mails = off_thread(read).await?;
        let line = |(name, mail): &(String, Caught)| MailLine {
            href: format!("/dev/mail/{}", encode(name)),
            at: mail.date().map(|at| at.with_timezone(&zone).naive_local()).unwrap_or_default(),
            from: mail.header("From").to_owned(),
            to: mail.header("To").to_owned(),
            subject: mail.header("Subject").to_owned(),
        };
        let mails = mails.iter().map(line).collect();
        page.html(&CapturedMails { shell: page.shell(Some(Area::Mail)), total, mails }, 200)
    };
    let result = result.await;
    page.answer(result)
}

/// `GET /dev/mail/{id}`
pub(super) async fn show(page: Page, name: Path<String>) -> HttpResponse {
    let result = async {
        let dir = mail_dir(&page)?;
        let mail = off_thread(move || directory::read(&dir, &name)).await?.ok_or(Problem::NotFound)?;
        let view = CapturedMail {
            shell: page.shell(Some(Area::Mail)),
            subject: mail.header("Subject").to_owned(),
            headers: mail.headers.clone(),
            html: mail.html.clone(),
            text: mail.text.clone(),
            raw: mail.raw.clone(),
            list_href: "/dev/mail".into(),
        };
        let mut response = page.html(&view, 200)?;
        let policy = header::HeaderValue::from_static(views::MAIL_CSP);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        Ok(response)
    };
    let result = result.await;
    page.answer(result)
}

/// Only a demo has one.
fn mail_dir(page: &Page) -> Result<PathBuf, Refusal> {
    page.web.demo.clone().ok_or(Problem::NotFound.into())
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| Refusal::Internal(error.to_string()))?;
    done.map_err(|error| Refusal::Internal(error.to_string()))
}
