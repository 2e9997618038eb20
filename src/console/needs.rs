//! What each address needs and what it enters in the audit trail, in one table: the guard asks it,
//! and the description of the API says it. An address that is not in it is refused.

use axum::http::Method;

use Enters::{Each, Once};

use crate::accounts::Right;
use crate::audit::Action;

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

/// What an address enters in the audit trail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Enters {
    /// Nothing: it tells nothing of a meeting, or only what another entry stands for.
    Nothing,
    /// Its handler enters it, who alone knows what it is.
    ByHandler,
    /// An entry, which stands for the same of some time.
    Once(Action),
    /// An entry each time.
    Each(Action),
    /// That a meeting was opened; whoever records sees it although that cannot be entered.
    Live,
}

impl Enters {
    /// Its word in the description of the API.
    pub fn key(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::ByHandler => "by_handler",
            Self::Once(action) | Self::Each(action) => action.key(),
            Self::Live => Action::Opened.key(),
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
const DISTRIBUTE: Need = Need::Right(Right::Distribute);
const OWN_TURNS: Need = Need::Right(Right::OwnTurns);
const AUDIT: Need = Need::Right(Right::Audit);

const NO: Enters = Enters::Nothing;
const BY_HANDLER: Enters = Enters::ByHandler;
const OPENED: Enters = Once(Action::Opened);
const CORRECTED: Enters = Once(Action::Corrected);
const EXPORTED: Enters = Each(Action::Exported);
const PRINTED: Enters = Each(Action::Printed);
const RECORDING_EVENT: Enters = Each(Action::RecordingEvent);

/// Each address, as the router knows it.
#[rustfmt::skip]
const NEEDS: &[(&str, &str, Need, Enters)] = &[
    ("GET", "/", READ, NO),
    ("GET", "/new", PREPARE, NO),
    ("GET", "/search", READ, NO),
    ("GET", "/doctor", RECORD, NO),
    ("GET", "/audit", AUDIT, NO),
    ("GET", "/report", SIGN, NO),
    ("GET", "/retention", SIGN, NO),
    ("GET", "/meetings/{id}", READ, OPENED),
    ("GET", "/meetings/{id}/prepare", PREPARE, OPENED),
    ("GET", "/meetings/{id}/soundcheck", RECORD, NO),
    ("GET", "/meetings/{id}/live", READ, Enters::Live),
    ("GET", "/meetings/{id}/state", READ, OPENED),
    ("GET", "/meetings/{id}/print", PRINT, OPENED),
    ("GET", "/meetings/{id}/distribution", DISTRIBUTE, OPENED),
    ("GET", "/member", OWN_TURNS, NO),
    ("GET", "/sign-in", NOTHING, NO),
    ("GET", "/sign-on", NOTHING, NO),
    ("GET", "/sign-on/return", NOTHING, BY_HANDLER),
    ("GET", "/certificate", NOTHING, NO),
    ("GET", "/assets/{file}", NOTHING, NO),
    ("GET", "/api/openapi.json", SIGNED_IN, NO),
    ("POST", "/api/v1/session", NOTHING, BY_HANDLER),
    ("GET", "/api/v1/session", SIGNED_IN, NO),
    ("DELETE", "/api/v1/session", SIGNED_IN, Each(Action::SignedOut)),
    ("POST", "/api/v1/quit", RECORD, NO),
    ("GET", "/api/v1/meetings", READ, NO),
    ("POST", "/api/v1/meetings", PREPARE, BY_HANDLER),
    ("GET", "/api/v1/meetings/{id}", READ, OPENED),
    ("GET", "/api/v1/search", READ, Once(Action::Searched)),
    ("GET", "/api/v1/report", SIGN, NO),
    ("GET", "/api/v1/report/{format}", SIGN, EXPORTED),
    ("GET", "/api/v1/retention", SIGN, NO),
    ("POST", "/api/v1/meetings/{id}/retention", SIGN, Each(Action::RetentionDecided)),
    ("GET", "/api/v1/meetings/{id}/seal", READ, NO),
    ("POST", "/api/v1/meetings/{id}/seal", READ, BY_HANDLER),
    ("DELETE", "/api/v1/meetings/{id}/seal", READ, Each(Action::Unsealed)),
    ("GET", "/api/v1/meetings/{id}/search", READ, OPENED),
    ("GET", "/api/v1/meetings/{id}/description", READ, OPENED),
    ("PUT", "/api/v1/meetings/{id}/description", PREPARE, Once(Action::Described)),
    ("PUT", "/api/v1/meetings/{id}/attendance", PREPARE, Once(Action::Described)),
    ("PUT", "/api/v1/meetings/{id}/attendance/list", PREPARE, Each(Action::Described)),
    ("GET", "/api/v1/doctor", RECORD, NO),
    ("GET", "/api/v1/meetings/{id}/soundcheck", RECORD, NO),
    ("GET", "/api/v1/meetings/{id}/turns", READ, OPENED),
    ("GET", "/api/v1/meetings/{id}/turns/{turn}", READ, OPENED),
    ("GET", "/api/v1/meetings/{id}/turns/{turn}/history", READ, OPENED),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/text", CORRECT, CORRECTED),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/speaker", CORRECT, CORRECTED),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/heard", CORRECT, CORRECTED),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/omitted", CORRECT, CORRECTED),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/joined", CORRECT, CORRECTED),
    ("PUT", "/api/v1/meetings/{id}/turns/{turn}/pokir", CORRECT, CORRECTED),
    ("POST", "/api/v1/meetings/{id}/undo", CORRECT, CORRECTED),
    ("GET", "/api/v1/meetings/{id}/redactions", READ, OPENED),
    ("POST", "/api/v1/meetings/{id}/redactions", CORRECT, Each(Action::Redacted)),
    ("POST", "/api/v1/meetings/{id}/redactions/{number}/withdraw", CORRECT, Each(Action::Redacted)),
    ("GET", "/api/v1/pokir/{format}", EXPORT, EXPORTED),
    ("GET", "/api/v1/meetings/{id}/claims", READ, NO),
    ("PUT", "/api/v1/meetings/{id}/claims/{passage}", CORRECT, NO),
    ("GET", "/api/v1/meetings/{id}/listened", READ, NO),
    ("POST", "/api/v1/meetings/{id}/listened", LISTEN, NO),
    ("GET", "/api/v1/meetings/{id}/lexicon", CORRECT, OPENED),
    ("POST", "/api/v1/meetings/{id}/lexicon", CORRECT, Each(Action::Corrected)),
    ("GET", "/api/v1/meetings/{id}/audio", LISTEN, Once(Action::Listened)),
    ("GET", "/api/v1/meetings/{id}/peaks", LISTEN, OPENED),
    ("GET", "/api/v1/meetings/{id}/documents", READ, NO),
    ("GET", "/api/v1/meetings/{id}/documents/{format}", EXPORT, EXPORTED),
    ("GET", "/api/v1/meetings/{id}/official/{file}", EXPORT, EXPORTED),
    ("GET", "/api/v1/meetings/{id}/state", READ, OPENED),
    ("POST", "/api/v1/meetings/{id}/advance", ADVANCE, BY_HANDLER),
    ("POST", "/api/v1/meetings/{id}/finalize", SIGN, BY_HANDLER),
    ("GET", "/api/v1/meetings/{id}/distribution", DISTRIBUTE, OPENED),
    ("POST", "/api/v1/meetings/{id}/distribution/{parcel}", DISTRIBUTE, Each(Action::Distributed)),
    ("GET", "/api/v1/meetings/{id}/recording", READ, Enters::Live),
    ("POST", "/api/v1/meetings/{id}/recording", RECORD, Each(Action::RecordingBegun)),
    ("POST", "/api/v1/meetings/{id}/recording/stop", RECORD, Each(Action::RecordingEnded)),
    ("POST", "/api/v1/meetings/{id}/recording/events", RECORD, RECORDING_EVENT),
    ("PUT", "/api/v1/meetings/{id}/recording/events/{line}", RECORD, RECORDING_EVENT),
    ("DELETE", "/api/v1/meetings/{id}/recording/events/{line}", RECORD, RECORDING_EVENT),
    ("GET", "/api/v1/meetings/{id}/live", READ, Enters::Live),
    ("POST", "/api/v1/meetings/{id}/members/{person}/link", ADVANCE, Each(Action::MemberLink)),
    ("GET", "/api/v1/member/meetings", OWN_TURNS, NO),
    ("GET", "/api/v1/member/turns", OWN_TURNS, OPENED),
    ("GET", "/api/v1/member/audio", OWN_TURNS, Once(Action::Listened)),
    ("PUT", "/api/v1/member/turns/{turn}/text", OWN_TURNS, CORRECTED),
    ("GET", "/api/v1/printers", PRINT, NO),
    ("POST", "/api/v1/meetings/{id}/print", PRINT, BY_HANDLER),
    ("GET", "/api/v1/meetings/{id}/print/{job}", PRINT, NO),
    ("DELETE", "/api/v1/meetings/{id}/print/{job}", PRINT, PRINTED),
    ("GET", "/api/v1/audit", AUDIT, Once(Action::TrailRead)),
    ("GET", "/api/v1/audit/export/{format}", AUDIT, EXPORTED),
    ("GET", "/api/v1/audit/check", AUDIT, Once(Action::TrailRead)),
];

/// What a request to this address needs; `None` where nobody has said it.
pub fn need(method: &Method, path: &str) -> Option<Need> {
    row(method, path).map(|(need, _)| need)
}

/// What a request to this address enters; `None` where nobody has said it.
pub fn enters(method: &Method, path: &str) -> Option<Enters> {
    row(method, path).map(|(_, enters)| enters)
}

fn row(method: &Method, path: &str) -> Option<(Need, Enters)> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let found = NEEDS.iter().find(|(known, of, ..)| *known == method.as_str() && *of == path);
    found.map(|(_, _, need, enters)| (*need, *enters))
}
