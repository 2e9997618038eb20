//! One question to a printer and its answer, over HTTP (RFC 8010).

use std::io::{Cursor, ErrorKind};

use ipp::attribute::{IppAttribute, IppAttributeGroup};
use ipp::model::{DelimiterTag, IppVersion, Operation};
use ipp::parser::{IppParseError, IppParser};
use ipp::reader::IppReader;
use ipp::request::IppRequestResponse;
use ipp::value::IppValue;
use ureq::Agent;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, TcpConnector};

use super::intact::is_intact;
use super::secure::{Handshake, Secure};
use super::{Address, Certificate, Error, Patience, Refusal};

/// Answers are lists of attributes; the longest known have some 50 kB.
const LONGEST_ANSWER: u64 = 4 << 20;

/// What is asked by: keeps its connections between questions.
#[derive(Clone, Debug)]
pub(super) struct Line {
    agent: Agent,
    seen: Handshake,
}

impl Line {
    pub fn new(patience: Patience) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("e-risalah/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_per_read(Some(patience.answer))
            .timeout_per_write(Some(patience.answer))
            .build();
        let seen = Handshake::default();
        let connector = ().chain(TcpConnector::default()).chain(Secure::new(seen.clone()));
        Self { agent: Agent::with_parts(config, connector, DefaultResolver::default()), seen }
    }

    /// The certificate of the printer, where it was spoken to over TLS.
    pub fn certificate(&self) -> Option<Certificate> {
        self.seen.certificate()
    }

    /// Asks, with the bytes of a document behind the question where there is one. The groups of the
    /// answer come back when the printer agreed.
    pub fn ask(&self, question: Question, document: &[u8]) -> Result<Vec<IppAttributeGroup>, Error> {
        let Question { address, request } = question;
        let mut body = request?.to_bytes().to_vec();
        body.extend_from_slice(document);
        let answer = self.agent.post(address.url()).header("Content-Type", "application/ipp").send(&body);
        let mut answer =
            answer.map_err(|error| self.seen.refused(&address).unwrap_or_else(|| failure(&address, error)))?;
        match answer.status().as_u16() {
            200 => {}
            401 | 403 => return Err(refused(&address, Refusal::NotAllowed, String::new())),
            404 => return Err(refused(&address, Refusal::NotFound, String::new())),
            status => {
                return Err(Error::NotAPrinter { printer: address.to_string(), detail: format!("HTTP {status}") });
            }
        }
        let bytes = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec();
        let bytes = bytes.map_err(|error| failure(&address, error))?;
        if !is_intact(&bytes) {
            return Err(strange(&address, "a text that is longer than its value"));
        }
        let parsed = IppParser::new(IppReader::new(Cursor::new(bytes))).parse();
        let parsed = parsed.map_err(|error| strange(&address, error))?;
        let status = parsed.header().status_code();
        if !status.is_success() {
            let operation = parsed.attributes().first_of(DelimiterTag::OperationAttributes);
            let detail =
                operation.and_then(|group| text(group, "status-message")).unwrap_or_else(|| status.to_string());
            return Err(refused(&address, Refusal::from(status), detail));
        }
        Ok(parsed.attributes().groups().to_vec())
    }
}

fn refused(address: &Address, refusal: Refusal, detail: String) -> Error {
    Error::Refused { printer: address.to_string(), refusal, detail }
}

fn strange(address: &Address, error: impl std::fmt::Display) -> Error {
    Error::NotAPrinter { printer: address.to_string(), detail: error.to_string() }
}

fn failure(address: &Address, error: ureq::Error) -> Error {
    let printer = address.to_string();
    match error {
        ureq::Error::Timeout(ureq::Timeout::PerRead | ureq::Timeout::PerWrite) => Error::Silent { printer },
        ureq::Error::Timeout(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
            Error::Unreachable { printer, detail: error.to_string() }
        }
        ureq::Error::Io(error) if error.kind() == ErrorKind::TimedOut => Error::Silent { printer },
        ureq::Error::Io(error)
            if matches!(
                error.kind(),
                ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable
            ) =>
        {
            Error::Unreachable { printer, detail: error.to_string() }
        }
        ureq::Error::Rustls(error) => Error::NotSecure { printer, detail: error.to_string() },
        ureq::Error::Io(error) if is_tls(&error) => Error::NotSecure { printer, detail: error.to_string() },
        ureq::Error::Io(error) => Error::BrokenOff { printer, detail: error.to_string() },
        error => Error::NotAPrinter { printer, detail: error.to_string() },
    }
}

/// A request that is being put together.
pub(super) struct Question {
    address: Address,
    request: Result<IppRequestResponse, Error>,
}

impl Question {
    pub fn new(operation: Operation, address: &Address) -> Self {
        let request = IppRequestResponse::new(IppVersion::v2_0(), operation, address.uri());
        Self { request: request.map_err(|error| strange(address, error)), address: address.clone() }
    }

    /// With an attribute of the operation itself.
    pub fn with(self, name: &'static str, value: Result<IppValue, IppParseError>) -> Self {
        self.put(DelimiterTag::OperationAttributes, name, value)
    }

    /// With a wish for the job.
    pub fn wishing(self, name: &'static str, value: Result<IppValue, IppParseError>) -> Self {
        self.put(DelimiterTag::JobAttributes, name, value)
    }

    /// With the list of what is to be told.
    pub fn about(self, names: &[&'static str]) -> Self {
        let values = names.iter().map(|name| IppValue::new_keyword(*name)).collect::<Result<Vec<_>, _>>();
        self.with("requested-attributes", values.map(IppValue::Array))
    }

    fn put(mut self, group: DelimiterTag, name: &'static str, value: Result<IppValue, IppParseError>) -> Self {
        self.request = self.request.and_then(|mut request| {
            let attribute = value.and_then(|value| IppAttribute::with_name(name, value));
            request.attributes_mut().add(group, attribute.map_err(|error| strange(&self.address, error))?);
            Ok(request)
        });
        self
    }
}

/// A text as the protocol takes it: at most 255 bytes, cut between characters.
pub(super) fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(255)]
}

/// All texts of an attribute.
pub(super) fn texts(group: &IppAttributeGroup, name: &str) -> Vec<String> {
    let one = |value: &IppValue| match value {
        IppValue::TextWithLanguage { text, .. } => Some(text.to_string()),
        IppValue::NameWithLanguage { name, .. } => Some(name.to_string()),
        IppValue::Keyword(_)
        | IppValue::NameWithoutLanguage(_)
        | IppValue::TextWithoutLanguage(_)
        | IppValue::Uri(_)
        | IppValue::MimeMediaType(_) => Some(value.to_string()),
        _ => None,
    };
    group.get(name).map(|attribute| attribute.value().into_iter().filter_map(one).collect()).unwrap_or_default()
}

/// The first text of an attribute, if it has one that says anything.
pub(super) fn text(group: &IppAttributeGroup, name: &str) -> Option<String> {
    texts(group, name).into_iter().next().filter(|text| !text.is_empty())
}

/// The first number of an attribute; of a range its end.
pub(super) fn number(group: &IppAttributeGroup, name: &str) -> Option<i32> {
    match group.get(name)?.value().into_iter().next()? {
        IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
        IppValue::RangeOfInteger { max, .. } => Some(*max),
        _ => None,
    }
}

/// Whether an attribute says yes.
pub(super) fn flag(group: &IppAttributeGroup, name: &str) -> Option<bool> {
    match group.get(name)?.value() {
        IppValue::Boolean(flag) => Some(*flag),
        _ => None,
    }
}

/// Whether the encrypted connection failed, not the network below it.
fn is_tls(error: &std::io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<rustls::Error>())
}
