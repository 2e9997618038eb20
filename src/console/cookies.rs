//! The cookies of the pages. Cookies are shared by all ports of a computer, so their names have it.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The names of the cookies.
pub struct Cookies {
    /// Of who has opened the address of the start.
    pub start: String,
    /// Of who is signed in.
    pub session: String,
    /// Of a member who has opened their link.
    pub member: String,
    /// Of who was led to the office's provider.
    pub sign_on: String,
}

impl Cookies {
    /// Of a server at this port. Under TLS a browser sees to it that no other server sets them.
    pub fn new(port: u16, is_secure: bool) -> Self {
        let begin = if is_secure { "__Host-" } else { "" };
        let name = |of: &str| format!("{begin}risalah-{of}{port}");
        Self { start: name(""), session: name("session-"), member: name("member-"), sign_on: name("sign-on-") }
    }
}

/// What sets a cookie until the browser is closed.
pub fn set(name: &str, value: &str, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// What takes a cookie away.
pub fn unset(name: &str, is_secure: bool) -> String {
    format!("{}; Max-Age=0", set(name, "", is_secure))
}

/// The value of a cookie that was sent.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';')).find_map(|pair| {
        let (given, value) = pair.trim().split_once('=')?;
        (given == name).then_some(value)
    })
}
