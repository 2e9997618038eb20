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
        Self { name: user::name(), kind: ActorKind::Computer, address }
    }

    /// Somebody who is signed in.
    pub fn account(session: &Session, address: IpAddr) -> Self {
        Self { name: session.name.clone(), kind: ActorKind::Account, address }
    }

    /// Whether they sit at the computer on which this program runs.
    pub fn is_here(&self) -> bool {
        self.address.to_canonical().is_loopback()
    }

    /// A member who has opened their link.
    pub fn member(person: &str, address: IpAddr) -> Self {
        Self { name: person.to_owned(), kind: ActorKind::Member, address }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn here_is_this_computer_only() {
        for (address, is_here) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("192.168.1.5", false),
            ("::ffff:192.168.1.5", false),
            ("fe80::1", false),
        ] {
            assert_eq!(Actor::computer(address.parse().expect("an address")).is_here(), is_here, "{address}");
        }
    }
}
