//! The model inside the program: small, trained on synthesised speech, there to show the way and to
//! test it.

use serde::Deserialize;

use super::{Error, Model, Properties};
#[cfg(shipped)]
use super::{Origin, Source};
#[cfg(shipped)]
use crate::common::digest::sha256;

#[cfg(shipped)]
const PACKED: &[u8] = include_bytes!("../../../models/risalah-demo.bin.zst");
const CARD: &str = include_str!("../../../models/risalah-demo.toml");

/// No shipped model is larger unpacked.
#[cfg(shipped)]
const LARGEST: u64 = 64 << 20;

/// What `models/risalah-demo.toml` says of the shipped model.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Card {
    /// Its name.
    pub(super) name: String,
    /// Length of the unpacked file.
    pub(super) bytes: u64,
    /// SHA-256 of the unpacked file.
    pub(super) sha256: String,
    #[cfg_attr(not(shipped), allow(dead_code, reason = "there is no model that has them"))]
    properties: Properties,
}

/// The card of the shipped model.
pub(super) fn card() -> Result<Card, Error> {
    toml::from_str(CARD).map_err(|error| Error::ShippedDamaged(error.to_string()))
}

/// Crates of the registry come without it; see `build.rs`.
#[cfg(not(shipped))]
pub(super) fn unpack() -> Result<Model, Error> {
    Err(Error::ShippedLeftOut)
}

/// Unpacks the shipped model into memory.
#[cfg(shipped)]
pub(super) fn unpack() -> Result<Model, Error> {
    let card = card()?;
    if card.bytes > LARGEST {
        return Err(Error::ShippedDamaged(format!("{} bytes", card.bytes)));
    }
    let bytes = zstd::bulk::decompress(PACKED, card.bytes as usize)
        .map_err(|error| Error::ShippedDamaged(error.to_string()))?;
    let found = sha256(&bytes);
    if found != card.sha256 {
        return Err(Error::ShippedDamaged(format!("SHA-256 {found}")));
    }
    Ok(Model {
        name: card.name,
        origin: Origin::Shipped,
        sha256: card.sha256,
        origin_sha256: None,
        source: Source::Bytes(bytes),
        properties: card.properties,
    })
}
