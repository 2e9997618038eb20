//! What the operating system says, in the words of the user's language. A value of a
//! [`crate::common::message::Message`] that holds such a phrase is put into words here and nowhere
//! else.

use std::io::{Error, ErrorKind};

use super::language::{Language, lookup};

/// The kinds of errors that a person can do something about, with their keys.
const KINDS: [(ErrorKind, &str); 36] = [
    (ErrorKind::NotFound, "not_found"),
    (ErrorKind::PermissionDenied, "permission"),
    (ErrorKind::ConnectionRefused, "refused"),
    (ErrorKind::ConnectionReset, "reset"),
    (ErrorKind::ConnectionAborted, "reset"),
    (ErrorKind::BrokenPipe, "pipe"),
    (ErrorKind::NotConnected, "not_connected"),
    (ErrorKind::HostUnreachable, "unreachable"),
    (ErrorKind::NetworkUnreachable, "unreachable"),
    (ErrorKind::NetworkDown, "network_down"),
    (ErrorKind::AddrInUse, "port_taken"),
    (ErrorKind::AddrNotAvailable, "no_address"),
    (ErrorKind::AlreadyExists, "exists"),
    (ErrorKind::WouldBlock, "busy"),
    (ErrorKind::ResourceBusy, "busy"),
    (ErrorKind::ExecutableFileBusy, "busy"),
    (ErrorKind::Deadlock, "busy"),
    (ErrorKind::NotADirectory, "not_a_folder"),
    (ErrorKind::IsADirectory, "a_folder"),
    (ErrorKind::DirectoryNotEmpty, "not_empty"),
    (ErrorKind::ReadOnlyFilesystem, "read_only"),
    (ErrorKind::StaleNetworkFileHandle, "gone"),
    (ErrorKind::StorageFull, "full"),
    (ErrorKind::QuotaExceeded, "quota"),
    (ErrorKind::FileTooLarge, "too_large"),
    (ErrorKind::InvalidFilename, "name"),
    (ErrorKind::CrossesDevices, "other_disk"),
    (ErrorKind::TooManyLinks, "links"),
    (ErrorKind::InvalidInput, "invalid"),
    (ErrorKind::InvalidData, "damaged"),
    (ErrorKind::UnexpectedEof, "cut_short"),
    (ErrorKind::WriteZero, "full"),
    (ErrorKind::TimedOut, "timeout"),
    (ErrorKind::Interrupted, "interrupted"),
    (ErrorKind::Unsupported, "unsupported"),
    (ErrorKind::OutOfMemory, "memory"),
];

/// Numbers that the standard library has no kind for.
#[cfg(unix)]
fn key_of_number(number: i32) -> Option<&'static str> {
    use rustix::io::Errno;
    [
        (Errno::IO, "device"),
        (Errno::NXIO, "no_device"),
        (Errno::NODEV, "no_device"),
        (Errno::MFILE, "too_many_files"),
        (Errno::NFILE, "too_many_files"),
        (Errno::NOLCK, "no_locks"),
        (Errno::LOOP, "links"),
    ]
    .iter()
    .find_map(|(errno, key)| (errno.raw_os_error() == number).then_some(*key))
}

#[cfg(not(unix))]
fn key_of_number(_: i32) -> Option<&'static str> {
    None
}

fn key_of_kind(kind: ErrorKind) -> Option<&'static str> {
    KINDS.iter().find_map(|(known, key)| (*known == kind).then_some(*key))
}

fn words(language: Language, key: &str) -> Option<String> {
    lookup(language, &format!("system.{key}"))
}

/// The text with what the system says in it put into words. What it has no words for stays as it
/// is.
#[must_use]
pub fn in_words(language: Language, text: &str) -> String {
    // An error without a number is told by its kind alone.
    if let Some((kind, key)) = KINDS.iter().find(|(kind, _)| text.ends_with(&kind.to_string())) {
        let before = &text[..text.len() - kind.to_string().len()];
        if (before.is_empty() || before.ends_with(": "))
            && let Some(words) = words(language, key)
        {
            return format!("{before}{words}");
        }
    }
    let mut told = text.to_owned();
    let mut from = 0;
    while let Some((start, end, number)) = numbered(&told, from) {
        let phrase = Error::from_raw_os_error(number).to_string();
        let key = key_of_number(number).or_else(|| key_of_kind(Error::from_raw_os_error(number).kind()));
        let begins = (end + 1).checked_sub(phrase.len()).filter(|begins| told.get(*begins..=end) == Some(&*phrase));
        match (begins, key.and_then(|key| words(language, key))) {
            (Some(begins), Some(words)) => {
                told.replace_range(begins..=end, &words);
                from = begins + words.len();
            }
            _ => from = start + 1,
        }
    }
    told
}

/// The next `(os error N)`: its first and last byte, and N.
fn numbered(text: &str, from: usize) -> Option<(usize, usize, i32)> {
    const MARK: &str = "(os error ";
    let start = from + text.get(from..)?.find(MARK)?;
    let digits = start + MARK.len();
    let end = digits + text[digits..].find(')')?;
    Some((start, end, text[digits..end].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_in_both_languages() {
        for language in [Language::Indonesian, Language::English] {
            for (kind, key) in KINDS {
                assert!(words(language, key).is_some(), "{key}");
                assert_ne!(in_words(language, &Error::from(kind).to_string()), "", "{key}");
            }
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_the_system_says_is_said_in_the_language() {
        let say = |text: &str| in_words(Language::Indonesian, text);
        let full = Error::from_raw_os_error(28);
        assert_eq!(say(&full.to_string()), "ruang disk habis");
        assert_eq!(say(&format!("io: {full}, lalu {full}.")), "io: ruang disk habis, lalu ruang disk habis.");
        assert_eq!(say(&Error::from_raw_os_error(5).to_string()), "perangkat penyimpan gagal membaca atau menulis");
        assert_eq!(say(&Error::from(ErrorKind::AlreadyExists).to_string()), "sudah ada");
        for other in ["", "(os error ", "(os error x)", "No space (os error 28)", "(os error 99999)", "entitas"] {
            assert_eq!(say(other), other);
        }
    }
}
