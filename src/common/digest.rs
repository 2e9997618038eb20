//! SHA-256 as text: what tells one file from another in models, recordings and exports.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;

/// The SHA-256 of bytes in memory, as 64 lower-case hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// The SHA-256 of a file and its length in bytes. Each piece that was read goes to `sink` as well,
/// which may end the reading by an error of its own.
pub fn sha256_of(path: &Path, mut sink: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let (mut hash, mut length, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok((hex(hash), length)),
            Ok(read) => {
                hash.update(&piece[..read]);
                length += read as u64;
                sink(&piece[..read])?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A finished hash in the same form.
#[must_use]
pub fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"))
}
