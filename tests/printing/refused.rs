//! Every way in which a printer can refuse, stop or talk nonsense.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::common::paper::Paper;
use e_risalah::document::printing::{
    Error, Order, Outcome, Patience, Printer, Progress, Refusal, Spooler, Stage, Trouble, find,
};
use ipp::model::{DelimiterTag, Operation, StatusCode};
use ipp::value::IppValue;
use proptest::prelude::*;

use super::fake::{Fake, Reply, http, job, keyword, keywords, message, office_printer_with};

/// Not a real PDF: nobody here looks into it.
const DOCUMENT: &[u8] = b"%PDF-1.7 risalah";

/// Patience that lasts through a busy machine, but not through a printer that never answers.
fn patience() -> Patience {
    Patience {
        connect: Duration::from_secs(10),
        answer: Duration::from_secs(10),
        poll: Duration::from_millis(5),
        change: Duration::from_mins(1),
    }
}

/// Patience for tests in which it is to end.
fn short() -> Patience {
    Patience { answer: Duration::from_millis(300), change: Duration::from_millis(300), ..patience() }
}

fn order() -> Order {
    Order { name: "risalah 2027-03-09-paripurna-7".to_owned(), paper: Paper::F4, copies: 1, both_sides: false }
}

fn at(fake: &Fake, patience: Patience) -> Result<Printer, Error> {
    find(Some(&fake.address), patience)
}

/// Sends the document and follows it; all that was heard of it, and how it ended.
fn print_on(fake: &Fake, order: &Order, patience: Patience) -> (Vec<Progress>, Result<Outcome, Error>) {
    let mut heard = Vec::new();
    let outcome = at(fake, patience).and_then(|printer| {
        let job = printer.send(DOCUMENT, order)?;
        job.follow(&AtomicBool::new(false), &mut |progress| heard.push(progress.clone()))
    });
    (heard, outcome)
}

/// Every error is a sentence with a remedy, in both languages.
fn explained(error: &Error) {
    let message = error.message();
    for language in [Language::Indonesian, Language::English] {
        let (what, hint) = (message.what(language), message.hint(language).unwrap_or_default());
        assert!(what.ends_with('.') && !what.contains("%{"), "{what}");
        assert!(hint.ends_with(['.', ')']) && !hint.contains("%{"), "{what}: {hint}");
    }
}

fn refused_with(error: &Error) -> Option<Refusal> {
    explained(error);
    match error {
        Error::Refused { refusal, .. } => Some(*refusal),
        _ => None,
    }
}

#[test]
fn the_printer_is_asked_for_the_sheet_that_the_pages_are_made_for() {
    let fake = Fake::but(|_, _| None);
    let order = Order { copies: 3, both_sides: true, ..order() };
    let (_, outcome) = print_on(&fake, &order, patience());
    assert_eq!(outcome.expect("printed"), Outcome::Printed);
    let asked = |name: &str| fake.first(Operation::PrintJob, |asked| asked.value(name)).flatten();
    assert_eq!(asked("media").as_deref(), Some("na_foolscap_8.5x13in"));
    assert_eq!(asked("print-scaling").as_deref(), Some("none"));
    assert_eq!(asked("sides").as_deref(), Some("two-sided-long-edge"));
    assert_eq!(asked("copies").as_deref(), Some("3"));
    assert_eq!(asked("document-format").as_deref(), Some("application/pdf"));
    assert_eq!(asked("job-name").as_deref(), Some("risalah 2027-03-09-paripurna-7"));
    assert_eq!(fake.first(Operation::PrintJob, |asked| asked.document.clone()).as_deref(), Some(DOCUMENT));
}

#[test]
fn nothing_is_sent_that_cannot_be_printed_as_it_is() {
    let without = |name, value: fn() -> IppValue| {
        Fake::but(move |operation, _| {
            (operation == Operation::GetPrinterAttributes).then(|| office_printer_with(name, value()))
        })
    };
    let only_a4 = without("media-supported", || keywords(&["iso_a4_210x297mm", "na_legal_8.5x14in"]));
    let error = print_on(&only_a4, &order(), patience()).1.expect_err("no F4");
    explained(&error);
    assert!(matches!(error, Error::NoPaper { paper: Paper::F4, has_a4: true, .. }), "{error:?}");
    assert!(error.message().hint(Language::English).is_some_and(|hint| hint.contains("--paper a4")));

    let letters = without("media-supported", || keywords(&["na_letter_8.5x11in"]));
    let error = print_on(&letters, &order(), patience()).1.expect_err("neither F4 nor A4");
    explained(&error);
    assert!(matches!(error, Error::NoPaper { has_a4: false, .. }), "{error:?}");

    let one_side = without("sides-supported", || keyword("one-sided"));
    let error = print_on(&one_side, &Order { both_sides: true, ..order() }, patience()).1.expect_err("one side");
    explained(&error);
    assert!(matches!(error, Error::OneSided { .. }), "{error:?}");

    let few = without("copies-supported", || IppValue::new_range_of_integer(1, 2));
    let error = print_on(&few, &Order { copies: 3, ..order() }, patience()).1.expect_err("too many");
    explained(&error);
    assert!(matches!(error, Error::TooManyCopies { most: 2, .. }), "{error:?}");

    let raster =
        without("document-format-supported", || IppValue::new_mime_media_type("image/pwg-raster").expect("a type"));
    let error = print_on(&raster, &order(), patience()).1.expect_err("no PDF");
    assert_eq!(refused_with(&error), Some(Refusal::Format));

    for fake in [only_a4, letters, one_side, few, raster] {
        assert_eq!(fake.count(Operation::PrintJob), 0);
    }
}

#[test]
fn every_refusal_is_told_by_its_reason() {
    for (status, expected) in [
        (StatusCode::ServerErrorNotAcceptingJobs, Refusal::NotAccepting),
        (StatusCode::ServerErrorBusy, Refusal::Busy),
        (StatusCode::ServerErrorServiceUnavailable, Refusal::Busy),
        (StatusCode::ClientErrorDocumentFormatNotSupported, Refusal::Format),
        (StatusCode::ClientErrorDocumentFormatError, Refusal::Document),
        (StatusCode::ClientErrorNotAuthenticated, Refusal::NotAllowed),
        (StatusCode::ClientErrorNotFound, Refusal::NotFound),
        (StatusCode::ClientErrorAttributesOrValuesNotSupported, Refusal::Wish),
        (StatusCode::ServerErrorDeviceError, Refusal::Device),
        (StatusCode::ServerErrorInternalError, Refusal::Other),
    ] {
        let fake =
            Fake::but(move |operation, _| (operation == Operation::PrintJob).then(|| Reply::Ipp(status, Vec::new())));
        let error = print_on(&fake, &order(), patience()).1.expect_err("refused");
        assert_eq!(refused_with(&error), Some(expected), "{status:?}");
    }
    for (status, expected) in [("401 Unauthorized", Refusal::NotAllowed), ("404 Not Found", Refusal::NotFound)] {
        let page = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        let fake = Fake::start(move |_, _| Reply::Bytes(page.clone().into_bytes()));
        assert_eq!(refused_with(&at(&fake, patience()).expect_err("refused")), Some(expected));
    }
}

#[test]
fn a_printer_without_paper_is_waited_for() {
    let fake = Fake::but(|operation, before| match (operation, before) {
        // The first is the question of what it is; then come those between the looks at the job.
        (Operation::GetPrinterAttributes, 1..4) => {
            Some(office_printer_with("printer-state-reasons", keyword("media-empty-error")))
        }
        (Operation::GetJobAttributes, 0..3) => Some(job(6, Vec::new())),
        (Operation::GetJobAttributes, 3) => {
            Some(job(5, vec![(DelimiterTag::JobAttributes, "job-impressions-completed", IppValue::new_integer(4))]))
        }
        _ => None,
    });
    let (heard, outcome) = print_on(&fake, &order(), patience());
    assert_eq!(outcome.expect("printed"), Outcome::Printed);
    assert_eq!(
        heard,
        [
            Progress { stage: Stage::Stopped, pages: 0, troubles: vec![Trouble::NoPaper] },
            Progress { stage: Stage::Printing, pages: 4, troubles: vec![] },
        ]
    );
}

#[test]
fn what_ends_a_job_is_told() {
    let ending = |state, more: fn() -> Vec<(DelimiterTag, &'static str, IppValue)>| {
        Fake::but(move |operation, _| (operation == Operation::GetJobAttributes).then(|| job(state, more())))
    };
    let aborted =
        ending(8, || vec![(DelimiterTag::JobAttributes, "job-state-reasons", keyword("document-format-error"))]);
    let error = print_on(&aborted, &order(), patience()).1.expect_err("aborted");
    explained(&error);
    assert!(matches!(&error, Error::Aborted { job: 7, detail, .. } if detail == "document-format-error"), "{error:?}");

    let error = print_on(&ending(7, Vec::new), &order(), patience()).1.expect_err("cancelled");
    explained(&error);
    assert!(matches!(error, Error::Cancelled { job: 7, .. }), "{error:?}");

    let faulty =
        ending(9, || vec![(DelimiterTag::JobAttributes, "job-state-reasons", keyword("job-completed-with-errors"))]);
    assert_eq!(print_on(&faulty, &order(), patience()).1.expect("done"), Outcome::PrintedWithErrors);

    let forgetful = Fake::but(|operation, _| {
        (operation == Operation::GetJobAttributes).then(|| Reply::Ipp(StatusCode::ClientErrorNotFound, Vec::new()))
    });
    assert_eq!(print_on(&forgetful, &order(), patience()).1.expect("done"), Outcome::Forgotten);

    let stuck = ending(5, Vec::new);
    assert_eq!(print_on(&stuck, &order(), short()).1.expect("given up waiting"), Outcome::StillWaiting);
    assert_eq!(stuck.count(Operation::CancelJob), 0, "a job that waits stays");
}

#[test]
fn a_stop_cancels_the_job() {
    for (answer, expected) in
        [(StatusCode::SuccessfulOk, Outcome::Withdrawn), (StatusCode::ClientErrorNotPossible, Outcome::NotWithdrawn)]
    {
        let fake = Fake::but(move |operation, _| match operation {
            Operation::GetJobAttributes => Some(job(5, Vec::new())),
            Operation::CancelJob => Some(Reply::Ipp(answer, Vec::new())),
            _ => None,
        });
        let printer = at(&fake, patience()).expect("a printer");
        let job = printer.send(DOCUMENT, &order()).expect("sent");
        let stop = AtomicBool::new(false);
        let outcome = job.follow(&stop, &mut |_| stop.store(true, Ordering::Relaxed));
        assert_eq!(outcome.expect("stopped"), expected);
        let cancelled = fake.first(Operation::CancelJob, |asked| asked.value("job-id")).flatten();
        assert_eq!(cancelled.as_deref(), Some("7"));
    }
}

#[test]
fn a_printer_that_stops_in_the_middle_leaves_doubt_and_says_so() {
    let while_sending = Fake::but(|operation, _| (operation == Operation::PrintJob).then_some(Reply::Close));
    let error = print_on(&while_sending, &order(), patience()).1.expect_err("broken off");
    explained(&error);
    assert!(matches!(error, Error::Lost { .. }), "{error:?}");
    assert_eq!(while_sending.count(Operation::PrintJob), 1, "a job is never sent twice");

    let while_printing = Fake::but(|operation, before| match (operation, before) {
        (Operation::GetJobAttributes, 0) => Some(job(5, Vec::new())),
        (Operation::GetJobAttributes, _) => Some(Reply::Close),
        _ => None,
    });
    let (heard, outcome) = print_on(&while_printing, &order(), short());
    let error = outcome.expect_err("gone");
    explained(&error);
    assert!(matches!(error, Error::Lost { .. }), "{error:?}");
    assert_eq!(heard.len(), 1);

    let for_a_moment = Fake::but(|operation, before| match (operation, before) {
        (Operation::GetJobAttributes, 0..3) => Some(Reply::Close),
        _ => None,
    });
    assert_eq!(print_on(&for_a_moment, &order(), patience()).1.expect("printed"), Outcome::Printed);
}

#[test]
fn a_silent_printer_is_not_waited_for_without_end() {
    let error = at(&Fake::start(|_, _| Reply::Hold), short()).expect_err("silent");
    explained(&error);
    assert!(matches!(error, Error::Silent { .. }), "{error:?}");

    let fake = Fake::but(|operation, _| (operation == Operation::PrintJob).then_some(Reply::Hold));
    let error = print_on(&fake, &order(), short()).1.expect_err("silent");
    assert!(matches!(error, Error::Lost { .. }), "{error:?}");
}

#[test]
fn a_printer_that_is_not_there_is_told_from_a_service_that_is_not() {
    let authority = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let error = find(Some(&format!("ipp://{authority}/ipp/print")), patience()).expect_err("nobody");
    explained(&error);
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    let error = Spooler::at(&authority.to_string(), patience()).default_printer().expect_err("nobody");
    explained(&error);
    assert!(matches!(error, Error::NoSpooler { .. }), "{error:?}");
    explained(&find(Some("socket://kantor:9100"), patience()).expect_err("no address of IPP"));
}

#[test]
fn nonsense_is_an_error() {
    let whole = message(StatusCode::SuccessfulOk, super::fake::office_printer());
    let long = http(&vec![b'A'; 5 << 20]);
    let cases: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\0\0\0".to_vec(),
        b"220 kantor FTP server ready\r\n".to_vec(),
        http(b""),
        http(b"<html>Selamat datang</html>"),
        http(&whole[..whole.len() / 2]),
        long,
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n\x02\x00".to_vec(),
        http(&message(StatusCode::SuccessfulOk, Vec::new())),
    ];
    for bytes in cases {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        let fake = Fake::start(move |_, _| Reply::Bytes(bytes.clone()));
        let error = at(&fake, patience()).expect_err(&shown);
        explained(&error);
        assert!(matches!(error, Error::NotAPrinter { .. } | Error::BrokenOff { .. }), "{shown}: {error:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// A good answer with some bytes otherwise is an error or a printer, and never a panic.
    #[test]
    fn damage_is_survived(places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = message(StatusCode::SuccessfulOk, super::fake::office_printer());
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let fake = Fake::start(move |_, _| Reply::Bytes(http(&bytes)));
        if let Err(error) = at(&fake, patience()) {
            explained(&error);
        }
    }
}
