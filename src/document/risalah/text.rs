//! Text that may be printed anywhere.

use crate::transcript::edit::words;

/// Stands in place of a passage that the meeting decided to leave out.
pub(crate) const OMITTED: &str = "[tidak dimuat atas keputusan rapat]";

/// Stands where a character cannot be printed: it shows that something was there.
const REPLACEMENT: char = '\u{fffd}';

/// The text on one line, with every character that would break a file or make the reader see
/// another order of the letters replaced by U+FFFD: control characters, non-characters,
/// bidirectional overrides and isolates, the byte order mark.
pub(crate) fn printable(text: &str) -> String {
    let words: Vec<&str> = words(text).collect();
    words.join(" ").chars().map(|c| if is_unprintable(c) { REPLACEMENT } else { c }).collect()
}

fn is_unprintable(c: char) -> bool {
    let bidirectional = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let non_character = (c as u32) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    c.is_control() || bidirectional || non_character || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_printed_leaves_a_trace() {
        assert_eq!(printable(" a\r\n\tb\u{0}c\u{202e}d \u{85} "), "a b\u{fffd}c\u{fffd}d");
        assert_eq!(printable("Rp2,5\u{a0}miliar — «سلام» 👍"), "Rp2,5\u{a0}miliar — «سلام» 👍");
    }

    proptest! {
        #[test]
        fn printing_twice_changes_nothing(text in any::<String>()) {
            let once = printable(&text);
            prop_assert_eq!(printable(&once), once);
        }
    }
}
