//! The file that names an office's provider.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use openidconnect::{AuthUrl, IssuerUrl, JsonWebKeySetUrl, RedirectUrl, TokenUrl};
use serde::Deserialize;

use super::error::Error;
use crate::accounts::Role;

/// Its name in the folder of all meetings. It may hold a secret.
pub const FILE_NAME: &str = "masuk.toml";
/// Where the provider sends people back to, below the address of the page.
pub const RETURN: &str = "/sign-on/return";

/// The claim that has somebody's name.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NameClaim {
    #[default]
    Name,
    PreferredUsername,
    Email,
}

impl NameClaim {
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::PreferredUsername => "preferred_username",
            Self::Email => "email",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    penerbit: String,
    klien: String,
    rahasia: Option<String>,
    alamat: String,
    #[serde(default)]
    nama: NameClaim,
    #[serde(default = "usual_groups")]
    kelompok: String,
    orang: Option<String>,
    #[serde(default = "usual_scopes")]
    cakupan: Vec<String>,
    sertifikat: Option<PathBuf>,
    titik: Option<WrittenEndpoints>,
    peran: BTreeMap<String, Role>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEndpoints {
    otorisasi: String,
    token: String,
    kunci: String,
}

fn usual_groups() -> String {
    "groups".to_owned()
}

fn usual_scopes() -> Vec<String> {
    vec!["profile".to_owned()]
}

/// End points that are not asked for.
pub(super) struct Endpoints {
    pub authorization: AuthUrl,
    pub token: TokenUrl,
    pub keys: JsonWebKeySetUrl,
}

/// What the file says.
pub(super) struct Settings {
    pub issuer: IssuerUrl,
    pub client: String,
    pub secret: Option<String>,
    /// Where the provider sends people back to.
    pub returns: RedirectUrl,
    pub name: NameClaim,
    /// The claim that has the groups.
    pub groups: String,
    /// The claim that has the short name of a member.
    pub person: Option<String>,
    pub scopes: Vec<String>,
    /// The file of the authority that the provider's certificate is from, where no browser knows
    /// it.
    authority: Option<PathBuf>,
    pub endpoints: Option<Endpoints>,
    /// The role of each group.
    pub roles: BTreeMap<String, Role>,
}

impl Settings {
    /// The file of a folder of meetings, where there is one.
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::settings(folder, error.to_string())),
        };
        let written: Written = toml::from_str(&text).map_err(|error| Error::settings(folder, error.to_string()))?;
        Self::check(written).map(Some).map_err(|detail| Error::settings(folder, detail))
    }

    fn check(written: Written) -> Result<Self, String> {
        if written.peran.is_empty() {
            return Err("peran: –".to_owned());
        }
        let home = safe("alamat", written.alamat.trim_end_matches('/'))?;
        let endpoints = |of: WrittenEndpoints| {
            Ok::<_, String>(Endpoints {
                authorization: AuthUrl::new(safe("titik.otorisasi", &of.otorisasi)?)
                    .map_err(wrong("titik.otorisasi"))?,
                token: TokenUrl::new(safe("titik.token", &of.token)?).map_err(wrong("titik.token"))?,
                keys: JsonWebKeySetUrl::new(safe("titik.kunci", &of.kunci)?).map_err(wrong("titik.kunci"))?,
            })
        };
        Ok(Self {
            issuer: IssuerUrl::new(safe("penerbit", &written.penerbit)?).map_err(wrong("penerbit"))?,
            client: written.klien,
            secret: written.rahasia,
            returns: RedirectUrl::new(home + RETURN).map_err(wrong("alamat"))?,
            name: written.nama,
            groups: written.kelompok,
            person: written.orang,
            scopes: written.cakupan,
            authority: written.sertifikat,
            endpoints: written.titik.map(endpoints).transpose()?,
            roles: written.peran,
        })
    }

    /// The certificate of the provider's authority, as PEM.
    pub fn authority(&self, folder: &Path) -> Result<Option<Vec<u8>>, Error> {
        let Some(path) = &self.authority else { return Ok(None) };
        let path = folder.join(path);
        let failed = |error| Error::settings(folder, format!("sertifikat: {}: {error}", path.display()));
        fs::read(&path).map(Some).map_err(failed)
    }
}

fn wrong<E: std::fmt::Display>(key: &'static str) -> impl Fn(E) -> String {
    move |error| format!("{key}: {error}")
}

/// An address to which secrets may be sent: under TLS, or on this computer.
fn safe(key: &str, address: &str) -> Result<String, String> {
    let host = |rest: &str| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.rsplit_once(':').map_or(host, |(host, _)| host).to_owned()
    };
    let is_safe = address.starts_with("https://")
        || address
            .strip_prefix("http://")
            .map(host)
            .is_some_and(|host| ["127.0.0.1", "localhost", "[::1]"].contains(&&*host));
    if is_safe { Ok(address.to_owned()) } else { Err(format!("{key}: {address}: https://")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "penerbit = \"https://sso.example/realms/dprd\"\nklien = \"risalah\"\nalamat = \"https://risalah.example:8443/\"\n";

    fn read(text: &str) -> Result<Option<Settings>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE_NAME), text).expect("written");
        Settings::read(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        let settings = read(&format!("{LEAST}[peran]\nRISALAH = \"editor\"\n")).expect("right").expect("there");
        assert_eq!(settings.returns.as_str(), "https://risalah.example:8443/sign-on/return");
        assert_eq!((settings.name, settings.groups.as_str()), (NameClaim::Name, "groups"));
        assert_eq!(settings.roles["RISALAH"], Role::Editor);
        assert!(settings.secret.is_none() && settings.endpoints.is_none());
        let none = tempfile::tempdir().expect("a folder");
        assert!(Settings::read(none.path()).expect("right").is_none());
    }

    #[test]
    fn mistakes_are_named() {
        let role = "[peran]\nx = \"editor\"\n";
        for (text, named) in [
            (String::new(), "penerbit"),
            (LEAST.to_owned(), "peran"),
            (format!("{LEAST}[peran]\n"), "peran"),
            (format!("{LEAST}[peran]\nx = \"raja\"\n"), "raja"),
            (format!("{LEAST}kunci = 1\n{role}"), "kunci"),
            (LEAST.replace("https://sso", "http://sso") + role, "penerbit"),
            (LEAST.replace("https://risalah", "http://risalah") + role, "alamat"),
            (
                format!(
                    "{LEAST}[titik]\notorisasi = \"http://localhost.example/\"\ntoken = \"https://x/\"\nkunci = \"https://x/\"\n{role}"
                ),
                "titik.otorisasi",
            ),
        ] {
            let told = read(&text).err().unwrap_or_default();
            assert!(told.contains(named), "{text}: {told}");
        }
    }
}
