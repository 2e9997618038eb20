//! The official models: what may be pulled, and how its file is known.

use std::sync::LazyLock;

use serde::Deserialize;

use super::header::Header;

/// The official sizes of Whisper, as far as they are multilingual and current. Each has its own set
/// of decoder heads that follow the sound, which word times by dynamic time warping need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// 39 million parameters.
    Tiny,
    /// 74 million.
    Base,
    /// 244 million.
    Small,
    /// 769 million.
    Medium,
    /// 1550 million.
    LargeV3,
    /// 809 million: the encoder of large-v3 with four decoder layers.
    LargeV3Turbo,
}

impl Size {
    /// The size of this architecture, if it is an official one whose heads are known. Those of the
    /// large models before large-v3 differ although their dimensions do not.
    pub(super) fn of(header: &Header) -> Option<Self> {
        use Size::{Base, LargeV3, LargeV3Turbo, Medium, Small, Tiny};
        let dimensions = (header.state, header.audio_layers, header.text_layers, header.mels);
        let size =
            [Tiny, Base, Small, Medium, LargeV3, LargeV3Turbo].into_iter().find(|size| size.dimensions() == dimensions);
        size.filter(|_| header.audio_heads * 64 == header.state && header.text_heads * 64 == header.state)
    }

    /// Width, layers of the encoder and of the decoder, and mel bands.
    pub(super) fn dimensions(self) -> (u32, u32, u32, u32) {
        match self {
            Self::Tiny => (384, 4, 4, 80),
            Self::Base => (512, 6, 6, 80),
            Self::Small => (768, 12, 12, 80),
            Self::Medium => (1024, 24, 24, 80),
            Self::LargeV3 => (1280, 32, 32, 128),
            Self::LargeV3Turbo => (1280, 32, 4, 128),
        }
    }
}

/// One official file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Official {
    /// Its name, for example `small-q8_0`.
    pub name: String,
    /// Whose weights it holds.
    pub size: Size,
    /// Length of the file.
    pub bytes: u64,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Official {
    /// Its file name, in the models folder as on the hub.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("ggml-{}.bin", self.name)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    revision: String,
    model: Vec<Official>,
}

static MANIFEST: LazyLock<Manifest> =
    LazyLock::new(|| toml::from_str(include_str!("manifest.toml")).expect("the manifest is part of the program"));

/// Every official model, the preferred first.
#[must_use]
pub fn officials() -> &'static [Official] {
    &MANIFEST.model
}

/// The revision of the hub's repository that the manifest describes.
#[must_use]
pub fn revision() -> &'static str {
    &MANIFEST.revision
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_entry_is_whole_and_distinct() {
        let names: HashSet<_> = officials().iter().map(|official| &official.name).collect();
        let hashes: HashSet<_> = officials().iter().map(|official| &official.sha256).collect();
        assert_eq!((officials().len(), names.len(), hashes.len()), (17, 17, 17));
        for official in officials() {
            assert!(
                official.sha256.len() == 64 && official.sha256.bytes().all(|c| c.is_ascii_hexdigit()),
                "{official:?}"
            );
            assert!(official.bytes > 30_000_000, "{official:?}");
        }
        assert_eq!(revision().len(), 40);
    }

    #[test]
    fn turbo_comes_first_and_eight_bits_before_five() {
        let place = |name: &str| officials().iter().position(|official| official.name == name).expect(name);
        assert_eq!(place("large-v3-turbo-q8_0"), 0);
        assert!(place("large-v3-turbo-q5_0") < place("large-v3"));
        assert!(place("medium-q5_0") < place("small-q8_0"));
        assert!(place("small-q8_0") < place("small-q5_1"));
    }
}
