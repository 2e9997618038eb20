//! Who asks.

use std::net::IpAddr;

use crate::accounts::Session;
use crate::common::user;

/// Who sent a request. The guard puts it into the request's extensions; a request that nothing is
/// asked of (files of the page, a page that lets in) has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name: of the computer's user, of the account, or the short name of the member.
    pub name: String,
    /// The roles of an account, by their keys with commas between them.
    pub role: Option<String>,
    /// How it is known who it is.
    pub kind: ActorKind,
    /// Where the request comes from.
    pub address: IpAddr,
}

/// How it is known who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// By the secret of the server's address: the person at this computer, who needs no account.
    Computer,
    /// By an account.
    Account,
    /// By the link that a member was given for one meeting.
    Member,
}

impl Actor {
    /// The person at this computer.
    pub fn computer(address: IpAddr) -> Self {
        Self { name: user::name(), role: None, kind: ActorKind::Computer, address }
    }

    /// Somebody who is signed in.
    pub fn account(session: &Session, address: IpAddr) -> Self {
        let role = Some(session.roles.to_string());
        Self { name: session.name.clone(), role, kind: ActorKind::Account, address }
    }

    /// A member who has opened their link.
    pub fn member(person: &str, address: IpAddr) -> Self {
        Self { name: person.to_owned(), role: None, kind: ActorKind::Member, address }
    }
}
