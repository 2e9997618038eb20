//! What the page enters in the audit trail, and how often.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::actor::{Actor, ActorKind};
use super::refused::Refused;
use crate::audit::{Action, Head, Kind, Trail, Who};

/// For so long one entry stands for all that is the same: a page asks again and again, and an
/// editor saves at every pause.
const COVERS: Duration = Duration::from_mins(30);
/// The same for sign-ins that fail: somebody who guesses must not fill the disk.
const COVERS_FAILED: Duration = Duration::from_mins(1);
/// More are not kept in mind; what is forgotten is entered once more.
const MOST: usize = 10_000;

/// Something that is entered.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AuditEvent {
    pub who: Who,
    pub action: Action,
    pub meeting: Option<String>,
    pub detail: Option<String>,
}

impl AuditEvent {
    pub fn of(actor: &Actor, action: Action, meeting: Option<&str>, detail: Option<&str>) -> Self {
        let (meeting, detail) = (meeting.map(str::to_owned), detail.map(str::to_owned));
        Self { who: actor.into(), action, meeting, detail }
    }
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        let kind = match actor.kind {
            ActorKind::Computer => Kind::Computer,
            ActorKind::Account => Kind::Account,
            ActorKind::Member => Kind::Member,
        };
        Self { by: actor.name.clone(), kind, address: Some(actor.address) }
    }
}

/// The trail of the folder of meetings, and what was entered a short time ago.
pub struct Entering {
    pub trail: Trail,
    recent: Mutex<HashMap<AuditEvent, Instant>>,
}

impl Entering {
    pub fn of(root: &Path) -> Self {
        Self { trail: Trail::of(root), recent: Mutex::default() }
    }

    /// Enters something. Where that fails, it must not be done.
    pub fn enter(&self, event: &AuditEvent) -> Result<Head, Refused> {
        self.trail.enter(&event.who, event.action, event.meeting.as_deref(), event.detail.as_deref()).map_err(|error| {
            tracing::error!(action = event.action.key(), "not entered");
            Refused::from(error)
        })
    }

    /// The same, unless an entry a short time ago stands for it.
    pub fn enter_once(&self, event: &AuditEvent, now: Instant) -> Result<Option<Head>, Refused> {
        self.enter_for(event, now, COVERS)
    }

    /// Enters that a sign-in failed. Nothing hangs on it.
    pub fn enter_failed(&self, event: &AuditEvent, now: Instant) {
        let _ = self.enter_for(event, now, COVERS_FAILED);
    }

    fn enter_for(&self, event: &AuditEvent, now: Instant, covers: Duration) -> Result<Option<Head>, Refused> {
        let is_covered = |at: &Instant| now.saturating_duration_since(*at) < covers;
        if self.recent().get(event).is_some_and(is_covered) {
            return Ok(None);
        }
        let head = self.enter(event)?;
        let mut recent = self.recent();
        if recent.len() >= MOST {
            recent.retain(|_, at| now.saturating_duration_since(*at) < COVERS);
        }
        if recent.len() >= MOST {
            recent.clear();
        }
        recent.insert(event.clone(), now);
        Ok(Some(head))
    }

    /// Enters that something was not done that was entered before. Nothing hangs on it.
    pub fn not_done(&self, event: &AuditEvent, entered: &Head, why: &str) {
        self.recent().remove(event);
        let detail = format!("{} {why}", entered.line);
        let _ = self.enter(&AuditEvent { action: Action::NotDone, detail: Some(detail), ..event.clone() });
    }

    /// Does what is entered before it is done, and tells the trail where it was not.
    pub fn entered<T>(&self, event: &AuditEvent, work: impl FnOnce(Head) -> Result<T, Refused>) -> Result<T, Refused> {
        let head = self.enter(event)?;
        work(head.clone()).inspect_err(|refused| self.not_done(event, &head, &refused.message.key))
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, HashMap<AuditEvent, Instant>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(action: Action, detail: &str) -> AuditEvent {
        let who = Who { by: "Sari".to_owned(), kind: Kind::Account, address: None };
        AuditEvent { who, action, meeting: Some("rapat".to_owned()), detail: Some(detail.to_owned()) }
    }

    #[test]
    fn what_is_the_same_is_entered_once_in_a_while() {
        let place = tempfile::tempdir().expect("a folder");
        let (entering, now) = (Entering::of(place.path()), Instant::now());
        let line = |detail: &str, after: Duration| {
            let Ok(head) = entering.enter_once(&event(Action::Listened, detail), now + after) else {
                panic!("not entered")
            };
            head.map(|head| head.line)
        };
        assert_eq!(line("a", Duration::ZERO), Some(1));
        assert_eq!(line("a", COVERS / 2), None);
        assert_eq!(line("b", COVERS / 2), Some(2));
        assert_eq!(line("a", COVERS), Some(3));
        assert_eq!(line("a", COVERS), None);
    }

    #[test]
    fn what_was_not_done_is_told_and_entered_anew() {
        let place = tempfile::tempdir().expect("a folder");
        let (entering, now) = (Entering::of(place.path()), Instant::now());
        let corrected = event(Action::Corrected, "turns/1/text");
        let head = entering.enter_once(&corrected, now).ok().flatten().expect("entered");
        entering.not_done(&corrected, &head, "409");
        assert!(entering.enter_once(&corrected, now).ok().flatten().is_some());
        let refused = entering.entered(&event(Action::Signed, "170"), |head| {
            assert_eq!(head.line, 4);
            Err::<(), _>(Refused::conflict(crate::common::message::Message::new("status.hindered")))
        });
        assert!(refused.is_err());
        let told: Vec<_> = entering.trail.read().expect("read").into_iter().map(|line| line.entry).collect();
        assert_eq!((told[1].action, told[1].detail.as_deref()), (Action::NotDone, Some("1 409")));
        assert_eq!((told[4].action, told[4].detail.as_deref()), (Action::NotDone, Some("4 status.hindered")));
    }

    #[test]
    fn without_an_entry_nothing_is_done() {
        let place = tempfile::tempdir().expect("a folder");
        let entering = Entering::of(&place.path().join("tidak-ada"));
        let signed =
            entering.entered(&event(Action::Signed, "170"), |_| -> Result<(), Refused> { panic!("it is done") });
        assert_eq!(signed.err().map(|refused| refused.message.key), Some("audit.write".to_owned()));
        assert!(entering.enter_once(&event(Action::Opened, ""), Instant::now()).is_err());
        std::fs::create_dir(place.path().join("tidak-ada")).expect("made");
        assert!(entering.enter_once(&event(Action::Opened, ""), Instant::now()).ok().flatten().is_some());
    }
}
