//! Time stamps of an authority (RFC 3161): asked for over HTTP, and looked at before they are
//! taken.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use ureq::Agent;

use super::openssl::{Desk, args, run, trust};
use super::{Error, cms};
use crate::common::http::stoppable;

/// An authority answers within this time.
const PATIENCE: Duration = Duration::from_secs(30);
/// No answer is longer, in bytes.
const LARGEST: u64 = 256 << 10;

/// A time-stamp authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamper {
    /// Its address.
    pub address: String,
    /// Whom its certificate must come from, as PEM; where none is given, that is not judged.
    pub roots: Option<PathBuf>,
}

/// A signature with its stamp.
pub(super) struct Stamped {
    pub cms: Vec<u8>,
    pub at: Timestamp,
}

impl Stamper {
    /// Has a signature stamped.
    pub(super) fn stamp(&self, signature: &[u8], stop: &AtomicBool) -> Result<Stamped, Error> {
        let odd = |detail: &str| Error::Stamp { address: self.address.clone(), detail: detail.to_owned() };
        let value = cms::value(signature).ok_or_else(|| Error::Openssl { detail: "CMS".to_owned() })?;
        let desk = Desk::new()?;
        let value_file = desk.put("value", value)?;
        let query = run(args("ts -query -sha256 -cert -data", &[value_file.as_os_str()]), &[], None)?.done()?;
        let query_file = desk.put("query", &query)?;
        let answer_file = desk.put("answer", &self.ask(&query, stop)?)?;
        let token = run(args("ts -reply -token_out -in", &[answer_file.as_os_str()]), &[], None)?;
        if !token.is_done {
            // What was refused has no token, but says why.
            let said = run(args("ts -reply -text -in", &[answer_file.as_os_str()]), &[], None)?;
            let text = String::from_utf8_lossy(&said.out).into_owned();
            let why: Vec<&str> = text.lines().map(str::trim).filter(|line| line.contains(": ")).take(3).collect();
            return Err(odd(&if why.is_empty() { token.line() } else { why.join("; ") }));
        }
        let token = token.out;
        if let Some(roots) = &self.roots {
            let files = [OsStr::new("-queryfile"), query_file.as_os_str(), OsStr::new("-in"), answer_file.as_os_str()];
            let trusted = [&files[..], &[OsStr::new("-CAfile"), roots.as_os_str()]].concat();
            let verified = run(args("ts -verify", &trusted), &[], None)?;
            if !verified.is_done {
                return Err(odd(&verified.line()));
            }
        }
        let at = examined(&token, value, None)?.ok_or_else(|| odd("TSTInfo"))?;
        let cms = cms::with_stamp(signature, &token).ok_or_else(|| odd("token"))?;
        Ok(Stamped { cms, at })
    }

    fn ask(&self, query: &[u8], stop: &AtomicBool) -> Result<Vec<u8>, Error> {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
        let answer = stoppable(&config.new_agent(), stop, |agent| {
            let request = agent.post(&self.address).content_type("application/timestamp-query");
            let mut answer = request.send(query)?;
            let status = answer.status();
            Ok::<_, ureq::Error>((status, answer.body_mut().with_config().limit(LARGEST).read_to_vec()?))
        });
        let odd = |detail: String| Error::Stamp { address: self.address.clone(), detail };
        match answer {
            _ if stop.load(Ordering::Relaxed) => Err(Error::Interrupted),
            Ok((status, bytes)) if status.is_success() => Ok(bytes),
            Ok((status, _)) => Err(odd(format!("HTTP {}", status.as_u16()))),
            Err(error) => Err(odd(error.to_string())),
        }
    }
}

/// When a stamp was made of this value; `None` where it is not a sound stamp of it, or does not
/// come from these roots.
pub(super) fn examined(
    token: &[u8],
    value: &[u8],
    roots: Option<&std::path::Path>,
) -> Result<Option<Timestamp>, Error> {
    let chain = trust(roots);
    let words = args("cms -verify -inform DER -binary -purpose timestampsign", &chain);
    // It is judged at the time that it names: its certificate may have expired since.
    let at = run(args("cms -verify -inform DER -binary", &[OsStr::new("-noverify")]), token, None)?;
    let Some(time) = Some(at).filter(|at| at.is_done).and_then(|at| moment_of(&at.out, value)) else { return Ok(None) };
    let seconds = time.as_second().to_string();
    let more = [OsStr::new("-attime"), OsStr::new(&seconds)];
    let judged = run([&words[..], &more].concat(), token, None)?;
    Ok(judged.is_done.then_some(time))
}

fn moment_of(info: &[u8], value: &[u8]) -> Option<Timestamp> {
    let (hash, time) = cms::stamped(info)?;
    let time = DateTime::strptime("%Y%m%d%H%M%S", time).ok()?;
    let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    (hash == &Sha256::digest(value)[..]).then_some(time)
}
