//! Text inside XML documents.

/// Text as XML allows it between tags and in attributes: `&`, `<`, `>` and `"` as entities, and
/// without the characters that no document may hold (XML 1.0, 2.2).
#[must_use]
pub fn escaped(text: &str) -> String {
    let allowed = |letter: &char| {
        matches!(letter, '\t' | '\n') || !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}')
    };
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().filter(allowed) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_escaped_and_what_is_forbidden_left_out() {
        assert_eq!(escaped("<a & \"b\">\u{7}\u{ffff} ß"), "&lt;a &amp; &quot;b&quot;&gt; ß");
    }
}
