//! Closed meetings under seal: what is recorded and recognised of them is encrypted while it is
//! written, and opened by those only whom `lembaga.toml` names.
//!
//! Every meeting has a key of its own ([`MeetingKey`], an X25519 identity of
//! [age](https://age-encryption.org/v1)). Its public half seals each segment, the store and the
//! ledger's texts, each with a fresh file key; its secret half is wrapped to the holders
//! ([`Holder`]) and stands so in the ledger's first line ([`Seal`]). On the recorder's disk lie
//! public keys and what they have sealed, nothing else. That the secret half is in between has two
//! reasons: a holder who is added later is given it without a byte of the recording being written
//! anew ([`Seal::wrapped_again`]), and the recogniser of a running meeting can be handed it without
//! anybody's own identity. Everything opens with the programs `age` and `rage` too:
//!
//! ```text
//! rekaman/000001.wav.age           an age file: a WAV header of one chunk, then the samples
//! rekaman/000001-000017.ekor.age   while a segment is written: what stands behind its 17th chunk
//! rekaman/ledger.jsonl             its first line holds the wrapped key; texts in it are sealed
//! segel.age                        the key wrapped once more, to the holders of today
//! transkrip.db.age                 the store, whole
//! segel-2.age                      of an open meeting: the key of the second part that was closed
//! ```
//!
//! A part of an open meeting that is closed while it is recorded has a key of its own. It stands in
//! the ledger's line of the event that closed it, wrapped to the holders and to a key that only the
//! recogniser of the running meeting has, in memory; what is sealed is the part's segments, the
//! texts of its lines, and its rows in the store. The rest of the meeting is as open as it was. By a
//! decision a part is opened for good: its key is then kept with the decision ([`Released`]).
//!
//! Age writes chunks of 64 KiB. What does not fill one yet would be lost when the recorder dies, so
//! it is kept, sealed by itself, in the file of the tail, as often as sound is synced: a crash
//! loses no more than a second, as without a seal it may lose when the power fails. Nothing in a
//! file is ever written over; its length is known without a key, and so a recording is recovered
//! and verified without one.

mod bech32;
mod error;
mod held;
mod holder;
mod identity;
mod key;
mod openings;
mod sheet;
mod stream;
mod trial;

pub use error::Error;
pub use held::{held, hold, let_go, no_core_dumps, with_keys};
pub use holder::{Holder, Role};
pub use identity::{Identity, SHORTEST, identity_of_words};
pub use key::{MeetingKey, Seal, Sealer, WRAPPED, wrapped_name};
pub use openings::{OPENINGS, Opening, Released, hold_released, note_opening, openings};
pub use sheet::sheet;
pub use stream::{CHUNK, ENDING, Layout, SealedReader, TAIL, tail_of, tails_of};
pub use trial::{Chunk, examine};

pub use age::secrecy::{ExposeSecret, SecretString};
