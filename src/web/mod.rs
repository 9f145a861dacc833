//! The web: every route on one screen. A handler reads the request, runs one use case against the database, fills a view
//! and renders it; nothing here computes a figure.

use std::net::IpAddr;

use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::web::{self, PayloadConfig, ServiceConfig, get, head, post, scope};
use actix_web::{HttpRequest, HttpResponse};

use crate::context::Context;
use crate::db::links::LinkFinder;
use crate::db::response_writer::ResponseWriter;
use crate::domain::network;

pub mod api;
mod assets;
mod captured_mail;
mod download;
mod frame;
mod guard;
mod guesses;
mod health;
mod page_error;
mod public;
mod pull;
mod session;
mod staff;
pub mod survey;
pub mod views;

/// What handlers share.
#[derive(Clone)]
pub struct Web {
    /// Settings, storage, time, secrets.
    pub context: Context,
    /// Finds invitations.
    links: LinkFinder,
    /// Stores answers.
    pub writer: ResponseWriter,
    /// Counts wrong tokens by where they come from.
    guesses: guesses::Guesses,
    /// Remembers who opens links as no person would.
    suspects: survey::suspects::Suspects,
    /// Counts answers at counters by where they come from.
    crowds: survey::crowds::Crowds,
    /// Whether answers are taken.
    pause: survey::pause::Pause,
    /// This is the demo: a banner, and captured mail to look at.
    demo: Option<std::path::PathBuf>,
}

impl Web {
    /// For one process. `captured_mail` is where a demo's mail is written; `None` outside the demo.
    pub fn new(context: Context, writer: ResponseWriter, captured_mail: Option<std::path::PathBuf>) -> Self {
        Self {
            links: LinkFinder::new(context.pool.clone()),
            context,
            writer,
            guesses: guesses::Guesses::new(),
            suspects: Default::default(),
            crowds: survey::crowds::Crowds::new(),
            pause: Default::default(),
            demo: captured_mail,
        }
    }
}

impl Web {
    /// The address that a request comes from, which a client can't choose.
    fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        let said = request.headers().get_all("X-Forwarded-For");
        let said: Vec<&str> = said.map(|line| line.to_str().unwrap_or_default()).collect();
        Some(network::client(request.peer_addr()?.ip(), &said, &self.context.config.trusted_proxies))
    }
}

/// All routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        // Customers: no session, no script, nothing kept in a log.
        .route("/s/{token}", get().to(survey::open))
        .route("/s/{token}", post().to(survey::answer))
        .route("/s/{token}", head().to(survey::open))
        .route("/s/{token}/thanks", get().to(survey::after::thanks))
        .route("/s/{token}/correct", get().to(survey::after::correct))
        .route("/s/{token}/correct", post().to(survey::after::corrected))
        .route("/u/{token}", get().to(survey::unsubscribe::ask_stop))
        .route("/u/{token}", head().to(survey::unsubscribe::ask_stop))
        .route("/u/{token}", post().to(survey::unsubscribe::stop))
        .route("/u/{token}/preferences", get().to(survey::unsubscribe::preferences))
        .route("/u/{token}/preferences", head().to(survey::unsubscribe::preferences))
        .route("/u/{token}/preferences", post().to(survey::unsubscribe::prefer))
        .route("/u/{token}/not-me", get().to(survey::unsubscribe::ask_not_me))
        .route("/u/{token}/not-me", head().to(survey::unsubscribe::ask_not_me))
        .route("/u/{token}/not-me", post().to(survey::unsubscribe::not_me))
        .route("/q/{code}", get().to(survey::walk_up::open))
        .route("/q/{code}", head().to(survey::walk_up::open))
        .route("/q/{code}", post().to(survey::walk_up::answer))
        .route("/q/{code}/thanks", get().to(survey::walk_up::thanks))
        // The public.
        .route("/commitments", get().to(public::commitments))
        .route("/privacy", get().to(public::privacy))
        .route("/privacy", head().to(public::privacy))
        .route("/static/{name}", get().to(assets::serve))
        .route("/healthz", get().to(health::alive))
        // Staff, by session.
        .route("/", get().to(staff::home))
        .route("/sign-in", get().to(staff::sign_in::form))
        .route("/sign-in", post().to(staff::sign_in::sign_in))
        .route("/sign-out", post().to(staff::sign_in::sign_out))
        .route("/link/{token}", get().to(staff::link::form))
        .route("/link/{token}", post().to(staff::link::spend))
        .route("/overview", get().to(staff::overview::show))
        .route("/comparison", get().to(staff::comparison::show))
        .route("/comparison.csv", get().to(staff::comparison::csv))
        .route("/departments/{code}", get().to(staff::department::show))
        .route("/departments/{code}/scores.csv", get().to(staff::department::csv))
        .route("/departments/{code}/trend.csv", get().to(staff::department::trend_csv))
        .route("/periods", get().to(staff::periods::list))
        .route("/periods/{period}", get().to(staff::periods::show))
        .route("/periods/{period}", post().to(staff::periods::step))
        .route("/periods/{period}/seals/{revision}.json", get().to(staff::seals::show))
        .route("/periods/{period}/seals/{revision}.json", post().to(staff::seals::whole))
        .route("/appraisals", get().to(staff::appraisals::show))
        .route("/appraisals/schema.json", get().to(staff::appraisals::schema))
        .route("/appraisals/{period}/appraisals.{format}", get().to(staff::appraisals::file))
        .route("/appraisals/{period}/scores.csv", get().to(staff::appraisals::csv))
        .route("/staff/commitments", get().to(staff::commitments::list))
        .route("/staff/commitments/new", get().to(staff::commitments::form))
        .route("/staff/commitments/new", post().to(staff::commitments::announce))
        .route("/staff/commitments/{id}/end", get().to(staff::commitments::end_form))
        .route("/staff/commitments/{id}/end", post().to(staff::commitments::end))
        .route("/staff/counters", get().to(staff::counters::list))
        .route("/staff/counters", post().to(staff::counters::add))
        .route("/staff/counters/{code}/end", post().to(staff::counters::end))
        .route("/staff/counters/{code}/sheet", get().to(staff::counters::sheet))
        .route("/staff/counters/{code}/qr.svg", get().to(staff::counters::qr))
        .route("/staff/counters/{code}/form", get().to(staff::paper::form))
        .route("/staff/counters/{code}/entry", get().to(staff::paper::entry))
        .route("/staff/counters/{code}/entry", post().to(staff::paper::key_in))
        .route("/complaints", get().to(staff::complaints::list))
        .route("/complaints", post().to(staff::complaints::enter))
        .route("/complaints/new", get().to(staff::complaints::form))
        .route("/complaints/{id}/close", post().to(staff::complaints::close))
        .route("/exclusions", get().to(staff::exclusions::list))
        .route("/exclusions", post().to(staff::exclusions::propose))
        .route("/exclusions/{id}", post().to(staff::exclusions::decide))
        .route("/asking", get().to(staff::asking::show))
        .route("/asking", post().to(staff::asking::change))
        .route("/staff/questionnaires", get().to(staff::questionnaires::list))
        .route("/staff/questionnaires/choice", post().to(staff::questionnaires::choose))
        .route("/staff/questionnaires/new", get().to(staff::questionnaires::new))
        .route("/staff/questionnaires/new", post().to(staff::questionnaires::make))
        .route("/staff/questionnaires/{code}", get().to(staff::questionnaires::show))
        .route("/staff/questionnaires/{code}/draft", post().to(staff::questionnaires::begin))
        .route("/staff/questionnaires/{code}/draft.json", get().to(staff::questionnaires::edit::file))
        .route("/staff/questionnaires/{code}/edit", get().to(staff::questionnaires::edit::show))
        .route("/staff/questionnaires/{code}/edit", post().to(staff::questionnaires::edit::change))
        .route("/staff/questionnaires/{code}/edit/{id}", get().to(staff::questionnaires::edit::show_question))
        .route("/staff/questionnaires/{code}/edit/{id}", post().to(staff::questionnaires::edit::change_question))
        .route("/staff/questionnaires/{code}/publish", get().to(staff::questionnaires::publish::show))
        .route("/staff/questionnaires/{code}/publish", post().to(staff::questionnaires::publish::publish))
        .route("/staff/questionnaires/{code}/preview", get().to(staff::questionnaires::publish::look))
        .route("/staff/questionnaires/{code}/preview/{version}", get().to(staff::questionnaires::publish::look_back))
        .route("/mail", get().to(staff::mail::show))
        .route("/mail", post().to(staff::mail::switch))
        .route("/mail/test", post().to(staff::mail::test))
        .route("/mail/way", get().to(staff::mail::way))
        .route("/mail/texts", get().to(staff::mail::texts::list))
        .route("/mail/texts/{code}", get().to(staff::mail::texts::show))
        .route("/mail/texts/{code}", post().to(staff::mail::texts::change))
        .route("/samples", get().to(staff::sample::index))
        .route("/samples", post().to(staff::sample::draw))
        .route("/samples/{period}", get().to(staff::sample::show))
        .route("/samples/{period}/redraw", post().to(staff::sample::redraw))
        .route("/samples/{period}/{record}", get().to(staff::interview::show))
        .route("/samples/{period}/{record}/contact", post().to(staff::interview::contact))
        .route("/samples/{period}/{record}/note", post().to(staff::interview::note))
        .route("/samples/{period}/{record}/interview", post().to(staff::interview::answer))
        .route("/record", get().to(staff::record::show))
        .route("/readyz", get().to(health::ready))
        // The demo's captured mail.
        .route("/dev/mail", get().to(captured_mail::list))
        .route("/dev/mail/{id}", get().to(captured_mail::show))
        // Machines, by token.
        .service(scope("/api/v1").configure(api::routes))
        .service(scope("/api").default_service(web::to(api::not_found)))
        .default_service(web::to(page_error::not_found));
}

/// The largest body read outside the API, in bytes: more than a form may have, so that its page can say so.
const MAX_BODY: usize = 128 * 1024;

/// Routes, shared data and limits.
pub fn configure(config: &mut ServiceConfig, web: Web) {
    config.app_data(web::Data::new(web)).app_data(PayloadConfig::new(MAX_BODY)).service(
        scope("")
            .wrap(from_fn(guard::same_origin))
            .wrap(security_headers())
            .wrap(Compress::default())
            .wrap(from_fn(guard::time_limit))
            .configure(routes),
    );
}

fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add(("Content-Security-Policy", views::CSP))
        .add(("X-Frame-Options", "DENY"))
}

/// An answer without a body.
fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", path)).finish()
}
