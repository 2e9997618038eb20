//! Passwords: what may be one, and how they are kept.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};

use super::account::{Account, same_name};
use super::error::Error;

/// Letters of the shortest password.
pub const SHORTEST: usize = 12;
/// Bytes of the longest: more would only keep the processor busy.
pub(super) const LONGEST: usize = 512;

/// What became of a sign-in.
pub enum Verdict<'a> {
    /// Name and password are right.
    Right(&'a Account),
    /// One of them is not; which one is not told.
    Wrong,
    /// Both are right, but the account is disabled.
    Disabled,
}

/// The argon2id hash of a password that may be one: 19 MiB, two passes, a random salt.
pub(super) fn hash(name: &str, password: &str) -> Result<String, Error> {
    let length = password.chars().count();
    if length < SHORTEST || password.len() > LONGEST {
        return Err(Error::Length { length });
    }
    if same_name(name, password.trim()) {
        return Err(Error::IsName);
    }
    hashed(password)
}

fn hashed(password: &str) -> Result<String, Error> {
    let hash: phc::PasswordHash = Argon2::default().hash_password(password.as_bytes()).map_err(|_| Error::Random)?;
    Ok(hash.to_string())
}

/// Looks whether a name and a password belong together. It takes as long for a name that nobody has.
#[must_use]
pub fn verify<'a>(accounts: &'a [Account], name: &str, password: &str) -> Verdict<'a> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let account = accounts.iter().find(|account| same_name(&account.name, name.trim()));
    let nobody = || NOBODY.get_or_init(|| hashed("nobody has this password").unwrap_or_default()).as_str();
    let kept = account.map_or_else(nobody, |account| &account.password);
    let is_right = password.len() <= LONGEST && Argon2::default().verify_password(password.as_bytes(), kept).is_ok();
    match account {
        Some(account) if is_right && account.disabled => Verdict::Disabled,
        Some(account) if is_right => Verdict::Right(account),
        _ => Verdict::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_name() {
        assert!(matches!(hash("sari", "sebelas1234"), Err(Error::Length { length: 11 })));
        assert!(matches!(hash("sari", &"a".repeat(LONGEST + 1)), Err(Error::Length { .. })));
        assert!(matches!(hash("Sari Dewi Lestari", "sari dewi lestari"), Err(Error::IsName)));
        let kept = hash("sari", "dua belas huruf").expect("a hash");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash("sari", "dua belas huruf").expect("a hash"), "a salt of its own");
    }
}
