//! A meeting's folder in which nothing is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e_risalah::common::flag::Flag;
use e_risalah::document::risalah::{Sheet, Templates};
use e_risalah::lifecycle::folder::Folder;
use e_risalah::lifecycle::{Error, Finalized, Life, Request, State, Transition, finalize};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::Utterance;
use e_risalah::transcript::edit::{Change, Layer, Place, Source};
use e_risalah::transcript::store::{Step, Store};
use jiff::Zoned;
use tempfile::TempDir;

use super::sample;

pub const RAPAT: &str = include_str!("rapat.toml");

pub struct Fixture {
    pub place: TempDir,
    pub store: Store,
    pub meeting: Meeting,
}

pub fn said(channel: u16, start: u64, end: u64, text: &str, flags: &[Flag]) -> Utterance {
    sample::utterance(channel, start, end, text, flags)
}

/// What is said in a meeting without doubts.
pub fn words() -> Vec<Utterance> {
    vec![
        said(1, 20, 90, "Rapat komisi saya nyatakan dibuka dan terbuka untuk umum.", &[]),
        said(2, 150, 300, "Terima kasih, Pimpinan. Kami menyetujui rancangan ini.", &[]),
        said(1, 400, 480, "Apakah rancangan ini dapat disetujui?", &[]),
        said(1, 550, 580, "Rapat saya tutup.", &[]),
    ]
}

impl Fixture {
    pub fn new() -> Self {
        Self::with(RAPAT, words(), true)
    }

    pub fn with(rapat: &str, utterances: Vec<Utterance>, complete: bool) -> Self {
        Self::made(rapat, utterances, complete, "small-q8_0")
    }

    /// A record whose words come from this model.
    pub fn of_model(model: &str) -> Self {
        Self::made(RAPAT, words(), true, model)
    }

    fn made(rapat: &str, utterances: Vec<Utterance>, complete: bool, model: &str) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        fs::write(place.path().join("rapat.toml"), rapat).expect("written");
        let mut transcript = sample::transcript(2, utterances);
        transcript.version.complete = complete;
        let store = sample::stored(place.path(), &transcript, model);
        let meeting = Meeting::parse(rapat, "rapat.toml").expect("a valid meeting");
        Self { place, store, meeting }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub fn life(&self) -> Life {
        Life::read(&self.store, &self.store.load().expect("a transcript")).expect("its life")
    }

    pub fn advance(&self, to: State, note: Option<&str>, now: &str) -> Result<Step, Error> {
        let wish = Transition { to, by: "Sari".to_owned(), note: note.map(str::to_owned), days: 4 };
        self.life().advance(&self.store, &wish, &at(now))
    }

    /// All the way to the gate: given out on 10 March, corrected until the 14th, verified on the
    /// 15th.
    pub fn verified(self) -> Self {
        for (to, now) in [
            (State::Provisional, "2026-03-10T16:00:00+08:00[Asia/Makassar]"),
            (State::Correction, "2026-03-10T16:10:00+08:00[Asia/Makassar]"),
            (State::Verification, "2026-03-15T08:00:00+08:00[Asia/Makassar]"),
        ] {
            self.advance(to, None, now).expect("advanced");
        }
        self
    }

    pub fn finalize(&self, signed_by: &str, number: Option<&str>, now: &str) -> Result<Finalized, Error> {
        let number = number.map(str::to_owned);
        let request = Request { signed_by: signed_by.to_owned(), number, waive: None, audit: None };
        self.asked(&request, now)
    }

    /// The same with a reason for what may be waived.
    pub fn waived(&self, reason: &str) -> Result<Finalized, Error> {
        let request = Request {
            signed_by: SECRETARY.to_owned(),
            number: NUMBER.map(str::to_owned),
            waive: Some(reason.to_owned()),
            audit: None,
        };
        self.asked(&request, SIGNED)
    }

    fn asked(&self, request: &Request, now: &str) -> Result<Finalized, Error> {
        let folder = Folder::create(self.place.path()).expect("the folder");
        let typeset = |sheet: &Sheet| sheet.typeset(&Templates::built_in());
        finalize(&folder, &self.store, &self.meeting, request, &at(now), &typeset)
    }

    /// A correction of the first word of an utterance, on the day of the signature.
    pub fn correct(&mut self, index: usize, before: &str, after: &str) {
        self.correct_at(index, before, after, SIGNED);
    }

    pub fn correct_at(&mut self, index: usize, before: &str, after: &str, when: &str) {
        let transcript = self.store.load().expect("a transcript");
        let layer = Layer {
            place: Place::of(transcript.version.number, &transcript.utterances[index]),
            change: Change::Text { at: 0, before: before.to_owned(), after: after.to_owned() },
            by: "Sari".to_owned(),
            when: at(when),
            why: None,
            source: Source::Person,
        };
        self.store.lay(&[layer]).expect("corrected");
    }
}

/// Runs a command of the program on a record.
pub fn run(fixture: &Fixture, args: &[&str]) -> Output {
    let mut all = vec![args[0], fixture.place.path().to_str().expect("a readable path")];
    all.extend(&args[1..]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(all).env("RISALAH_LANG", "id").output().expect("the program runs")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a command that succeeded wrote.
pub fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(output), stderr(output));
    stdout(output)
}

/// The day of the signature.
pub const SIGNED: &str = "2026-03-16T09:00:00+08:00[Asia/Makassar]";
pub const LATER: &str = "2026-03-20T09:00:00+08:00[Asia/Makassar]";
pub const NUMBER: Option<&str> = Some("170/12/DPRD/2026");
pub const SECRETARY: &str = "Bambang Wirawan, S.H., M.H.";

pub fn at(text: &str) -> Zoned {
    text.parse().expect("a time")
}

/// The text of each page of a PDF.
pub fn pages(path: &Path) -> Vec<String> {
    let output = Command::new("pdftotext").args(["-layout".as_ref(), path.as_os_str(), "-".as_ref()]).output();
    let output = output.expect("pdftotext: apt-get install poppler-utils");
    assert!(output.status.success(), "{}", path.display());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.split_terminator('\u{c}').map(str::to_owned).collect()
}

/// The XML of a Word document's headers and body.
pub fn xml(path: &Path) -> String {
    let output = Command::new("unzip").args(["-p".as_ref(), path.as_os_str(), "word/*.xml".as_ref()]).output();
    String::from_utf8(output.expect("unzip: apt-get install unzip").stdout).expect("UTF-8")
}
