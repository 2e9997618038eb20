//! A printer that does exactly what a test tells it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use ipp::parser::IppParser;
use ipp::prelude::*;
use ipp::reader::IppReader;

/// What was asked.
pub struct Asked {
    pub operation: Operation,
    pub groups: Vec<IppAttributeGroup>,
    pub document: Vec<u8>,
}

impl Asked {
    /// The value of an attribute of the question, as text.
    pub fn value(&self, name: &str) -> Option<String> {
        self.groups.iter().find_map(|group| group.get(name)).map(|attribute| attribute.value().to_string())
    }
}

/// What the printer does with one question.
pub enum Reply {
    /// It answers with a status and attributes.
    Ipp(StatusCode, Vec<(DelimiterTag, &'static str, IppValue)>),
    /// It sends these bytes as they are.
    Bytes(Vec<u8>),
    /// It closes the connection.
    Close,
    /// It says nothing until the other side goes away.
    Hold,
}

/// A printer on the loopback interface. It answers as long as the test runs.
pub struct Fake {
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// `answer` is given the operation and how many of its kind came before.
    pub fn start(answer: impl Fn(Operation, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let authority = listener.local_addr().expect("an address").to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || serve(&stream, &log, &*answer));
            }
        });
        Self { address: format!("ipp://{authority}/ipp/print"), asked }
    }

    /// A good printer, but for what `other` says.
    pub fn but(other: impl Fn(Operation, usize) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::start(move |operation, before| other(operation, before).unwrap_or_else(|| good(operation)))
    }

    /// How often that was asked.
    pub fn count(&self, operation: Operation) -> usize {
        self.asked.lock().expect("the log").iter().filter(|asked| asked.operation == operation).count()
    }

    /// Looks at the first question of a kind.
    pub fn first<T>(&self, operation: Operation, look: impl FnOnce(&Asked) -> T) -> Option<T> {
        let log = self.asked.lock().expect("the log");
        log.iter().find(|asked| asked.operation == operation).map(look)
    }
}

fn serve(stream: &TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(Operation, usize) -> Reply) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let operation = asked.operation;
        let before = {
            let mut log = log.lock().expect("the log");
            log.push(asked);
            log.iter().filter(|other| other.operation == operation).count() - 1
        };
        // A client that has gone away is no failure of the printer.
        let mut writer = stream;
        match answer(operation, before) {
            Reply::Ipp(status, attributes) => {
                let _ = writer.write_all(&http(&message(status, attributes)));
            }
            Reply::Bytes(bytes) => {
                let _ = writer.write_all(&bytes);
                return;
            }
            Reply::Close => return,
            Reply::Hold => {
                let _ = reader.read(&mut [0]);
                return;
            }
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("a length");
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let parsed = IppParser::new(IppReader::new(std::io::Cursor::new(body))).parse().expect("a request");
    let operation = Operation::from_i16(parsed.header().operation_or_status).expect("an operation");
    let groups = parsed.attributes().groups().to_vec();
    let mut document = Vec::new();
    parsed.into_payload().read_to_end(&mut document).expect("the document");
    Some(Asked { operation, groups, document })
}

/// An answer of the protocol.
pub fn message(status: StatusCode, attributes: Vec<(DelimiterTag, &'static str, IppValue)>) -> Vec<u8> {
    let mut response = IppRequestResponse::new_response(IppVersion::v2_0(), status, 1).expect("a response");
    for (group, name, value) in attributes {
        let attribute = IppAttribute::with_name(name, value).expect("an attribute");
        response.attributes_mut().add(group, attribute);
    }
    response.to_bytes().to_vec()
}

/// The same as HTTP carries it.
pub fn http(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

pub fn keyword(text: &str) -> IppValue {
    IppValue::new_keyword(text).expect("a keyword")
}

pub fn keywords(texts: &[&str]) -> IppValue {
    IppValue::Array(texts.iter().map(|text| keyword(text)).collect())
}

/// The attributes of an office printer with F4 and A4.
pub fn office_printer() -> Vec<(DelimiterTag, &'static str, IppValue)> {
    let printer = DelimiterTag::PrinterAttributes;
    let pdf = IppValue::new_mime_media_type("application/pdf").expect("a type");
    vec![
        (printer, "printer-name", IppValue::new_name_without_language("kantor").expect("a name")),
        (printer, "printer-state", IppValue::Enum(3)),
        (printer, "printer-state-reasons", keyword("none")),
        (printer, "printer-is-accepting-jobs", IppValue::new_boolean(true)),
        (printer, "document-format-supported", pdf),
        (printer, "media-supported", keywords(&["iso_a4_210x297mm", "na_foolscap_8.5x13in"])),
        (printer, "sides-supported", keywords(&["one-sided", "two-sided-long-edge"])),
        (printer, "copies-supported", IppValue::new_range_of_integer(1, 99)),
        (printer, "print-scaling-supported", keywords(&["auto", "none"])),
    ]
}

/// The same with one attribute otherwise.
pub fn office_printer_with(name: &'static str, value: IppValue) -> Reply {
    let mut attributes = office_printer();
    attributes.retain(|(_, other, _)| *other != name);
    attributes.push((DelimiterTag::PrinterAttributes, name, value));
    Reply::Ipp(StatusCode::SuccessfulOk, attributes)
}

/// The state of a job.
pub fn job(state: i32, more: Vec<(DelimiterTag, &'static str, IppValue)>) -> Reply {
    let mut attributes = vec![
        (DelimiterTag::JobAttributes, "job-id", IppValue::new_integer(7)),
        (DelimiterTag::JobAttributes, "job-state", IppValue::Enum(state)),
    ];
    attributes.extend(more);
    Reply::Ipp(StatusCode::SuccessfulOk, attributes)
}

/// What a printer does that prints everything at once.
pub fn good(operation: Operation) -> Reply {
    match operation {
        Operation::GetPrinterAttributes => Reply::Ipp(StatusCode::SuccessfulOk, office_printer()),
        Operation::PrintJob => job(3, Vec::new()),
        Operation::GetJobAttributes => job(9, Vec::new()),
        _ => Reply::Ipp(StatusCode::SuccessfulOk, Vec::new()),
    }
}
