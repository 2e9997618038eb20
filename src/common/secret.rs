//! Secrets that let somebody in: made, and compared.

use std::io;

/// 256 random bits, as 64 hexadecimal digits.
///
/// # Errors
/// When the system gives no random numbers.
pub fn random() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::from)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether two are the same, in a time that does not depend on where they differ.
#[must_use]
pub fn same(given: &str, right: &str) -> bool {
    given.len() == right.len() && given.bytes().zip(right.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}
