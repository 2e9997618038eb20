//! Every size, every level and every key.

use proptest::prelude::*;
use ratatui::crossterm::event::KeyModifiers;

use super::*;
use crate::cli::screen::prompt::Ask;

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let letters = proptest::sample::select("bsct13yikoqdaesu 97é\u{7}汉".chars().collect::<Vec<_>>());
    let code = prop_oneof![
        8 => letters.prop_map(KeyCode::Char),
        3 => Just(KeyCode::Enter),
        1 => Just(KeyCode::Esc),
        1 => proptest::sample::select(vec![KeyCode::Backspace, KeyCode::Up, KeyCode::Down, KeyCode::F(1), KeyCode::Tab]),
    ];
    let modifiers = prop_oneof![9 => Just(KeyModifiers::NONE), 1 => Just(KeyModifiers::CONTROL)];
    (code, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn any_meter() -> impl Strategy<Value = Meter> {
    (any::<f32>(), any::<f32>(), any::<bool>()).prop_map(|(peak, rms, clipped)| Meter { peak, rms, clipped })
}

proptest! {
    #[test]
    fn no_size_and_no_key_breaks_it(
        size in (1u16..200, 1u16..70),
        keys in proptest::collection::vec(any_key(), 0..30),
        channels in 1u16..=64,
        meters in proptest::collection::vec(any_meter(), 0..80),
        position in any::<u64>(),
        state in proptest::sample::select(STATES.to_vec()),
    ) {
        let mut shown = Shown::new(Some(Status { meters, position, ..status(state, channels) }));
        for key in keys {
            let before = shown.keys.prompt().cloned();
            let action = shown.keys.press(key, Instant::now(), &meeting(), Moment::of(shown.status.as_ref()));
            if action == Some(Action::Stop) {
                let typed = before.filter(|prompt| prompt.ask == Ask::Stop).map(|prompt| prompt.text.trim().to_lowercase());
                prop_assert!(typed.is_some_and(|typed| typed == "ya" || typed == "yes"));
            }
            shown.text(size.0, size.1);
        }
        shown.text(size.0, size.1);
    }

    #[test]
    fn keys_without_the_word_never_stop(keys in proptest::collection::vec(any_key(), 0..200)) {
        let mut shown = nine();
        // Neither word can be typed without one of these letters.
        let keys = keys.into_iter().filter(|key| !matches!(key.code, KeyCode::Char('a' | 'e')));
        for key in keys {
            prop_assert_ne!(shown.keys.press(key, Instant::now(), &meeting(), Moment::of(None)), Some(Action::Stop));
        }
    }
}
