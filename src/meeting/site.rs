//! How the institution's published site looks, and where it stands.

/// What `[situs]` of `lembaga.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Where the site will be found, without a slash at the end: `https://risalah.dprd.go.id`.
    pub address: Option<String>,
    /// The office's colour: red, green, blue.
    pub colour: Option<[u8; 3]>,
    /// The licence under which the institution lets its published meetings be used for research on
    /// speech, as `CC-BY-4.0`; none where it does not.
    pub corpus: Option<String>,
    /// The licence of what is published, as it stands in the catalogue; none where none is named.
    pub licence: Option<String>,
}

impl Site {
    /// An address of a site as it is written, without the slash at its end; `None` for what is none.
    #[must_use]
    pub fn address(text: &str) -> Option<String> {
        let text = text.trim().trim_end_matches('/');
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/%[]".contains(c);
        let host = rest.split('/').next().unwrap_or_default();
        (!host.is_empty() && rest.chars().all(is_plain)).then(|| text.to_owned())
    }

    /// A colour as it is written, `#1f4e79`.
    #[must_use]
    pub fn colour(text: &str) -> Option<[u8; 3]> {
        let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some([part(0)?, part(2)?, part(4)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_colours_are_read_as_they_are_written() {
        assert_eq!(Site::address(" https://dprd.example/risalah/ ").as_deref(), Some("https://dprd.example/risalah"));
        for wrong in ["dprd.example", "https://", "ftp://a", "https://a b", "https://a/\"><script>", "https://a?b"] {
            assert_eq!(Site::address(wrong), None, "{wrong}");
        }
        assert_eq!(Site::colour("#1f4E79"), Some([0x1f, 0x4e, 0x79]));
        for wrong in ["1f4e79", "#1f4e7", "#1f4e7g", "#+f4e79", "merah", "#é4e79"] {
            assert_eq!(Site::colour(wrong), None, "{wrong}");
        }
    }
}
