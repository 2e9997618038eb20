//! A CMS signature (RFC 5652): the value that a time stamp is of, and where the stamp stands.

use super::der::{OBJECT, OCTETS, SEQUENCE, SET, TIME, all, element, first};

/// `id-aa-timeStampToken` (RFC 3161, appendix A).
const STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e];
/// Tags of the parts of `SignedData` and `SignerInfo` that may be left out.
const FIRST: u8 = 0xa0;
const SECOND: u8 = 0xa1;

/// The contents of `SignedData`, and of the only `SignerInfo`.
fn signer(cms: &[u8]) -> Option<&[u8]> {
    let outer = all(first(cms)?.content)?;
    let data = all(first(outer.get(1)?.content)?.content)?;
    let signers = all(data.last().filter(|last| last.tag == SET)?.content)?;
    match signers[..] {
        [signer] => Some(signer.content),
        _ => None,
    }
}

/// The value of a signature, which a time stamp is of.
pub(super) fn value(cms: &[u8]) -> Option<&[u8]> {
    Some(all(signer(cms)?)?.iter().find(|element| element.tag == OCTETS)?.content)
}

/// The time stamp of a signature, as a CMS of its own.
pub(super) fn stamp(cms: &[u8]) -> Option<&[u8]> {
    let attributes = all(signer(cms)?)?.into_iter().find(|element| element.tag == SECOND)?;
    all(attributes.content)?.into_iter().find_map(|attribute| {
        let parts = all(attribute.content)?;
        let is_stamp = parts.first().is_some_and(|name| name.tag == OBJECT && name.content == STAMP);
        parts.get(1).filter(|_| is_stamp).map(|values| values.content)
    })
}

/// The same signature with a time stamp; `None` for one that is not as expected.
pub(super) fn with_stamp(cms: &[u8], token: &[u8]) -> Option<Vec<u8>> {
    let outer = all(first(cms)?.content)?;
    let data = all(first(outer.get(1)?.content)?.content)?;
    let inner = signer(cms)?;
    if all(inner)?.iter().any(|element| element.tag == SECOND) {
        return None;
    }
    let attribute = element(SEQUENCE, &[element(OBJECT, STAMP), element(SET, token)].concat());
    let signer = element(SEQUENCE, &[inner, &element(SECOND, &attribute)].concat());
    let (_, before) = data.split_last()?;
    let mut signed: Vec<u8> = before.iter().flat_map(|part| part.whole).copied().collect();
    signed.extend(element(SET, &signer));
    let content = element(FIRST, &element(SEQUENCE, &signed));
    Some(element(SEQUENCE, &[outer.first()?.whole, &content].concat()))
}

/// What a time stamp says (`TSTInfo`): the hash that it is of, and when, as `YYYYMMDDhhmmss`.
pub(super) fn stamped(info: &[u8]) -> Option<(&[u8], &str)> {
    let parts = all(first(info)?.content)?;
    let imprint = all(parts.get(2)?.content)?;
    let hash = imprint.get(1).filter(|hash| hash.tag == OCTETS)?.content;
    let time = parts.iter().find(|part| part.tag == TIME)?.content;
    Some((hash, std::str::from_utf8(time).ok()?.get(..14)?))
}
