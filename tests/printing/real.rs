//! Jobs that real printers in software receive.

use std::fs;
use std::sync::atomic::AtomicBool;

use e_risalah::common::paper::Paper;
use e_risalah::document::printing::{
    Error, Order, Outcome, Patience, Printer, Progress, Refusal, State, Trouble, find,
};
use e_risalah::document::risalah::{Format, write};

use super::office::{Cups, NetworkPrinter};
use super::sample;

fn record(paper: Paper) -> Vec<u8> {
    let mut meeting = sample::meeting();
    meeting.paper = paper;
    write(Format::Pdf, &meeting, &sample::plenary()).expect("a PDF")
}

fn order(paper: Paper) -> Order {
    Order { name: "risalah uji".to_owned(), paper, copies: 1, both_sides: false }
}

fn print_on(printer: &Printer, paper: Paper, document: &[u8]) -> (Vec<Progress>, Result<Outcome, Error>) {
    let mut heard = Vec::new();
    let outcome = printer
        .send(document, &order(paper))
        .and_then(|job| job.follow(&AtomicBool::new(false), &mut |progress| heard.push(progress.clone())));
    (heard, outcome)
}

#[test]
fn a_network_printer_receives_the_record_byte_for_byte() {
    let network = NetworkPrinter::start("exit 0");
    let printer = find(Some(&network.address), Patience::default()).expect("a printer");
    assert_eq!((printer.has(Paper::A4), printer.has(Paper::F4)), (Some(true), Some(false)));
    let error = printer.send(&record(Paper::F4), &order(Paper::F4)).expect_err("it has no F4");
    assert!(matches!(error, Error::NoPaper { has_a4: true, .. }), "{error:?}");
    assert!(network.received().is_empty());

    let document = record(Paper::A4);
    assert_eq!(print_on(&printer, Paper::A4, &document).1.expect("printed"), Outcome::Printed);
    assert!(network.received() == [document], "not what was sent");
}

#[test]
fn a_network_printer_out_of_paper_goes_on_when_it_has_some() {
    // It waits for paper until the test has put some in.
    let network = NetworkPrinter::start(
        "echo 'STATE: +media-empty' >&2; until [ -e isi ]; do sleep 0.1; done; echo 'STATE: -media-empty' >&2",
    );
    let printer = find(Some(&network.address), Patience::default()).expect("a printer");
    let mut troubles = Vec::new();
    let job = printer.send(&record(Paper::A4), &order(Paper::A4)).expect("sent");
    let outcome = job.follow(&AtomicBool::new(false), &mut |progress| {
        troubles.extend(progress.troubles.clone());
        if progress.troubles.contains(&Trouble::NoPaper) {
            fs::write(network.place.path().join("isi"), "").expect("paper");
        }
    });
    assert_eq!(outcome.expect("printed"), Outcome::Printed);
    assert!(troubles.contains(&Trouble::NoPaper), "{troubles:?}");
}

#[test]
fn a_queue_of_cups_hands_the_record_on_byte_for_byte() {
    let (cups, network) = (Cups::start(), NetworkPrinter::start("exit 0"));
    cups.add("lantai2", &network.address);
    let document = record(Paper::F4);
    let printer = cups.spooler().printer("lantai2").expect("the queue");
    assert_eq!(print_on(&printer, Paper::F4, &document).1.expect("printed"), Outcome::Printed);
    assert!(network.received() == [document], "not what was sent");
}

#[test]
fn the_default_of_cups_is_found_and_its_absence_names_the_others() {
    let cups = Cups::start();
    let error = cups.spooler().default_printer().expect_err("no printer at all");
    assert!(matches!(&error, Error::NoDefault { known } if known.is_empty()), "{error:?}");
    cups.add("arsip", "ipp://localhost:9/ipp/print");
    cups.add("lantai2", "ipp://localhost:9/ipp/print");
    let error = cups.spooler().default_printer().expect_err("no default");
    assert!(matches!(&error, Error::NoDefault { known } if *known == ["arsip", "lantai2"]), "{error:?}");
    let error = cups.spooler().printer("lantai3").expect_err("no such queue");
    assert!(matches!(&error, Error::Unknown { known, .. } if known.len() == 2), "{error:?}");
    cups.run("lpadmin", &["-d", "lantai2"]);
    assert_eq!(cups.spooler().default_printer().expect("a default").name(), "lantai2");
}

#[test]
fn a_stopped_queue_is_waited_for_and_one_that_takes_no_jobs_refuses() {
    let (cups, network) = (Cups::start(), NetworkPrinter::start("exit 0"));
    cups.add("arsip", &network.address);
    cups.run("cupsdisable", &["arsip"]);
    let printer = cups.spooler().printer("arsip").expect("the queue");
    assert_eq!((printer.state(), printer.troubles()), (State::Stopped, &[Trouble::Paused][..]));
    let document = record(Paper::F4);
    let mut told = Vec::new();
    let job = printer.send(&document, &order(Paper::F4)).expect("taken");
    let outcome = job.follow(&AtomicBool::new(false), &mut |progress| {
        told.extend(progress.troubles.clone());
        cups.run("cupsenable", &["arsip"]);
    });
    assert_eq!(outcome.expect("printed"), Outcome::Printed);
    assert!(told.contains(&Trouble::Paused), "{told:?}");

    cups.run("cupsreject", &["arsip"]);
    let printer = cups.spooler().printer("arsip").expect("the queue");
    assert!(!printer.is_accepting());
    let error = printer.send(&document, &order(Paper::F4)).expect_err("refused");
    assert!(matches!(error, Error::Refused { refusal: Refusal::NotAccepting, .. }), "{error:?}");
}
