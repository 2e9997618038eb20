//! Boxes: the pieces that a file consists of (ISO 14496-12, 4.2).

use super::super::{Bytes, Numbers};
use crate::audio::Error;

/// Boxes that follow one another: their kinds and contents. One that is cut off ends them.
pub(super) fn boxes(mut content: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let size = content.be32(0)?;
        let kind = content.at(4)?;
        let (head, size) = match size {
            0 => (8, content.len()),
            1 => (16, usize::try_from(content.be64(8)?).ok()?),
            size => (8, size as usize),
        };
        let own = content.get(head..size)?;
        content = &content[size..];
        Some((kind, own))
    })
}

pub(super) fn child<'a>(content: &'a [u8], kind: &[u8]) -> Option<&'a [u8]> {
    boxes(content).find(|(found, _)| found == kind).map(|(_, content)| content)
}

pub(super) fn within<'a>(content: &'a [u8], path: &[&[u8]]) -> Option<&'a [u8]> {
    path.iter().try_fold(content, |content, kind| child(content, kind))
}

/// The kind of the box that begins here, and where its content begins and ends. The reader stands
/// at its content.
pub(super) fn next_box(bytes: &mut Bytes) -> Result<Option<([u8; 4], u64, u64)>, Error> {
    let position = bytes.position();
    let Some(head) = bytes.array::<8>()? else { return Ok(None) };
    let [a, b, c, d, kind @ ..] = head;
    let (head, size) = match u32::from_be_bytes([a, b, c, d]) {
        0 => (8, bytes.length() - position),
        1 => match bytes.array::<8>()? {
            Some(size) => (16, u64::from_be_bytes(size)),
            None => return Ok(None),
        },
        size => (8, u64::from(size)),
    };
    if size < head {
        return Ok(None);
    }
    Ok(Some((kind, position + head, position.saturating_add(size))))
}
