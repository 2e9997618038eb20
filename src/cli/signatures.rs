//! What the electronic signatures of a record's editions prove, and what they do not.

use std::path::Path;

use e_risalah::common::clock::moment;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::{self, Verified};
use e_risalah::meeting_folder::describe_unentered;
use e_risalah::seal;
use e_risalah::signature::Examined;
use e_risalah::transcript::store::{self, Store};
use jiff::tz::TimeZone;

use super::console::{Console, print};
use super::outcome::Failure;

/// Examines the signatures of a meeting's editions, as far as they may be read.
pub fn examine(folder: &Path) -> Result<Vec<Verified>, Failure> {
    let store = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. } | store::Error::Seal(seal::Error::Sealed { .. })) => return Ok(Vec::new()),
        store => store?,
    };
    let meeting = describe_unentered(folder).ok();
    let roots = meeting.as_ref().and_then(|meeting| meeting.signing.roots.as_deref());
    Ok(lifecycle::signatures(folder, &store, roots)?)
}

/// Says who signed, when, and what that proves.
pub fn tell(verified: &[Verified], console: Console) {
    for one in verified.iter().filter(|one| one.findings.is_empty()) {
        let Some(examined) = &one.examined else { continue };
        for message in messages(one, examined) {
            print(&console.sentence(&message));
        }
    }
}

fn messages(verified: &Verified, examined: &Examined) -> Vec<Message> {
    let by = &examined.by;
    let at = |at: jiff::Timestamp| moment(&at.to_zoned(TimeZone::system()));
    let name = verified.path.file_name().unwrap_or_default().to_string_lossy();
    let mut told = vec![
        Message::new("signature.by")
            .with("file", name)
            .with("name", &by.name)
            .with("organisation", by.organisation.as_deref().unwrap_or("–"))
            .with("issuer", &by.issuer)
            .with("serial", &by.serial)
            .with("at", examined.claimed.map_or_else(|| "–".to_owned(), at)),
    ];
    told.push(match examined.stamped {
        Some(stamped) => Message::new("signature.stamped").with("at", at(stamped)),
        None => Message::new("signature.not_stamped"),
    });
    told.push(Message::new(&format!("signature.chain.{}", examined.chain.key())).with("issuer", &by.issuer));
    told.push(Message::new("signature.proves"));
    told
}

/// The same for another program.
pub fn as_json(verified: &[Verified]) -> serde_json::Value {
    let one = |one: &Verified| {
        let examined = one.examined.as_ref();
        serde_json::json!({
            "edition": one.edition,
            "file": one.path.file_name().map(|name| name.to_string_lossy()),
            "by": examined.map(|examined| &examined.by),
            "claimed": examined.and_then(|examined| examined.claimed),
            "stamped": examined.and_then(|examined| examined.stamped),
            "sound": examined.is_some_and(|examined| examined.is_sound),
            "whole": examined.is_some_and(|examined| examined.is_whole),
            "chain": examined.map(|examined| examined.chain.key()),
        })
    };
    serde_json::Value::Array(verified.iter().map(one).collect())
}
