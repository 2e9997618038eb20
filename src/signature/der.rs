//! The little of DER that a signature's time stamp needs: elements are read, and one is added.

/// An element: its tag, its content, and the two with their length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    pub whole: &'a [u8],
}

pub(super) const OCTETS: u8 = 0x04;
pub(super) const OBJECT: u8 = 0x06;
pub(super) const TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The element at the beginning of some bytes, of definite length.
pub(super) fn first(bytes: &[u8]) -> Option<Element<'_>> {
    let (&tag, &length) = (bytes.first()?, bytes.get(1)?);
    let (from, length) = match length {
        0..=0x7f => (2, usize::from(length)),
        0x81..=0x84 => {
            let more = usize::from(length - 0x80);
            let digits = bytes.get(2..2 + more)?;
            (2 + more, digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
        }
        _ => return None,
    };
    let end = from.checked_add(length)?;
    Some(Element { tag, content: bytes.get(from..end)?, whole: bytes.get(..end)? })
}

/// All elements of some content, one after the other.
pub(super) fn all(mut content: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !content.is_empty() {
        let element = first(content)?;
        content = &content[element.whole.len()..];
        found.push(element);
    }
    Some(found)
}

/// An element of this tag and content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
        out.push(0x80 + digits.len() as u8);
        out.extend(digits);
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_written_is_read_at_every_length() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000] {
            let content = vec![7; length];
            let written = element(OCTETS, &content);
            let read = first(&written).expect("an element");
            assert_eq!((read.tag, read.content, read.whole), (OCTETS, &content[..], &written[..]));
        }
        assert_eq!(first(&[0x30, 0x80, 0, 0]), None, "of indefinite length");
        assert_eq!(first(&[0x30, 5, 0]), None, "cut off");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = all(&bytes);
        }
    }
}
