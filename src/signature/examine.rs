//! What the signatures of a document prove, and what they do not.

use std::ffi::OsStr;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::openssl::{Desk, Identity, args, identity, run, trust};
use super::{Error, cms, pdf, stamp};
use crate::common::digest::sha256;

/// Whether the certificate comes from somebody who is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// From one of the given roots.
    Trusted,
    /// Not from them, or not valid when it was signed.
    NotTrusted,
    /// No roots are given.
    NotJudged,
}

impl Chain {
    /// Its word, for programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::NotTrusted => "not_trusted",
            Self::NotJudged => "not_judged",
        }
    }
}

/// A signature that was examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Whose certificate signed.
    pub by: Identity,
    /// Whether the signature is of these bytes, with that certificate's key.
    pub is_sound: bool,
    /// Whether it is of the whole file.
    pub is_whole: bool,
    /// When it was made, as the signer's computer said.
    pub claimed: Option<Timestamp>,
    /// When a time-stamp authority has seen it.
    pub stamped: Option<Timestamp>,
    /// Whether there is a time stamp that is not of this signature, or not from the given roots.
    pub is_stamp_bad: bool,
    /// Whether the certificate is trusted.
    pub chain: Chain,
    /// SHA-256 of the bytes before the signature's own update, by their length: the unsigned
    /// document, where the signature was added behind it.
    pub first: usize,
    /// What `openssl` says where something is wrong.
    pub detail: Option<String>,
}

/// Examines every signature of a document; `roots` are the certificates that are trusted, as PEM.
///
/// # Errors
/// When the document is no PDF that can be read, or `openssl` is not there.
pub fn examine(bytes: &[u8], roots: Option<&Path>) -> Result<Vec<Examined>, Error> {
    pdf::signatures(bytes)?.into_iter().map(|found| one(&found, roots)).collect()
}

fn one(found: &pdf::Found, roots: Option<&Path>) -> Result<Examined, Error> {
    let desk = Desk::new()?;
    // Others write it in the longer form of BER, behind which zeros fill the room.
    let plain = run(args("cms -cmsout -inform DER -outform DER", &[]), &found.cms, None)?;
    let claimed = found.claimed.as_deref().and_then(moment);
    let mut examined = Examined {
        by: Identity { name: found.name.clone().unwrap_or_else(|| "–".to_owned()), ..Identity::default() },
        is_sound: false,
        is_whole: found.is_whole,
        claimed,
        stamped: None,
        is_stamp_bad: false,
        chain: Chain::NotJudged,
        first: found.first,
        detail: None,
    };
    let is_detached = ["ETSI.CAdES.detached", "adbe.pkcs7.detached"].contains(&found.kind.as_str());
    if !plain.is_done || !is_detached {
        examined.detail = Some(if is_detached { plain.line() } else { found.kind.clone() });
        return Ok(examined);
    }
    let (signature, signer) = (desk.put("signature", &plain.out)?, desk.path("signer.pem"));
    let verify = |more: &[&OsStr], roots: Option<&Path>| {
        let files = [OsStr::new("-in"), signature.as_os_str(), OsStr::new("-signer"), signer.as_os_str()];
        let content = [OsStr::new("-content"), OsStr::new("/dev/stdin"), OsStr::new("-out"), OsStr::new("/dev/null")];
        let all = [&files[..], &content, more, &trust(roots)].concat();
        run(args("cms -verify -binary -inform DER -purpose any", &all), &found.content, None)
    };
    let sound = verify(&[], None)?;
    examined.is_sound = sound.is_done;
    if let Ok(certificate) = std::fs::read(&signer) {
        examined.by = identity(&certificate)?;
    }
    if !sound.is_done {
        examined.detail = Some(sound.line());
        return Ok(examined);
    }
    if let (Some(value), Some(token)) = (cms::value(&plain.out), cms::stamp(&plain.out)) {
        examined.stamped = stamp::examined(token, value, roots)?;
        examined.is_stamp_bad = examined.stamped.is_none();
    }
    if roots.is_some() {
        // It is judged at the time of the stamp, or when it says that it was signed.
        let at = examined.stamped.or(claimed).map(|at| at.as_second().to_string());
        let at: Vec<&OsStr> = at.iter().flat_map(|at| [OsStr::new("-attime"), OsStr::new(at)]).collect();
        let judged = verify(&at, roots)?;
        examined.chain = if judged.is_done { Chain::Trusted } else { Chain::NotTrusted };
        examined.detail = (!judged.is_done).then(|| judged.line());
    }
    Ok(examined)
}

impl Examined {
    /// Whether the signature was added behind a document of this hash, whose bytes stand at the
    /// beginning of the signed one.
    #[must_use]
    pub fn is_behind(&self, signed: &[u8], length: usize, hash: &str) -> bool {
        length <= self.first && signed.get(..length).is_some_and(|beginning| sha256(beginning) == hash)
    }
}

/// `D:20260316090000+08'00'`, with a `Z` or without any offset.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.strip_prefix("D:").unwrap_or(text);
    let time = DateTime::strptime("%Y%m%d%H%M%S", text.get(..14)?).ok()?;
    let digits: Vec<i32> = text[14..].split(['+', '-', '\'']).filter_map(|part| part.parse().ok()).collect();
    let minutes = digits.first().unwrap_or(&0) * 60 + digits.get(1).unwrap_or(&0);
    let sign = if text[14..].starts_with('-') { -1 } else { 1 };
    let zone = TimeZone::fixed(Offset::from_seconds(sign * minutes * 60).ok()?);
    Some(time.to_zoned(zone).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_pdf_are_read_with_their_offset() {
        for (text, expected) in [
            ("D:20260316090000+08'00'", Some("2026-03-16T01:00:00Z")),
            ("D:20260316090000-03'30'", Some("2026-03-16T12:30:00Z")),
            ("D:20260316090000Z", Some("2026-03-16T09:00:00Z")),
            ("20260316090000", Some("2026-03-16T09:00:00Z")),
            ("D:2026", None),
            ("D:20261316090000Z", None),
        ] {
            assert_eq!(moment(text), expected.map(|text| text.parse().expect("a time")), "{text}");
        }
    }
}
