//! Who is signed in. Sessions are kept in memory: they end with the server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::account::{Account, same_name};
use super::error::Error;
use super::role::Roles;
use crate::common::digest::sha256;
use crate::common::secret::random;

/// A session ends after this time without a request.
const IDLE: Duration = Duration::from_hours(1);
/// A session ends after this time in any case.
const LONGEST: Duration = Duration::from_hours(12);
/// Sessions that one account may have; the oldest ends for the next.
const MOST: usize = 16;

/// Who says that somebody is who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Basis {
    /// An account of the house, as it was set last when the session began.
    Account(Timestamp),
    /// The office's provider.
    Provider,
}

/// Somebody who is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// The name.
    pub name: String,
    /// What they are.
    pub roles: Roles,
    /// The short name of the person in the descriptions of meetings.
    pub person: Option<String>,
    basis: Basis,
    /// What a page must send with every change.
    pub csrf: String,
}

impl Session {
    /// Of an account.
    ///
    /// # Errors
    /// [`Error::Random`] when the system gives no random numbers.
    pub fn of(account: &Account) -> Result<Self, Error> {
        Ok(Self {
            name: account.name.clone(),
            roles: account.roles.clone(),
            person: account.person.clone(),
            basis: Basis::Account(account.changed),
            csrf: random().map_err(|_| Error::Random)?,
        })
    }

    /// Of somebody whom the office's provider knows.
    ///
    /// # Errors
    /// [`Error::Random`] when the system gives no random numbers.
    pub fn signed_on(name: String, roles: Roles, person: Option<String>) -> Result<Self, Error> {
        Ok(Self { name, roles, person, basis: Basis::Provider, csrf: random().map_err(|_| Error::Random)? })
    }

    /// Whether its account is still as it was. Of somebody whom a provider knows, whether no
    /// account
    /// was given their name meanwhile.
    #[must_use]
    pub fn holds(&self, accounts: &[Account]) -> bool {
        let account = accounts.iter().find(|account| same_name(&account.name, &self.name));
        match self.basis {
            Basis::Account(changed) => account.is_some_and(|account| !account.disabled && account.changed == changed),
            Basis::Provider => account.is_none(),
        }
    }
}

struct Open {
    session: Arc<Session>,
    begun: Instant,
    asked: Instant,
}

/// The sessions that are open, by the hash of their secret.
#[derive(Default)]
pub struct Sessions {
    open: Mutex<HashMap<String, Open>>,
}

impl Sessions {
    /// Begins a session; gives it with its secret, of 256 random bits.
    ///
    /// # Errors
    /// [`Error::Random`] when the system gives no random numbers.
    pub fn begin(&self, session: Session, now: Instant) -> Result<(Arc<Session>, String), Error> {
        let secret = random().map_err(|_| Error::Random)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, open| !is_over(open, now));
        let own = |open: &&Open| same_name(&open.session.name, &session.name);
        if open.values().filter(own).count() >= MOST {
            let oldest = open.iter().filter(|(_, open)| own(open)).min_by_key(|(_, open)| open.begun);
            let oldest = oldest.map(|(hash, _)| hash.clone());
            oldest.map(|hash| open.remove(&hash));
        }
        let session = Arc::new(session);
        open.insert(sha256(secret.as_bytes()), Open { session: Arc::clone(&session), begun: now, asked: now });
        Ok((session, secret))
    }

    /// The session of this secret, if it has not ended; asking keeps it open.
    pub fn find(&self, secret: &str, now: Instant) -> Option<Arc<Session>> {
        let hash = sha256(secret.as_bytes());
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.get_mut(&hash)?;
        if is_over(open, now) {
            all.remove(&hash);
            return None;
        }
        open.asked = now;
        Some(Arc::clone(&open.session))
    }

    /// Whether a session has neither ended nor been left; asking does not keep it open.
    pub fn is_open(&self, session: &Arc<Session>, now: Instant) -> bool {
        let all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().any(|open| Arc::ptr_eq(&open.session, session) && !is_over(open, now))
    }

    /// Ends a session.
    pub fn end(&self, session: &Arc<Session>) {
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, open| !Arc::ptr_eq(&open.session, session));
    }

    /// Keeps a session open whose page is watched, until its time is over in any case.
    pub fn keep(&self, session: &Arc<Session>, now: Instant) {
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for open in all.values_mut().filter(|open| Arc::ptr_eq(&open.session, session)) {
            open.asked = now;
        }
    }
}

fn is_over(open: &Open, now: Instant) -> bool {
    now.saturating_duration_since(open.asked) >= IDLE || now.saturating_duration_since(open.begun) >= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Role;

    fn account(name: &str) -> Account {
        Account {
            name: name.to_owned(),
            roles: [Role::Editor].into_iter().collect(),
            person: None,
            password: String::new(),
            disabled: false,
            changed: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn it_ends_when_nobody_asks_and_in_any_case() {
        let (sessions, begun) = (Sessions::default(), Instant::now());
        let begin = |now| sessions.begin(Session::of(&account("sari")).expect("random"), now).expect("random").1;
        let left = begin(begun);
        assert!(sessions.find(&left, begun + IDLE.saturating_sub(Duration::from_secs(1))).is_some());
        assert!(sessions.find(&left, begun + IDLE * 2).is_none());
        let used = begin(begun);
        let mut now = begun;
        while now + IDLE / 2 < begun + LONGEST {
            now += IDLE / 2;
            assert!(sessions.find(&used, now).is_some());
        }
        assert!(sessions.find(&used, now + IDLE / 2).is_none(), "after the longest time");
        assert!(sessions.find(&"0".repeat(64), begun).is_none());
    }

    #[test]
    fn one_that_was_left_is_gone_and_a_changed_account_holds_none() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let (session, secret) = sessions.begin(Session::of(&account("sari")).expect("random"), now).expect("random");
        assert!(sessions.find(&secret, now).is_some_and(|found| Arc::ptr_eq(&found, &session)));
        assert!(session.holds(&[account("SARI")]) && !session.holds(&[account("lain")]) && !session.holds(&[]));
        assert!(!session.holds(&[Account { disabled: true, ..account("sari") }]));
        assert!(!session.holds(&[Account { changed: Timestamp::MAX, ..account("sari") }]));
        assert!(sessions.is_open(&session, now) && !sessions.is_open(&session, now + IDLE));
        sessions.end(&session);
        assert!(!sessions.is_open(&session, now) && sessions.find(&secret, now).is_none());
    }

    #[test]
    fn an_account_has_only_so_many() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let begin = |name, at| sessions.begin(Session::of(&account(name)).expect("random"), at).expect("random").1;
        let other = begin("bambang", now);
        let first = begin("sari", now);
        for number in 1..=MOST as u64 {
            begin("sari", now + Duration::from_millis(number));
        }
        assert!(sessions.find(&first, now).is_none() && sessions.find(&other, now).is_some());
    }
}
