//! What the keys do.

use ratatui::crossterm::event::KeyModifiers;

use super::*;

#[test]
fn letters_enter_events() {
    for (letter, kind) in [
        ('b', EventKind::Opened),
        ('s', EventKind::Suspended),
        ('c', EventKind::Resumed),
        ('1', EventKind::Gavel(1)),
        ('3', EventKind::Gavel(3)),
    ] {
        assert_eq!(entered(nine().press(KeyCode::Char(letter))), Some(Entered::Event(kind)));
    }
    assert_eq!(nine().press(KeyCode::Char('2')), None);
    assert_eq!(nine().press(KeyCode::Char('d')), Some(Action::Detach));
}

#[test]
fn a_key_that_is_held_down_enters_once() {
    let (mut keys, start, moment) = (Keys::default(), Instant::now(), Moment::of(None));
    let mut press = |millis| {
        let at = start + Duration::from_millis(millis);
        keys.press(KeyEvent::from(KeyCode::Char('1')), at, &meeting(), moment).is_some()
    };
    assert_eq!([0, 40, 80, 120, 160].map(&mut press), [true, false, false, false, false]);
    assert!(press(600));
}

#[test]
fn closing_to_the_public_and_opening_again_take_a_second_key() {
    for (private, kind) in [(false, EventKind::Private), (true, EventKind::Public)] {
        let (mut keys, start) = (Keys::default(), Instant::now());
        let moment = Moment { private, ..Moment::of(None) };
        let mut press =
            |code, millis| keys.press(KeyEvent::from(code), start + Duration::from_millis(millis), &meeting(), moment);
        assert_eq!(press(KeyCode::Char('x'), 0), None);
        assert_eq!(press(KeyCode::Char('x'), 40), None, "held down");
        assert_eq!(press(KeyCode::Char('b'), 400), None, "another key is no answer");
        assert_eq!(press(KeyCode::Char('x'), 900), Some(Action::Enter(Entered::Event(kind), start)));
        assert_eq!(press(KeyCode::Char('x'), 2_000), None);
        assert_eq!(press(KeyCode::Esc, 2_500), None);
    }
}

#[test]
fn control_c_leaves_the_screen_even_from_a_question() {
    let mut shown = nine();
    shown.press(KeyCode::Char('q'));
    let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(shown.keys.press(key, Instant::now(), &meeting(), Moment::of(None)), Some(Action::Detach));
}

#[test]
fn an_interjection_is_offered_to_who_has_the_floor() {
    let interjection = |number| Some(Entered::Event(EventKind::Interjection(channel(number))));
    let mut shown = nine();
    assert_eq!(shown.press(KeyCode::Char('i')), None);
    assert!(shown.text(80, 24).contains("Interupsi dari mikrofon [5 Siti Aminah, S.Pd.]:"));
    assert_eq!(entered(shown.answer("")), interjection(5));
    shown.press(KeyCode::Char('i'));
    assert_eq!(entered(shown.answer("7")), interjection(7));
}

#[test]
fn a_seat_that_is_not_there_is_refused() {
    let mut shown = nine();
    shown.press(KeyCode::Char('i'));
    assert_eq!(shown.answer("10"), None);
    assert!(shown.text(80, 24).contains("Ketik nomor 1 sampai 9."));
    shown.press(KeyCode::Backspace);
    assert_eq!(entered(shown.press(KeyCode::Enter)), Some(Entered::Event(EventKind::Interjection(channel(1)))));
}

#[test]
fn a_note_is_of_the_moment_of_its_key() {
    let (mut shown, before) = (nine(), Instant::now());
    shown.press(KeyCode::Char('k'));
    let after = Instant::now();
    assert_eq!(shown.answer(""), None);
    let Some(Action::Enter(entered, at)) = shown.answer("hujan, q dan b ") else { panic!("not entered") };
    assert_eq!(entered, Entered::Event(EventKind::Note("hujan, q dan b".to_owned())));
    assert!((before..=after).contains(&at));
}

#[test]
fn somebody_else_sits_down() {
    let seated =
        |person: Option<&str>| Some(Entered::Seated { channel: channel(9), person: person.map(str::to_owned) });
    let mut shown = nine();
    shown.press(KeyCode::Char('o'));
    assert_eq!(shown.answer("9"), None);
    assert!(shown.text(80, 24).contains("(tidak dikenal)"));
    assert_eq!(entered(shown.answer("")), seated(None));
    for (typed, id) in [("pratama sur", "surya"), ("YUSUF", "yusuf")] {
        shown.press(KeyCode::Char('o'));
        shown.answer("9");
        assert_eq!(entered(shown.answer(typed)), seated(Some(id)));
    }
    shown.press(KeyCode::Char('o'));
    shown.answer("9");
    assert_eq!(shown.answer("xyz"), None);
    (0..3).for_each(|_| assert_eq!(shown.press(KeyCode::Backspace), None));
    (0..9).for_each(|_| assert_eq!(shown.press(KeyCode::Down), None));
    let text = shown.text(60, 15);
    assert!(text.contains("Ir. Surya Pratama"), "the chosen name is out of sight:\n{text}");
    assert_eq!(entered(shown.press(KeyCode::Enter)), seated(Some("surya")));
}

#[test]
fn an_agreement_asks_for_the_decision_and_its_letters_are_no_keys() {
    let agreed = |text: Option<&str>| Some(Entered::Event(EventKind::Agreed(text.map(str::to_owned))));
    let mut shown = nine();
    assert_eq!(shown.press(KeyCode::Char('y')), None);
    assert!(shown.text(80, 24).contains("isi keputusan"), "{}", shown.text(80, 24));
    assert_eq!(
        entered(shown.answer("menyetujui tata tertib, tutup bukti i")),
        agreed(Some("menyetujui tata tertib, tutup bukti i"))
    );
    shown.press(KeyCode::Char('y'));
    assert_eq!(entered(shown.press(KeyCode::Enter)), agreed(None));
}

#[test]
fn a_meeting_is_closed_by_a_second_key_and_by_no_other() {
    let (mut shown, start, moment) = (nine(), Instant::now(), Moment::of(None));
    let mut press = |letter, millis| {
        let at = start + Duration::from_millis(millis);
        shown.keys.press(KeyEvent::from(letter), at, &meeting(), moment)
    };
    assert_eq!(press(KeyCode::Char('t'), 0), None);
    // Held down.
    assert_eq!([30, 60, 90].map(|millis| press(KeyCode::Char('t'), millis)), [None, None, None]);
    for (number, letter) in (1..).zip("yb1iq".chars()) {
        assert_eq!(press(KeyCode::Char(letter), 1_000 * number), None, "{letter}");
    }
    assert_eq!(press(KeyCode::Enter, 7_000), None);
    let closed = press(KeyCode::Char('T'), 8_000);
    assert_eq!(closed, Some(Action::Enter(Entered::Event(EventKind::Closed), start)), "of the moment of the first");
    press(KeyCode::Char('t'), 9_000);
    assert_eq!([press(KeyCode::Esc, 10_000), press(KeyCode::Char('2'), 11_000)], [None, None]);
    assert!(shown.keys.prompt().is_none());
}

#[test]
fn what_was_entered_last_is_taken_back_by_a_second_key() {
    let (mut shown, start) = (nine(), Instant::now());
    let press = |shown: &mut Shown, millis| {
        let key = KeyEvent::from(KeyCode::Char('u'));
        shown.keys.press(key, start + Duration::from_millis(millis), &meeting(), Moment::of(None))
    };
    assert_eq!(press(&mut shown, 0), None);
    assert!(shown.text(100, 24).contains("Urungkan ketuk palu 3 kali (00:00:45)?"), "{}", shown.text(100, 24));
    assert_eq!(press(&mut shown, 1_000), Some(Action::Withdraw));
    if let Some(status) = &mut shown.status {
        status.undo = None;
    }
    press(&mut shown, 2_000);
    assert!(shown.text(100, 24).contains("Belum ada catatan"), "{}", shown.text(100, 24));
}

#[test]
fn only_the_typed_word_stops() {
    for (word, stops) in [("ya", true), ("YES", true), ("", false), ("y", false), ("yah", false), ("tidak", false)] {
        let mut shown = nine();
        assert_eq!(shown.press(KeyCode::Char('q')), None);
        assert_eq!(shown.answer(word) == Some(Action::Stop), stops, "{word}");
    }
    let mut shown = nine();
    shown.press(KeyCode::Char('q'));
    assert_eq!(shown.press(KeyCode::Esc), None);
    assert_eq!(entered(shown.press(KeyCode::Char('b'))), Some(Entered::Event(EventKind::Opened)));
}
