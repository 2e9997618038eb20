//! What requests to services of the office share: they can be stopped, and send no secret in the
//! open.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use ureq::Agent;

/// How soon a stop takes effect while nothing comes.
const TICK: Duration = Duration::from_millis(100);

/// Works with an agent, whose connections are closed when it is asked to stop.
pub fn stoppable<T>(agent: &Agent, stop: &AtomicBool, work: impl FnOnce(&Agent) -> T) -> T {
    thread::scope(|scope| {
        let (done, is_done) = bounded::<()>(0);
        let blocked = agent.clone();
        scope.spawn(move || {
            while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                if stop.load(Ordering::Relaxed) {
                    return blocked.shutdown();
                }
            }
        });
        let outcome = work(agent);
        drop(done);
        outcome
    })
}

/// Whether secrets may be sent to an address: under TLS, or on this computer.
#[must_use]
pub fn is_safe(address: &str) -> bool {
    let host = |rest: &str| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
        host.rsplit_once(':').map_or(host.clone(), |(host, _)| host.to_owned())
    };
    let is_here = |host: String| ["127.0.0.1", "localhost", "[::1]"].contains(&host.as_str());
    address.starts_with("https://") || address.strip_prefix("http://").map(host).is_some_and(is_here)
}

/// `Authorization` of a user with a password (RFC 7617).
#[must_use]
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64(format!("{user}:{password}").as_bytes()))
}

/// Base64 with padding (RFC 4648).
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for piece in bytes.chunks(3) {
        let bits = piece.iter().chain([0, 0].iter()).take(3).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= piece.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (plain, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(base64(plain.as_bytes()), text);
        }
        assert_eq!(basic("esign", "qwerty"), "Basic ZXNpZ246cXdlcnR5");
    }

    #[test]
    fn secrets_go_under_tls_or_nowhere() {
        for (address, expected) in [
            ("https://esign.example", true),
            ("http://127.0.0.1:8080/a", true),
            ("http://[::1]:80", true),
            ("http://esign.example", false),
            ("http://localhost.example", false),
            ("ftp://127.0.0.1", false),
        ] {
            assert_eq!(is_safe(address), expected, "{address}");
        }
    }
}
