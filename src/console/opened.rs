//! Sealed meetings that somebody has opened on the page. Their keys are in memory only, and are lent
//! to the requests of that session for that meeting; they end with the session, when the meeting is
//! closed again, and with time.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::visitor::Visitor;
use crate::accounts::{Session, Sessions};
use crate::seal::{MeetingKey, no_core_dumps};

/// A meeting is closed again after this time without a request for it.
const IDLE: Duration = Duration::from_mins(30);
/// And after this time in any case.
const LONGEST: Duration = Duration::from_hours(4);

tokio::task_local! {
    /// The keys that the request of this task works with.
    static LENT: Arc<[MeetingKey]>;
}

/// A meeting that is open to one session.
struct Open {
    /// What the session sends with every change: it tells it from every other.
    csrf: String,
    session: Option<Arc<Session>>,
    meeting: String,
    /// Whose identity it was.
    by: String,
    keys: Arc<[MeetingKey]>,
    begun: Instant,
    asked: Instant,
}

impl Open {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.asked) >= IDLE || now.saturating_duration_since(self.begun) >= LONGEST
    }

    fn is_of(&self, visitor: &Visitor, meeting: &str) -> bool {
        self.csrf == visitor.csrf && self.meeting == meeting
    }
}

/// Whose identity opened a meeting, and how long it stays open without a request.
pub struct Standing {
    pub by: String,
    pub left: Duration,
}

/// The meetings that are open.
#[derive(Default)]
pub struct Opened {
    open: Mutex<Vec<Open>>,
}

impl Opened {
    /// Opens a meeting to a session.
    pub fn open(&self, visitor: &Visitor, meeting: &str, keys: Vec<MeetingKey>, by: String, now: Instant) {
        no_core_dumps();
        let mut open = self.lock();
        open.retain(|one| !one.is_of(visitor, meeting));
        open.push(Open {
            csrf: visitor.csrf.clone(),
            session: visitor.session().cloned(),
            meeting: meeting.to_owned(),
            by,
            keys: keys.into(),
            begun: now,
            asked: now,
        });
    }

    /// The keys that a session has of a meeting; asking keeps it open.
    pub fn keys(&self, visitor: &Visitor, meeting: &str, now: Instant) -> Arc<[MeetingKey]> {
        let mut open = self.lock();
        match open.iter_mut().find(|one| one.is_of(visitor, meeting) && !one.is_over(now)) {
            Some(one) => {
                one.asked = now;
                Arc::clone(&one.keys)
            }
            None => Arc::default(),
        }
    }

    /// The same without keeping it open: a page asks so by itself.
    pub fn keys_now(&self, visitor: &Visitor, meeting: &str, now: Instant) -> Arc<[MeetingKey]> {
        let open = self.lock();
        let one = open.iter().find(|one| one.is_of(visitor, meeting) && !one.is_over(now));
        one.map_or_else(Arc::default, |one| Arc::clone(&one.keys))
    }

    /// How a meeting is open to a session.
    pub fn standing(&self, visitor: &Visitor, meeting: &str, now: Instant) -> Option<Standing> {
        let open = self.lock();
        let one = open.iter().find(|one| one.is_of(visitor, meeting) && !one.is_over(now))?;
        let left = LONGEST.saturating_sub(now.saturating_duration_since(one.begun)).min(IDLE);
        Some(Standing { by: one.by.clone(), left })
    }

    /// Closes a meeting to a session.
    pub fn close(&self, visitor: &Visitor, meeting: &str) {
        self.lock().retain(|one| !one.is_of(visitor, meeting));
    }

    /// Closes all that a session has opened; gives their names.
    pub fn end(&self, visitor: &Visitor) -> Vec<String> {
        self.take(|one| one.csrf == visitor.csrf)
    }

    /// Closes what was left, and what belongs to a session that has ended; gives their names.
    pub fn purge(&self, sessions: &Sessions, now: Instant) -> Vec<String> {
        self.take(|one| one.is_over(now) || one.session.as_ref().is_some_and(|session| !sessions.is_open(session, now)))
    }

    fn take(&self, is_over: impl Fn(&Open) -> bool) -> Vec<String> {
        let mut closed = Vec::new();
        self.lock().retain(|one| {
            let over = is_over(one);
            if over {
                closed.push(one.meeting.clone());
            }
            !over
        });
        closed
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a request that works with these keys.
pub async fn lend<F: Future>(keys: Arc<[MeetingKey]>, answer: F) -> F::Output {
    LENT.scope(keys, answer).await
}

/// The keys that the request of this task works with.
pub fn lent() -> Arc<[MeetingKey]> {
    LENT.try_with(Arc::clone).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meeting_is_open_to_who_opened_it_until_it_is_left() {
        let (opened, now) = (Opened::default(), Instant::now());
        let (one, other) = (Visitor::computer("satu".into()), Visitor::computer("dua".into()));
        let key = MeetingKey::generate();
        opened.open(&one, "rapat", vec![key.clone()], "Sari".into(), now);
        let held = |visitor: &Visitor, meeting: &str, at: Instant| opened.keys(visitor, meeting, at).len();
        assert_eq!([held(&one, "rapat", now), held(&other, "rapat", now), held(&one, "lain", now)], [1, 0, 0]);
        // Asking keeps it open, but not for ever.
        let mut at = now;
        while at + IDLE / 2 < now + LONGEST {
            at += IDLE / 2;
            assert_eq!(held(&one, "rapat", at), 1);
        }
        assert_eq!(held(&one, "rapat", at + IDLE / 2), 0);
        assert_eq!(opened.purge(&Sessions::default(), at + IDLE), ["rapat"]);
        opened.open(&one, "rapat", vec![key.clone()], "Sari".into(), now);
        assert_eq!(held(&one, "rapat", now + IDLE), 0);
        opened.open(&one, "rapat", vec![key.clone()], "Sari".into(), now);
        opened.close(&one, "rapat");
        assert_eq!(held(&one, "rapat", now), 0);
        opened.open(&one, "rapat", vec![key], "Sari".into(), now);
        assert_eq!((opened.end(&other), opened.end(&one)), (Vec::new(), vec!["rapat".to_owned()]));
    }
}
