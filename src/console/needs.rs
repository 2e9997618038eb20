//! What each address needs, in one table: the guard asks it, and the description of the API says
//! it. An address that is not in it is refused.

use axum::http::Method;

use crate::accounts::Right;

/// What an address needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Nothing: what leads to signing in.
    Nothing,
    /// That somebody is signed in, or sits at this computer where nobody has an account.
    SignedIn,
    /// A right.
    Right(Right),
}

impl Need {
    /// Its word in the description of the API.
    pub fn key(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::SignedIn => "signed_in",
            Self::Right(right) => right.key(),
        }
    }
}

const NOTHING: Need = Need::Nothing;
const SIGNED_IN: Need = Need::SignedIn;
const READ: Need = Need::Right(Right::Read);
const LISTEN: Need = Need::Right(Right::Listen);
const EXPORT: Need = Need::Right(Right::Export);
const PRINT: Need = Need::Right(Right::Print);
const PREPARE: Need = Need::Right(Right::Prepare);
const RECORD: Need = Need::Right(Right::Record);
const CORRECT: Need = Need::Right(Right::Correct);
const ADVANCE: Need = Need::Right(Right::Advance);
const SIGN: Need = Need::Right(Right::Sign);
const OWN_TURNS: Need = Need::Right(Right::OwnTurns);

/// Each address, as the router knows it.
const NEEDS: &[(&str, &str, Need)] = &[
    ("GET", "/", READ),
    ("GET", "/new", PREPARE),
    ("GET", "/search", READ),
    ("GET", "/doctor", RECORD),
    ("GET", "/meetings/{id}", READ),
    ("GET", "/meetings/{id}/prepare", PREPARE),
    ("GET", "/meetings/{id}/soundcheck", RECORD),
    ("GET", "/meetings/{id}/live", READ),
    ("GET", "/meetings/{id}/state", READ),
    ("GET", "/meetings/{id}/print", PRINT),
    ("GET", "/member", OWN_TURNS),
    ("GET", "/sign-in", NOTHING),
    ("GET", "/sign-on", NOTHING),
    ("GET", "/sign-on/return", NOTHING),
    ("GET", "/certificate", NOTHING),
    ("GET", "/assets/{file}", NOTHING),
    ("GET", "/api/openapi.json", SIGNED_IN),
    ("POST", "/api/v1/session", NOTHING),
    ("GET", "/api/v1/session", SIGNED_IN),
    ("DELETE", "/api/v1/session", SIGNED_IN),
    ("POST", "/api/v1/quit", RECORD),
    ("GET", "/api/v1/meetings", READ),
    ("POST", "/api/v1/meetings", PREPARE),
    ("GET", "/api/v1/meetings/{id}", READ),
    ("GET", "/api/v1/search", READ),
    ("GET", "/api/v1/meetings/{id}/description", READ),
    ("PUT", "/api/v1/meetings/{id}/description", PREPARE),
    ("PUT", "/api/v1/meetings/{id}/attendance", PREPARE),
    ("PUT", "/api/v1/meetings/{id}/attendance/list", PREPARE),
    ("GET", "/api/v1/doctor", RECORD),
    ("GET", "/api/v1/meetings/{id}/soundcheck", RECORD),
    ("GET", "/api/v1/meetings/{id}/turns", READ),
    ("GET", "/api/v1/meetings/{id}/turns/{turn}", READ),
    ("GET", "/api/v1/meetings/{id}/turns/{turn}/history", READ),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/text", CORRECT),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/speaker", CORRECT),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/heard", CORRECT),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/omitted", CORRECT),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/joined", CORRECT),
    ("POST", "/api/v1/meetings/{id}/undo", CORRECT),
    ("GET", "/api/v1/meetings/{id}/claims", READ),
    ("PUT", "/api/v1/meetings/{id}/claims/{passage}", CORRECT),
    ("GET", "/api/v1/meetings/{id}/listened", READ),
    ("POST", "/api/v1/meetings/{id}/listened", LISTEN),
    ("GET", "/api/v1/meetings/{id}/lexicon", CORRECT),
    ("POST", "/api/v1/meetings/{id}/lexicon", CORRECT),
    ("GET", "/api/v1/meetings/{id}/audio", LISTEN),
    ("GET", "/api/v1/meetings/{id}/peaks", LISTEN),
    ("GET", "/api/v1/meetings/{id}/documents", READ),
    ("GET", "/api/v1/meetings/{id}/documents/{format}", EXPORT),
    ("GET", "/api/v1/meetings/{id}/official/{file}", EXPORT),
    ("GET", "/api/v1/meetings/{id}/state", READ),
    ("POST", "/api/v1/meetings/{id}/advance", ADVANCE),
    ("POST", "/api/v1/meetings/{id}/finalize", SIGN),
    ("GET", "/api/v1/meetings/{id}/recording", READ),
    ("POST", "/api/v1/meetings/{id}/recording", RECORD),
    ("POST", "/api/v1/meetings/{id}/recording/stop", RECORD),
    ("POST", "/api/v1/meetings/{id}/recording/events", RECORD),
    ("PUT", "/api/v1/meetings/{id}/recording/events/{line}", RECORD),
    ("DELETE", "/api/v1/meetings/{id}/recording/events/{line}", RECORD),
    ("GET", "/api/v1/meetings/{id}/live", READ),
    ("POST", "/api/v1/meetings/{id}/members/{person}/link", ADVANCE),
    ("GET", "/api/v1/member/meetings", OWN_TURNS),
    ("GET", "/api/v1/member/turns", OWN_TURNS),
    ("GET", "/api/v1/member/audio", OWN_TURNS),
    ("PUT", "/api/v1/member/turns/{turn}/text", OWN_TURNS),
    ("GET", "/api/v1/printers", PRINT),
    ("POST", "/api/v1/meetings/{id}/print", PRINT),
    ("GET", "/api/v1/meetings/{id}/print/{job}", PRINT),
    ("DELETE", "/api/v1/meetings/{id}/print/{job}", PRINT),
];

/// What a request to this address needs; `None` where nobody has said it.
pub fn need(method: &Method, path: &str) -> Option<Need> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    NEEDS.iter().find(|(known, of, _)| *known == method.as_str() && *of == path).map(|(_, _, need)| *need)
}
