//! The user of this computer in whose name the program runs.

use std::env;

/// The user's name: by the number that the system knows, else as the environment has it.
#[must_use]
pub fn name() -> String {
    let known = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| env::var(name).ok());
    let known = known.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    registered().or(known).unwrap_or_else(|| "risalah".to_owned())
}

/// The name that belongs to the number of the user, which nobody but the system can set.
#[cfg(unix)]
fn registered() -> Option<String> {
    let number = rustix::process::getuid().as_raw();
    named(&std::fs::read_to_string("/etc/passwd").ok()?, number)
}

#[cfg(not(unix))]
fn registered() -> Option<String> {
    None
}

/// The name of a user in the system's list: `name:password:number:…`.
#[cfg(any(unix, test))]
fn named(list: &str, number: u32) -> Option<String> {
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, given) = (fields.next()?, fields.next()?, fields.next()?);
        (given.parse() == Ok(number) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_number() {
        let list = "root:x:0:0:root:/root:/bin/sh\n# x\nani:x:1000:1000:Ani:/home/ani:/bin/bash\n:x:7:7::/:\n";
        assert_eq!(named(list, 1000).as_deref(), Some("ani"));
        assert_eq!(named(list, 0).as_deref(), Some("root"));
        assert_eq!(named(list, 7), None);
        assert_eq!(named("", 0), None);
        assert!(!name().is_empty());
    }
}
