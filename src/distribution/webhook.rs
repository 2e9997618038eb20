//! A parcel to another system: one request, signed, tried again with growing pauses, and known to
//! the other side by its number, so that it is taken once though it comes twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use ureq::Agent;
use ureq::http::HeaderMap;

use super::Error;
use super::parcel::Parcel;
use super::settings::Settings;
use crate::common::digest::hex;
use crate::common::http::{base64, stoppable};
use crate::seal::{ExposeSecret, SecretString};

/// No answer is longer, in bytes.
const LARGEST: u64 = 64 << 10;
/// The longest pause between two attempts.
const LONGEST: Duration = Duration::from_mins(1);
/// How soon a stop takes effect in a pause.
const TICK: Duration = Duration::from_millis(100);

/// Sends a parcel; gives what the other side said.
pub(super) fn send(
    parcel: &Parcel,
    address: &str,
    files: &[(String, Vec<u8>)],
    settings: &Settings,
    stop: &AtomicBool,
) -> Result<String, Error> {
    let secret = settings.hooks.iter().find(|(known, _)| known == address).map(|(_, secret)| secret);
    let secret = secret.ok_or(Error::NoSettings { what: "[[webhook]]" })?;
    let body = body(files);
    let config = Agent::config_builder()
        .http_status_as_error(false)
        // What is signed goes to the address that was named.
        .max_redirects(0)
        .timeout_global(Some(settings.patience))
        .build();
    let agent = config.new_agent();
    let mut pause = settings.pause;
    for attempt in 1.. {
        let answer = stoppable(&agent, stop, |agent| ask(agent, parcel, address, &body, secret));
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let failed = |detail: String| Error::Webhook { address: address.to_owned(), detail, attempts: attempt };
        let (detail, asked, is_final) = match answer {
            Ok((200..=299, _, said)) => return Ok(said),
            // What is wrong with the request stays wrong; of these, the other side asks for patience.
            Ok((status, headers, said)) => {
                let may_pass = status >= 500 || [408, 425, 429].contains(&status);
                (format!("HTTP {status} {said}"), retry_after(&headers), !may_pass)
            }
            Err(error) => (error.to_string(), None, false),
        };
        if is_final || attempt >= settings.attempts {
            return Err(failed(detail.trim().to_owned()));
        }
        wait(asked.unwrap_or(pause).min(LONGEST), stop);
        pause = (pause * 2).min(LONGEST);
    }
    Err(Error::Interrupted)
}

/// Metadata as they are, and the files in base64.
fn body(files: &[(String, Vec<u8>)]) -> String {
    let metadata = files.iter().find(|(name, _)| name == "metadata.json");
    let metadata: Value = metadata.and_then(|(_, bytes)| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let file = |(name, bytes): &(String, Vec<u8>)| json!({ "nama": name, "isi": base64(bytes) });
    json!({ "metadata": metadata, "berkas": files.iter().map(file).collect::<Vec<_>>() }).to_string()
}

fn ask(
    agent: &Agent,
    parcel: &Parcel,
    address: &str,
    body: &str,
    secret: &SecretString,
) -> Result<(u16, HeaderMap, String), ureq::Error> {
    // Each attempt is signed anew: an old one is not to be repeated by others.
    let now = Timestamp::now().as_second();
    let request = agent
        .post(address)
        .content_type("application/json")
        .header("Idempotency-Key", &parcel.id)
        .header("Risalah-Timestamp", now.to_string())
        .header("Risalah-Signature", format!("v1={}", signature(secret.expose_secret(), now, body)));
    let mut answer = request.send(body)?;
    // An answer that breaks off is none; that more is said than anybody reads is no harm.
    let said = match answer.body_mut().with_config().limit(LARGEST).read_to_vec() {
        Err(ureq::Error::BodyExceedsLimit(_)) => Vec::new(),
        said => said?,
    };
    let said: String =
        String::from_utf8_lossy(&said).chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    Ok((answer.status().as_u16(), answer.headers().clone(), said))
}

/// HMAC-SHA256 (RFC 2104) of the time, a period and the body, in hexadecimal.
fn signature(secret: &str, at: i64, body: &str) -> String {
    hmac(secret.as_bytes(), format!("{at}.{body}").as_bytes())
}

fn hmac(key: &[u8], text: &[u8]) -> String {
    const BLOCK: usize = 64;
    let mut padded = [0; BLOCK];
    if key.len() > BLOCK {
        padded[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new_with_prefix(padded.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    hex(Sha256::new_with_prefix(padded.map(|byte| byte ^ 0x5c)).chain_update(inner))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn wait(pause: Duration, stop: &AtomicBool) {
    let begun = Instant::now();
    while begun.elapsed() < pause && !stop.load(Ordering::Relaxed) {
        thread::sleep(TICK.min(pause.saturating_sub(begun.elapsed())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // RFC 4231, cases 2 and 6.
        let text = b"what do ya want for nothing?";
        assert_eq!(hmac(b"Jefe", text), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let text = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(hmac(&[0xaa; 131], text), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
