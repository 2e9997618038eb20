//! The print server of the machine or of the office: CUPS.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use ipp::attribute::IppAttributeGroup;
use ipp::model::{DelimiterTag, Operation};

use super::printer::{DESCRIPTION, Printer};
use super::wire::{Line, Question, text, texts};
use super::{Address, Error, Patience, Refusal};

/// Where CUPS keeps what holds for everybody.
const SYSTEM: &str = "/etc/cups";

/// A CUPS server.
#[derive(Clone, Debug)]
pub struct Spooler {
    authority: String,
    patience: Patience,
}

impl Spooler {
    /// The server that CUPS's own programs would ask: `CUPS_SERVER`, else `ServerName` in
    /// `client.conf`, else this machine. A path to a socket means this machine too, which is
    /// asked by its loopback address.
    #[must_use]
    pub fn from_env(patience: Patience) -> Self {
        let named = variable("CUPS_SERVER").or_else(|| configured("client.conf", "ServerName"));
        let server = named.filter(|server| !server.starts_with('/')).unwrap_or_else(|| "localhost".to_owned());
        let port = variable("IPP_PORT").unwrap_or_else(|| "631".to_owned());
        // `host:631/version=1.1` is a way of CUPS to speak to old servers.
        let host = server.split('/').next().unwrap_or_default();
        let has_port =
            host.rsplit_once(':').is_some_and(|(before, port)| !before.is_empty() && port.parse::<u16>().is_ok());
        let authority = if has_port && !host.ends_with(']') { host.to_owned() } else { format!("{host}:{port}") };
        Self::at(&authority, patience)
    }

    /// The server at this host and port.
    #[must_use]
    pub fn at(authority: &str, patience: Patience) -> Self {
        Self { authority: authority.to_owned(), patience }
    }

    /// Its host and port.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.authority
    }

    /// All its printers, in its order.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn printers(&self) -> Result<Vec<Printer>, Error> {
        let (address, line) = self.root()?;
        let question = Question::new(Operation::CupsGetPrinters, &address).about(&DESCRIPTION);
        let groups = match line.ask(question, &[]) {
            Err(Error::Refused { refusal: Refusal::NotFound, .. }) => Vec::new(),
            answer => answer.map_err(|error| self.not_there(error))?,
        };
        groups
            .iter()
            .filter(|group| group.tag() == DelimiterTag::PrinterAttributes)
            .map(|group| self.described(group, &line))
            .collect()
    }

    /// The printer of this name.
    ///
    /// # Errors
    /// [`Error::Unknown`] when there is none, or when the server does not answer.
    pub fn printer(&self, name: &str) -> Result<Printer, Error> {
        let printers = self.printers()?;
        match printers.iter().position(|printer| printer.name() == name) {
            // The list is short of what only a printer of its own tells.
            Some(place) => Printer::at(printers[place].address().clone(), self.patience),
            None => Err(Error::Unknown { name: name.to_owned(), known: names(&printers) }),
        }
    }

    /// The printer that prints when none is named: the user's own choice (`LPDEST`, `PRINTER`,
    /// `lpoptions -d`), else the server's.
    ///
    /// # Errors
    /// [`Error::NoDefault`] when there is none, or when the server does not answer.
    pub fn default_printer(&self) -> Result<Printer, Error> {
        if let Some(name) = chosen_by_user() {
            return self.printer(&name);
        }
        match self.default_of_server()? {
            Some(name) => self.printer(&name),
            None => Err(Error::NoDefault { known: names(&self.printers()?) }),
        }
    }

    /// The name of the printer that prints when none is named, if there is one.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn default_name(&self) -> Result<Option<String>, Error> {
        match chosen_by_user() {
            Some(name) => Ok(Some(name)),
            None => self.default_of_server(),
        }
    }

    fn default_of_server(&self) -> Result<Option<String>, Error> {
        let (address, line) = self.root()?;
        match line.ask(Question::new(Operation::CupsGetDefault, &address).about(&["printer-name"]), &[]) {
            Ok(groups) => Ok(groups.iter().find_map(|group| text(group, "printer-name"))),
            Err(Error::Refused { refusal: Refusal::NotFound, .. }) => Ok(None),
            Err(error) => Err(self.not_there(error)),
        }
    }

    fn root(&self) -> Result<(Address, Line), Error> {
        Ok((Address::of_server(&self.authority, "/")?, Line::new(self.patience)))
    }

    /// A queue's own address names the server as it calls itself; it is asked by the name that
    /// reached it.
    fn described(&self, group: &IppAttributeGroup, line: &Line) -> Result<Printer, Error> {
        let name = text(group, "printer-name").unwrap_or_default();
        let own = texts(group, "printer-uri-supported").into_iter().find_map(|uri| uri.parse::<Address>().ok());
        let folder = if own.is_some_and(|own| own.to_string().contains("/classes/")) { "classes" } else { "printers" };
        let address = Address::of_server(&self.authority, &format!("/{folder}/{name}"))?;
        Ok(Printer::described(group, address, line.clone(), self.patience))
    }

    fn not_there(&self, error: Error) -> Error {
        match error {
            Error::Unreachable { detail, .. } => Error::NoSpooler { server: self.authority.clone(), detail },
            error => error,
        }
    }
}

fn names(printers: &[Printer]) -> Vec<String> {
    printers.iter().map(|printer| printer.name().to_owned()).collect()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// What `LPDEST`, `PRINTER` or `lpoptions -d` say, in the order of CUPS. `PRINTER=lp` is set by old
/// login scripts and means nothing.
fn chosen_by_user() -> Option<String> {
    let named = variable("LPDEST").or_else(|| variable("PRINTER").filter(|name| name != "lp"));
    // `lpoptions` may name an instance of a queue, `queue/instance`.
    let name = named.or_else(|| configured("lpoptions", "Default"))?;
    name.split('/').next().map(str::to_owned)
}

/// A value in the user's file of CUPS, else in that of the system.
fn configured(file: &str, key: &str) -> Option<String> {
    let own = env::home_dir().map(|home| home.join(".cups"));
    own.into_iter().chain([PathBuf::from(SYSTEM)]).find_map(|folder| value_in(&folder.join(file), key))
}

fn value_in(path: &Path, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        words.next().filter(|word| word.eq_ignore_ascii_case(key)).and_then(|_| words.next()).map(str::to_owned)
    })
}
