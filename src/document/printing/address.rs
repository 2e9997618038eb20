//! Where a printer answers.

use std::fmt;
use std::str::FromStr;

use ipp::prelude::Uri;

use super::Error;

/// The port of IPP, plain (RFC 8010) and with TLS (RFC 7472).
const PORT: u16 = 631;

/// Where printers that say nothing else answer (IPP Everywhere, PWG 5100.14).
const USUAL_PATH: &str = "/ipp/print";

/// The address of a printer or of a print server: `ipp://host[:port]/path`, or `ipps://` for the
/// same with TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    secure: bool,
    /// Host and port.
    authority: String,
    path: String,
}

impl Address {
    /// A place of a server that speaks without TLS.
    pub(super) fn of_server(authority: &str, path: &str) -> Result<Self, Error> {
        let address: Self = format!("ipp://{authority}/").parse()?;
        Ok(Self { path: path.to_owned(), ..address })
    }

    /// Host and port.
    #[must_use]
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// What it is asked by.
    pub(super) fn url(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.path)
    }

    /// What it is called within a request.
    pub(super) fn uri(&self) -> Option<Uri> {
        self.to_string().parse().ok()
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::BadAddress { text: text.to_owned() };
        let uri: Uri = text.trim().parse().map_err(|_| bad())?;
        let secure = match uri.scheme_str() {
            Some("ipp") => false,
            Some("ipps") => true,
            _ => return Err(bad()),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(bad)?;
        let authority = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(PORT));
        let path = if uri.path() == "/" { USUAL_PATH } else { uri.path() };
        Ok(Self { secure, authority, path: path.to_owned() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "ipps" } else { "ipp" };
        write!(f, "{scheme}://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_the_usual() {
        let address = |text: &str| text.parse::<Address>().map(|address| (address.to_string(), address.url())).ok();
        let pair = |uri: &str, url: &str| Some((uri.to_owned(), url.to_owned()));
        assert_eq!(address("ipp://10.0.0.7"), pair("ipp://10.0.0.7:631/ipp/print", "http://10.0.0.7:631/ipp/print"));
        assert_eq!(address("ipps://kantor:443/cetak"), pair("ipps://kantor:443/cetak", "https://kantor:443/cetak"));
        assert_eq!(address("ipp://[::1]:8631/x"), pair("ipp://[::1]:8631/x", "http://[::1]:8631/x"));
        for wrong in
            ["", "kantor", "http://kantor/", "socket://kantor:9100", "ipp://", "ipp://u:p@kantor/", "ipp://a b/"]
        {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
