//! The words of a turn that still goes on, for the eye only: never stored, and never in the way of
//! final words.
//!
//! It has a recogniser and a thread of its own, which gets only the time that nobody else wants. It
//! looks at a turn while no final words are `pending_finals`, and gives up as soon as some are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use serde::{Deserialize, Serialize};

use super::history::History;
use crate::common::clock::{Channel, Clock, Span};
use crate::floor::{self, Floor};
use crate::recognise::speech::Recogniser;

/// The least time between two previews.
const REST: Duration = Duration::from_secs(1);

/// What is being said on a channel, as far as it was recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The channel.
    pub channel: Channel,
    /// What was heard of the turn, on the recording's clock.
    pub span: Span,
    /// The words by now; the final ones may be others.
    pub text: String,
}

/// Final words that were asked for and have not come yet.
#[derive(Clone, Debug, Default)]
pub(super) struct PendingFinals(Arc<AtomicUsize>);

impl PendingFinals {
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn settle(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// The last preview that nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct LatestPreview(Mutex<Option<Preview>>);

impl LatestPreview {
    pub fn take(&self) -> Option<Preview> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, preview: Preview) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(preview);
    }
}

struct PreviewRequest {
    channel: Channel,
    span: Span,
    sound: Vec<f32>,
}

/// Where the reader offers what is being said. Dropping it ends the previews.
pub(super) struct Window {
    requests: Sender<PreviewRequest>,
    pending_finals: PendingFinals,
    offered: Option<(Channel, Span)>,
    next: Instant,
}

impl Window {
    /// Begins to look with this recogniser.
    pub fn open<'scope, R: Recogniser + Send + 'scope>(
        scope: &'scope Scope<'scope, '_>,
        recogniser: R,
        clock: Clock,
        pending_finals: &PendingFinals,
        seen: &'scope LatestPreview,
    ) -> Self {
        // Without room in between: an offer is taken at once or never.
        let (requests, taken) = bounded(0);
        let owing = pending_finals.clone();
        scope.spawn(move || look(recogniser, &taken, clock, &owing, seen));
        Self { requests, pending_finals: pending_finals.clone(), offered: None, next: Instant::now() }
    }

    /// Offers the turn that began last, if there is time for it.
    pub fn offer(&mut self, floor: &Floor, history: &History) {
        if self.pending_finals.any() || Instant::now() < self.next {
            return;
        }
        let Some(turn) = floor.open().max_by_key(|turn| turn.span.start) else { return };
        // In a pause there is nothing new.
        if self.offered != Some((turn.channel, turn.span)) {
            let sound = history.get(turn.channel, turn.audible());
            self.send(PreviewRequest { channel: turn.channel, span: turn.span, sound });
        }
    }

    /// Whether it was taken.
    fn send(&mut self, request: PreviewRequest) -> bool {
        let what = (request.channel, request.span);
        let taken = self.requests.try_send(request).is_ok();
        if taken {
            self.offered = Some(what);
            self.next = Instant::now() + REST;
        }
        taken
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // For good: what is being looked at now is given up.
        self.pending_finals.add();
    }
}

fn look(
    mut recogniser: impl Recogniser,
    requests: &Receiver<PreviewRequest>,
    clock: Clock,
    pending_finals: &PendingFinals,
    seen: &LatestPreview,
) {
    // On Linux this concerns the thread that asks for it and no other.
    let _ = rustix::process::nice(19);
    for PreviewRequest { channel, span, sound } in requests {
        let owing = pending_finals.clone();
        // What fails here will be tried again where it counts, and told there.
        if let Ok(Some(heard)) = recogniser.preview(&sound, Box::new(move || owing.any()))
            && !heard.words.is_empty()
        {
            seen.put(Preview { channel, span: floor::CLOCK.convert_span(span, clock), text: heard.text() });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::recognise::speech::{Error, GiveUp, Recognition, Word};

    /// Hears one word; of sound that begins with silence nothing, for as long as it may.
    struct Ear;

    impl Recogniser for Ear {
        fn recognise(&mut self, sound: &[f32]) -> Result<Recognition, Error> {
            let span = Span::new(0, sound.len() as u64);
            let word = Word { text: "Setuju".to_owned(), span, probability: 1.0, tokens: 1, log_probability: 0.0 };
            Ok(Recognition { words: vec![word], ..Recognition::default() })
        }

        fn preview(&mut self, sound: &[f32], give_up: GiveUp) -> Result<Option<Recognition>, Error> {
            if sound[0] > 0.0 {
                return self.recognise(sound).map(Some);
            }
            while !give_up() {
                thread::yield_now();
            }
            Ok(None)
        }
    }

    fn request(sample: f32) -> PreviewRequest {
        PreviewRequest { channel: Channel::from_index(3), span: Span::new(16_000, 32_000), sound: vec![sample; 16_000] }
    }

    /// Offers until it is taken: the thread may not have begun to wait.
    fn offer(window: &mut Window, sample: f32) {
        while !window.send(request(sample)) {
            thread::yield_now();
        }
    }

    fn clock() -> Clock {
        Clock::new(std::num::NonZeroU32::new(48_000).expect("a rate"))
    }

    #[test]
    fn what_is_heard_is_seen_once_on_the_clock_of_the_recording() {
        let (pending_finals, seen) = (PendingFinals::default(), LatestPreview::default());
        thread::scope(|scope| {
            offer(&mut Window::open(scope, Ear, clock(), &pending_finals, &seen), 0.5);
        });
        let expected =
            Preview { channel: Channel::from_index(3), span: Span::new(48_000, 96_000), text: "Setuju".to_owned() };
        assert_eq!((seen.take(), seen.take()), (Some(expected), None));
    }

    #[test]
    fn it_is_given_up_when_final_words_are_owed_and_when_the_reader_ends() {
        let (pending_finals, seen) = (PendingFinals::default(), LatestPreview::default());
        thread::scope(|scope| {
            let mut window = Window::open(scope, Ear, clock(), &pending_finals, &seen);
            offer(&mut window, 0.0);
            assert!(!window.send(request(0.5)), "one at a time");
            pending_finals.add();
            // It is taken only by a thread that has come back.
            offer(&mut window, 0.5);
            pending_finals.settle();
            offer(&mut window, 0.0);
        });
        assert_eq!(seen.take().map(|preview| preview.text).as_deref(), Some("Setuju"));
    }

    #[test]
    fn nothing_is_offered_while_final_words_are_owed_or_nobody_speaks() {
        let (pending_finals, seen) = (PendingFinals::default(), LatestPreview::default());
        let (floor, history) = (Floor::new(1), History::new(1));
        thread::scope(|scope| {
            let mut window = Window::open(scope, Ear, clock(), &pending_finals, &seen);
            window.offer(&floor, &history);
            assert_eq!(window.offered, None);
            pending_finals.add();
            window.offer(&floor, &history);
            assert_eq!(window.offered, None);
        });
    }
}
