//! What the library that reads answers takes on trust: the lengths inside a text with its language
//! (RFC 8010, 3.9). One that is longer than its value makes `ipp` 8.0.0 panic.

/// `textWithLanguage` and `nameWithLanguage`.
const WITH_LANGUAGE: [u8; 2] = [0x35, 0x36];
/// Tags below this one begin a group of attributes, and have neither name nor value.
const FIRST_VALUE: u8 = 0x10;
const END: u8 = 0x03;
/// Version, status and number of the request.
const HEADER: usize = 8;

/// Whether each text with its language is as long as its value says. Of an answer that is broken
/// otherwise nothing is said: the library finds that itself.
pub(super) fn is_intact(answer: &[u8]) -> bool {
    let mut rest = answer.get(HEADER..).unwrap_or_default();
    while let Some((&tag, after)) = rest.split_first() {
        rest = after;
        if tag == END {
            break;
        }
        if tag < FIRST_VALUE {
            continue;
        }
        let Some((_, after)) = counted(rest) else { break };
        let Some((value, after)) = counted(after) else { break };
        rest = after;
        if WITH_LANGUAGE.contains(&tag) && counted(value).and_then(|(_, text)| counted(text)).is_none() {
            return false;
        }
    }
    true
}

/// Bytes whose number stands before them, and what follows.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer with one attribute.
    fn answer(tag: u8, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![2, 0, 0, 0, 0, 0, 0, 1, 1, tag, 0, 1, b'x'];
        bytes.extend((value.len() as u16).to_be_bytes());
        bytes.extend(value);
        bytes.push(END);
        bytes
    }

    #[test]
    fn a_text_that_is_longer_than_its_value_is_seen() {
        let whole = b"\0\x02id\0\x03yaa";
        for tag in WITH_LANGUAGE {
            assert!(is_intact(&answer(tag, whole)));
            for broken in [&whole[..8], &whole[..4], &whole[..1], b"\0\x35id\0\x03yaa", b""] {
                assert!(!is_intact(&answer(tag, broken)), "{broken:?}");
            }
        }
        assert!(is_intact(&answer(0x41, b"\0\x35")), "another kind of value");
        assert!(is_intact(b"") && is_intact(&answer(0x35, whole)[..12]), "left to the library");
    }
}
