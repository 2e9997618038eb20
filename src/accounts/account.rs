//! One account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::role::{Role, Roles};

/// Letters of the longest name.
const LONGEST: usize = 64;

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The name that is typed at sign-in, and that stands by what is done.
    pub name: String,
    /// What they are.
    pub roles: Roles,
    /// The short name of the person in the descriptions of meetings; a member has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The password's argon2id hash, as a PHC string.
    pub password: String,
    /// Whether they may not sign in.
    #[serde(default)]
    pub disabled: bool,
    /// When password, roles or `disabled` were set last; sessions that began before it end.
    pub changed: Timestamp,
}

/// An account that is to be made.
pub struct NewAccount<'a> {
    /// The name.
    pub name: &'a str,
    /// What they are, at least one.
    pub roles: Roles,
    /// The short name of the person.
    pub person: Option<&'a str>,
    /// The password.
    pub password: &'a str,
}

/// Whether two names are of one account: capitals make no difference.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The name without what stands around it, if it may be one: letters, digits and `. - _ ' @`, and
/// single spaces between them.
pub(super) fn valid_name(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    let is_of_one = |letter: char| letter.is_ascii_alphanumeric() || " .-_'@".contains(letter);
    let is_valid = (1..=LONGEST).contains(&name.len())
        && name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && name.chars().all(is_of_one)
        && !name.contains("  ");
    if is_valid { Ok(name) } else { Err(Error::Name { name: name.to_owned() }) }
}

/// Whether roles and person fit each other.
pub(super) fn valid_roles(roles: &Roles, person: Option<&str>) -> Result<(), Error> {
    if roles.is_empty() {
        return Err(Error::NoRole);
    }
    if roles.contains(Role::Member) && person.is_none() {
        return Err(Error::NoPerson);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_can_be_typed_and_told_apart() {
        for good in ["Sari", "sari dewi", "H. Bambang-2", "s@kota.go.id", "O'Neil"] {
            assert_eq!(valid_name(&format!(" {good} ")).expect(good), good);
        }
        let long = "a".repeat(LONGEST + 1);
        for bad in ["", " ", "-a", "a  b", "a\tb", "a\nb", "Sàri", "s/ari", "<b>", "a\u{200b}b", long.as_str()] {
            assert!(valid_name(bad).is_err(), "{bad:?}");
        }
    }
}
