//! The documented API. Whatever a page can do, another program can do in the same way.

mod audio;
mod audit;
mod checks;
mod claims;
mod corrections;
mod description;
mod distribution;
mod documents;
mod lexicon;
mod life;
mod listened;
mod live;
pub mod meetings;
mod member;
mod peaks;
mod pokir;
#[cfg(feature = "print")]
mod printing;
mod quit;
mod recordings;
mod redactions;
mod report;
mod retention;
mod seal;
mod search;
mod session;
mod turns;
pub mod values;
mod within;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::Method;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi as _;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::needs::{Enters, enters, need};
use super::refused::Refused;
use crate::common::message::Message;

/// The description without its paths, which come from the handlers.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "E-Risalah",
        description = "Meetings of a folder: their words, sound, documents and recordings. Times are samples at 16 kHz since the \
            recording began, unless a name says otherwise. A refusal is JSON with `code`, `what` and `hint`. Where nobody has an \
            account, a program sends the token of the server's first address as `Authorization: Bearer TOKEN`; else the token that \
            it gets by signing in (`POST /api/v1/session`). A page sends its cookie, and `X-CSRF-Token` with every change. What \
            each operation needs stands in `x-needs`, what it enters in the audit trail in `x-enters`."
    ),
    components(schemas(values::Refusal, search::What))
)]
struct Description;

/// The routes, and what is said of them.
pub fn router() -> (Router<Arc<App>>, OpenApi) {
    let (router, mut description) = described();
    for path in description.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), refusal().into());
        }
    }
    (router, description)
}

/// What every request may be answered with.
fn refusal() -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Refusal"))).build();
    ResponseBuilder::new().description("A refusal").content("application/json", content).build()
}

fn described() -> (Router<Arc<App>>, OpenApi) {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(session::sign_in, session::who, session::sign_out))
        .routes(routes!(quit::quit))
        .routes(routes!(meetings::list, meetings::create))
        .routes(routes!(meetings::one))
        .routes(routes!(search::search))
        .routes(routes!(within::search))
        .routes(routes!(seal::get, seal::open, seal::close))
        .routes(routes!(peaks::peaks))
        .routes(routes!(report::report))
        .routes(routes!(report::file))
        .routes(routes!(retention::list))
        .routes(routes!(retention::choose))
        .routes(routes!(description::get, description::put))
        .routes(routes!(description::tick))
        .merge(uploads())
        .routes(routes!(checks::doctor))
        .routes(routes!(checks::soundcheck))
        .routes(routes!(turns::list))
        .routes(routes!(turns::one))
        .routes(routes!(turns::history))
        .routes(routes!(corrections::text))
        .routes(routes!(corrections::speaker))
        .routes(routes!(corrections::heard))
        .routes(routes!(corrections::omitted))
        .routes(routes!(corrections::joined))
        .routes(routes!(corrections::undo))
        .routes(routes!(redactions::list, redactions::add))
        .routes(routes!(redactions::withdraw))
        .routes(routes!(pokir::mark))
        .routes(routes!(pokir::all))
        .routes(routes!(claims::list))
        .routes(routes!(claims::put))
        .routes(routes!(listened::get, listened::post))
        .routes(routes!(lexicon::get, lexicon::post))
        .routes(routes!(audio::audio))
        .routes(routes!(documents::list))
        .routes(routes!(documents::one))
        .routes(routes!(documents::official))
        .routes(routes!(life::state))
        .routes(routes!(life::advance))
        .routes(routes!(life::finalize))
        .routes(routes!(distribution::list))
        .routes(routes!(distribution::set))
        .routes(routes!(recordings::status, recordings::start))
        .routes(routes!(recordings::stop))
        .routes(routes!(recordings::enter))
        .routes(routes!(recordings::correct, recordings::withdraw))
        .routes(routes!(live::live))
        .routes(routes!(member::link))
        .routes(routes!(member::meetings))
        .routes(routes!(member::turns))
        .routes(routes!(member::sound))
        .routes(routes!(member::text))
        .routes(routes!(audit::entries))
        .routes(routes!(audit::export))
        .routes(routes!(audit::check))
        .merge(printers())
        .split_for_parts()
}

/// Says of each operation what it needs, as the guard asks it.
fn with_needs(mut description: OpenApi) -> OpenApi {
    for (path, item) in &mut description.paths.paths {
        let operations = [
            (Method::GET, &mut item.get),
            (Method::PUT, &mut item.put),
            (Method::POST, &mut item.post),
            (Method::DELETE, &mut item.delete),
        ];
        for (method, operation) in operations {
            let (Some(operation), Some(need)) = (operation, need(&method, path)) else { continue };
            let enters = enters(&method, path).map_or("nothing", Enters::key);
            let needs = ExtensionsBuilder::new().add("x-needs", need.key()).add("x-enters", enters).build();
            operation.extensions.get_or_insert_default().merge(needs);
        }
    }
    description
}

/// What takes more than the other requests.
fn uploads() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(description::upload)).layer(DefaultBodyLimit::max(description::LARGEST_LIST))
}

#[cfg(feature = "print")]
fn printers() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(printing::list))
        .routes(routes!(printing::print))
        .routes(routes!(printing::job, printing::cancel))
}

/// A program without printing has no routes for it.
#[cfg(not(feature = "print"))]
fn printers() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
}

/// Where the description is.
pub fn description(description: OpenApi) -> Router<Arc<App>> {
    let description = Json(with_needs(description));
    Router::new().route("/api/openapi.json", get(async move || description.clone()))
}

/// A body of JSON; what is wrong with one that is none is told as everything else is.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Refused))]
pub struct Body<T>(pub T);

/// What stands in the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Refused))]
pub struct Name<T>(pub T);

/// What stands behind the question mark.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Refused))]
pub struct Query<T>(pub T);

impl From<JsonRejection> for Refused {
    fn from(rejection: JsonRejection) -> Self {
        let message = Message::new("page.error.body").with("detail", rejection.body_text());
        Self::new(rejection.status(), message)
    }
}

impl From<PathRejection> for Refused {
    fn from(_: PathRejection) -> Self {
        Self::not_found(Message::new("page.error.nothing"))
    }
}

impl From<QueryRejection> for Refused {
    fn from(rejection: QueryRejection) -> Self {
        Self::unfit(Message::new("page.error.query").with("detail", rejection.body_text()))
    }
}
