//! Ending the server from the page.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;

use super::values::Refusal;
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::refused::Refused;

/// Ends the server, for everybody who has its page open. Recordings go on. Only somebody at the
/// computer on which it runs may.
#[utoipa::path(
    post,
    path = "/api/v1/quit",
    responses((status = 204, description = "It ends"), (status = 403, body = Refusal))
)]
pub async fn quit(State(app): State<Arc<App>>, Extension(actor): Extension<Arc<Actor>>) -> Result<StatusCode, Refused> {
    if !actor.is_here() {
        return Err(Refused::new(StatusCode::FORBIDDEN, Message::new("page.error.quit")));
    }
    app.end();
    Ok(StatusCode::NO_CONTENT)
}
