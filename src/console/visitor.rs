//! What somebody who asks may do.

use std::sync::Arc;

use axum::http::StatusCode;

use super::actor::{Actor, ActorKind};
use super::refused::Refused;
use crate::accounts::{RIGHTS, Right, Session};
use crate::common::language::Language;
use crate::common::message::Message;

/// What somebody who asks may do. The guard puts it into the request's extensions, beside the
/// [`Actor`].
#[derive(Clone)]
pub struct Visitor {
    may: May,
    /// What a page must send with every change.
    pub csrf: String,
}

#[derive(Clone)]
enum May {
    /// Nobody has an account: whoever sits at this computer may do all but what a member may.
    Everything,
    /// What their roles let do.
    Signed(Arc<Session>),
    /// Only what a member may.
    OwnTurns,
}

impl Visitor {
    /// Who sits at this computer, where nobody has an account.
    pub fn computer(csrf: String) -> Self {
        Self { may: May::Everything, csrf }
    }

    /// Who is signed in.
    pub fn signed(session: Arc<Session>) -> Self {
        Self { csrf: session.csrf.clone(), may: May::Signed(session) }
    }

    /// Who has opened a member's link.
    pub fn member(csrf: String) -> Self {
        Self { may: May::OwnTurns, csrf }
    }

    /// Their session, of somebody who is signed in.
    pub fn session(&self) -> Option<&Arc<Session>> {
        match &self.may {
            May::Signed(session) => Some(session),
            May::Everything | May::OwnTurns => None,
        }
    }

    /// Whether they have a right.
    pub fn may(&self, right: Right) -> bool {
        match &self.may {
            May::Everything => right != Right::OwnTurns,
            May::Signed(session) => session.roles.have(right),
            May::OwnTurns => right == Right::OwnTurns,
        }
    }

    /// The keys of their rights.
    pub fn rights(&self) -> impl Iterator<Item = &'static str> + '_ {
        RIGHTS.iter().map(|(right, _)| *right).filter(|right| self.may(*right)).map(Right::key)
    }
}

/// Why somebody is not let do what needs this right.
pub fn without(right: Right, language: Language) -> Refused {
    let message = Message::new("page.error.right").with("right", right.name(language));
    Refused::new(StatusCode::FORBIDDEN, message.with("roles", right.held_by(language)))
}

/// The name in which something is done: of who is signed in, else the one that was typed.
pub fn named(actor: &Actor, typed: Option<&str>) -> Result<String, Refused> {
    let name = if actor.kind == ActorKind::Account { Some(actor.name.as_str()) } else { typed };
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| Refused::unfit(Message::new("status.nameless")))
}
