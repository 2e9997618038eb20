//! An authority of our own, and the certificate that it gives this server.
//!
//! In the folder lie `ca.pem` with its `ca.key`, `server.pem` with its `server.key`, and
//! `certificate.json` with what is asked before a new one is made. Keys are for this user only.

use std::fs;
use std::io;
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::common::{atomic_file, lock};

const AUTHORITY: &str = "ca.pem";
const AUTHORITY_KEY: &str = "ca.key";
const SERVER: &str = "server.pem";
const SERVER_KEY: &str = "server.key";
const ABOUT: &str = "certificate.json";
const LOCK: &str = ".kunci";

/// Days that an authority is good for: twenty years.
const AUTHORITY_DAYS: i64 = 7300;
/// Days that a certificate is good for; browsers take none of more than 398.
const SERVER_DAYS: i64 = 397;
/// Days before its end at which it is made anew.
const EARLY_DAYS: i64 = 30;

/// What is asked before a new certificate is made.
#[derive(Serialize, Deserialize)]
struct About {
    /// The names and addresses that it is for.
    names: Vec<String>,
    /// When it ends.
    until: Timestamp,
    /// When its authority ends.
    authority_until: Timestamp,
}

/// A certificate of our own authority.
pub struct Own {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    pub authority: CertificateDer<'static>,
    /// The same in PEM.
    pub authority_pem: String,
}

impl Own {
    /// The certificate for these names, made anew where there is none, its end is near or a name is
    /// missing.
    pub fn current(folder: &Path, names: &[String], now: Timestamp) -> Result<Self, Error> {
        private_folder(folder)?;
        let _held = lock::hold(&folder.join(LOCK))?;
        let about = fs::read(folder.join(ABOUT)).ok().and_then(|text| serde_json::from_slice::<About>(&text).ok());
        let is_good = |until: Timestamp, days: i64| later(now, days).is_ok_and(|then| until > then);
        let about = match about {
            Some(about) if is_good(about.authority_until, SERVER_DAYS) && folder.join(AUTHORITY_KEY).exists() => about,
            _ => authority(folder, names, now)?,
        };
        let has_names = names.iter().all(|name| about.names.contains(name));
        if !has_names || !is_good(about.until, EARLY_DAYS) || !folder.join(SERVER_KEY).exists() {
            issue(folder, names, &about, now)?;
        }
        Self::read(folder)
    }

    fn read(folder: &Path) -> Result<Self, Error> {
        let certificate = |name: &str, text: &str| {
            let none = |_| Error::NoCertificate { path: folder.join(name) };
            CertificateDer::from_pem_slice(text.as_bytes()).map_err(none)
        };
        let key = PrivateKeyDer::from_pem_slice(text(folder, SERVER_KEY)?.as_bytes());
        let key = key.map_err(|_| Error::NoKey { path: folder.join(SERVER_KEY) })?;
        let authority_pem = text(folder, AUTHORITY)?;
        let authority = certificate(AUTHORITY, &authority_pem)?;
        let server = certificate(SERVER, &text(folder, SERVER)?)?;
        Ok(Self { chain: vec![server, authority.clone()], key, authority, authority_pem })
    }
}

fn private_folder(folder: &Path) -> Result<(), Error> {
    let failed = |source| Error::Io { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(failed)?;
    Ok(())
}

fn text(folder: &Path, name: &str) -> Result<String, Error> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|source| Error::Io { path, source })
}

fn write(folder: &Path, name: &str, content: &[u8]) -> Result<(), Error> {
    let path = folder.join(name);
    atomic_file::write_private(&path, content).map_err(|source| Error::Io { path, source })
}

fn made<T>(result: Result<T, rcgen::Error>) -> Result<T, Error> {
    result.map_err(|error| Error::Make { detail: error.to_string() })
}

fn later(now: Timestamp, days: i64) -> Result<Timestamp, Error> {
    let hours = Span::new().try_hours(days * 24);
    let then = hours.and_then(|hours| now.checked_add(hours));
    then.map_err(|error| Error::Make { detail: error.to_string() })
}

/// From the day before `now`, for clocks that go behind, until so many days after it.
fn set_days(params: &mut CertificateParams, now: Timestamp, days: i64) -> Result<Timestamp, Error> {
    let day = |at: Timestamp| {
        let date = at.to_zoned(TimeZone::UTC).date();
        rcgen::date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    let until = later(now, days)?;
    params.not_before = day(later(now, -1)?);
    params.not_after = day(until);
    Ok(until)
}

/// Makes an authority. Whoever trusted the one before must trust this one anew.
fn authority(folder: &Path, names: &[String], now: Timestamp) -> Result<About, Error> {
    let key = made(KeyPair::generate())?;
    let mut params = made(CertificateParams::new(Vec::new()))?;
    let host = names.iter().find(|name| name.parse::<std::net::IpAddr>().is_err()).map_or("localhost", String::as_str);
    params.distinguished_name.push(DnType::CommonName, format!("E-Risalah {host}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_until = set_days(&mut params, now, AUTHORITY_DAYS)?;
    let certificate = made(params.self_signed(&key))?;
    write(folder, AUTHORITY_KEY, key.serialize_pem().as_bytes())?;
    write(folder, AUTHORITY, certificate.pem().as_bytes())?;
    // The certificate of the authority before is no longer shown.
    match fs::remove_file(folder.join(SERVER_KEY)) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(Error::Io { path: folder.join(SERVER_KEY), source })
        }
        _ => Ok(About { names: Vec::new(), until: now, authority_until }),
    }
}

/// Makes a certificate for these names.
fn issue(folder: &Path, names: &[String], about: &About, now: Timestamp) -> Result<(), Error> {
    let authority_key = made(KeyPair::from_pem(&text(folder, AUTHORITY_KEY)?))?;
    let issuer = made(Issuer::from_ca_cert_pem(&text(folder, AUTHORITY)?, authority_key))?;
    let key = made(KeyPair::generate())?;
    let mut params = made(CertificateParams::new(names))?;
    params.distinguished_name.push(DnType::CommonName, names.first().map_or("localhost", String::as_str));
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let until = set_days(&mut params, now, SERVER_DAYS)?;
    let certificate = made(params.signed_by(&key, &issuer))?;
    write(folder, SERVER_KEY, key.serialize_pem().as_bytes())?;
    write(folder, SERVER, certificate.pem().as_bytes())?;
    let about = About { names: names.to_vec(), until, authority_until: about.authority_until };
    let about = serde_json::to_vec_pretty(&about).map_err(|error| Error::Make { detail: error.to_string() })?;
    write(folder, ABOUT, &about)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn it_stays_the_same_until_its_end_is_near_or_a_name_is_new() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("tls");
        let now: Timestamp = "2027-03-09T02:00:00Z".parse().expect("a time");
        let (one, two) = (names(&["komputer", "10.0.0.5"]), names(&["komputer", "10.0.0.6"]));
        let first = Own::current(&folder, &one, now).expect("made");
        let again = Own::current(&folder, &one, later(now, 300).expect("a time")).expect("kept");
        assert_eq!(first.chain, again.chain);
        let fewer = Own::current(&folder, &names(&["komputer"]), now).expect("kept");
        assert_eq!(first.chain, fewer.chain);
        let renewed = Own::current(&folder, &one, later(now, SERVER_DAYS - 20).expect("a time")).expect("renewed");
        assert_ne!(first.chain[0], renewed.chain[0]);
        assert_eq!(first.authority, renewed.authority, "browsers know it still");
        let moved = Own::current(&folder, &two, later(now, SERVER_DAYS - 20).expect("a time")).expect("renewed");
        assert_ne!(moved.chain[0], renewed.chain[0]);
        let old = Own::current(&folder, &one, later(now, AUTHORITY_DAYS - 100).expect("a time")).expect("made");
        assert_ne!(first.authority, old.authority);
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_for_this_user_only() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("tls");
        Own::current(&folder, &names(&["komputer"]), Timestamp::now()).expect("made");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for key in [AUTHORITY_KEY, SERVER_KEY] {
            assert_eq!(mode(&folder.join(key)), 0o600, "{key}");
        }
    }
}
