//! Every way between states, and none other.

use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::lifecycle::{Error, Life, State, Transition};
use e_risalah::meeting::CorrectionPeriod;
use e_risalah::transcript::store::Store;

use super::fixture::{Fixture, at, words};

/// A record in each state that a person can bring it to.
fn house_in(state: State) -> Fixture {
    let fixture = Fixture::new();
    if state >= State::Provisional {
        fixture.advance(State::Provisional, None, "2026-03-10T16:00:00Z[UTC]").expect("advanced");
    }
    if state >= State::Correction {
        fixture.advance(State::Correction, None, "2026-03-10T16:00:00Z[UTC]").expect("advanced");
    }
    if state >= State::Verification {
        fixture.advance(State::Verification, None, "2026-03-16T16:00:00Z[UTC]").expect("advanced");
    }
    if state >= State::Official {
        fixture.finalize("rusdi", Some("1"), "2026-03-16T16:00:00Z[UTC]").expect("official");
    }
    if state >= State::Archived {
        fixture.advance(State::Archived, None, "2026-03-16T16:00:00Z[UTC]").expect("archived");
    }
    assert_eq!(fixture.life().state(), state);
    fixture
}

fn explained(error: &Error) {
    for language in [Language::Indonesian, Language::English] {
        let message = error.message();
        let (what, hint) = (message.what(language), message.hint(language).unwrap_or_default());
        assert!(what.ends_with('.') && !what.contains("%{") && !hint.is_empty(), "{what} {hint}");
    }
}

#[test]
fn every_way_is_open_or_refused_as_it_should_be() {
    const NOW: &str = "2026-04-01T08:00:00Z[UTC]";
    for from in
        [State::Editing, State::Provisional, State::Correction, State::Verification, State::Official, State::Archived]
    {
        for to in State::ALL {
            // Each way begins anew only where it can succeed.
            let fixture = house_in(from);
            let outcome = fixture.advance(to, Some("alasan"), NOW);
            match outcome {
                Ok(step) => {
                    assert!(from.may_become(to), "{from:?} to {to:?}");
                    assert_eq!((step.state.as_str(), fixture.life().state()), (to.key(), to));
                }
                Err(error) => {
                    explained(&error);
                    assert_eq!(fixture.life().state(), from, "a refusal changes nothing");
                    match to {
                        State::Official => assert!(matches!(error, Error::NeedsFinalize)),
                        _ => assert!(matches!(error, Error::NoWay { .. }) && !from.may_become(to), "{from:?} {to:?}"),
                    }
                }
            }
        }
    }
}

#[test]
fn the_way_back_needs_a_reason_and_every_step_a_name() {
    let fixture = house_in(State::Correction);
    let error = fixture.advance(State::Editing, Some("  "), "2026-03-11T08:00:00Z[UTC]").expect_err("no reason");
    explained(&error);
    assert!(matches!(error, Error::NeedsReason { .. }), "{error:?}");
    let wish = Transition { to: State::Verification, by: " ".to_owned(), note: None, days: 4 };
    let error = fixture.life().advance(&fixture.store, &wish, &at("2026-03-16T08:00:00Z[UTC]")).expect_err("no name");
    explained(&error);
    assert!(matches!(error, Error::Nameless), "{error:?}");
}

#[test]
fn speakers_have_until_the_end_of_the_last_day() {
    let fixture = Fixture::new();
    let zone = "+08:00[Asia/Makassar]";
    fixture.advance(State::Provisional, None, &format!("2026-03-10T16:00:00{zone}")).expect("advanced");
    let step = fixture.advance(State::Correction, None, &format!("2026-03-10T16:10:00{zone}")).expect("advanced");
    let until = at(&format!("2026-03-14T23:59:59{zone}")).timestamp();
    let period = CorrectionPeriod { from: Some(jiff::civil::date(2026, 3, 10)), days: 4 };
    assert_eq!(fixture.life().period(at(&format!("2026-03-11T00:00:00{zone}")).time_zone()), Some(period));
    assert_eq!(step.until, Some(until));
    for early in ["2026-03-11T08:00:00", "2026-03-14T23:59:59"] {
        let error = fixture.advance(State::Verification, None, &format!("{early}{zone}")).expect_err("too early");
        explained(&error);
        assert!(matches!(error, Error::PeriodRuns { .. }), "{early}: {error:?}");
    }
    fixture.advance(State::Verification, None, &format!("2026-03-15T00:00:00{zone}")).expect("over");
    assert!(fixture.life().is_corrected(at(&format!("2026-03-15T00:00:00{zone}")).timestamp()));
}

#[test]
fn the_period_can_be_ended_early_with_a_reason_that_is_kept() {
    let fixture = house_in(State::Correction);
    fixture.advance(State::Verification, Some("semua setuju"), "2026-03-11T08:00:00Z[UTC]").expect("waived");
    let life = fixture.life();
    assert!(life.is_corrected(at("2026-03-11T08:00:00Z[UTC]").timestamp()));
    let (state, step) = life.steps().last().expect("a step");
    assert_eq!((state, step.by.as_str(), step.note.as_deref()), (State::Verification, "Sari", Some("semua setuju")));
}

#[test]
fn a_clock_that_was_never_set_is_refused() {
    let fixture = house_in(State::Correction);
    for wrong in ["1970-01-01T00:00:10Z[UTC]", "2025-12-31T00:00:00Z[UTC]", "2026-03-10T15:00:00Z[UTC]"] {
        let error = fixture.advance(State::Verification, Some("alasan"), wrong).expect_err("the clock is wrong");
        explained(&error);
        assert!(matches!(error, Error::Clock { .. }), "{wrong}: {error:?}");
        let error = fixture.finalize("rusdi", Some("1"), wrong).expect_err("the clock is wrong");
        assert!(matches!(error, Error::Clock { .. }), "{wrong}: {error:?}");
    }
    assert_eq!(fixture.life().state(), State::Correction);
}

#[test]
fn an_interrupted_recognition_is_not_yet_edited() {
    let fixture = Fixture::with(super::fixture::RAPAT, words(), false);
    assert_eq!(fixture.life().state(), State::Transcribing);
    let error = fixture.advance(State::Provisional, None, "2026-03-11T08:00:00Z[UTC]").expect_err("incomplete");
    assert!(matches!(error, Error::NoWay { from: State::Transcribing, .. }), "{error:?}");
}

#[test]
fn a_period_without_end_is_refused() {
    let fixture = house_in(State::Provisional);
    let wish = Transition { to: State::Correction, by: "Sari".to_owned(), note: None, days: u32::MAX };
    let error = fixture.life().advance(&fixture.store, &wish, &at("2026-03-11T08:00:00Z[UTC]")).expect_err("too long");
    explained(&error);
    assert!(matches!(error, Error::Period { .. }), "{error:?}");
}

#[test]
fn whether_speakers_may_correct_is_known_from_the_steps_alone() {
    const DURING: &str = "2026-03-11T08:00:00+08:00[Asia/Makassar]";
    let fixture = Fixture::new();
    let until = |now: &str| Life::open_for_correction(&fixture.store, at(now).timestamp()).expect("read");
    assert_eq!(until(DURING), None);
    for to in [State::Provisional, State::Correction] {
        fixture.advance(to, None, "2026-03-10T16:00:00+08:00[Asia/Makassar]").expect("advanced");
    }
    assert_eq!(until(DURING), fixture.life().deadline());
    assert!(until("2026-03-14T23:59:58+08:00[Asia/Makassar]").is_some());
    assert_eq!(until("2026-03-14T23:59:59+08:00[Asia/Makassar]"), None);
    fixture.advance(State::Verification, Some("semua setuju"), DURING).expect("ended early");
    assert_eq!(until(DURING), None);
    fixture.advance(State::Editing, Some("salah"), DURING).expect("back");
    assert_eq!(until(DURING), None);
    // No word of it was read: a store without any answers as well.
    let empty = tempfile::tempdir().expect("a folder");
    let store = Store::create(empty.path()).expect("a store");
    assert!(store.load().is_err());
    assert_eq!(Life::open_for_correction(&store, at(DURING).timestamp()).expect("read"), None);
}
