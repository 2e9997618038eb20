//! Meetings that are published, with their sound.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use e_risalah::document::risalah::Templates;
use e_risalah::meeting_folder::LaidOut;
use e_risalah::publication::site::{Error, Report, Request, Withdrawn, publish};
use e_risalah::recording::{Claim, End, Format, Sample, Start, Writer, folder_of};
use e_risalah::transcript::Utterance;
use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::fixture::{Fixture, NUMBER, RAPAT, SECRETARY, SIGNED, said};

pub const RATE: usize = 16_000;

/// What is said at the meetings of these tests.
pub fn words() -> Vec<Utterance> {
    vec![
        said(1, 20, 90, "Rapat komisi saya nyatakan dibuka dan terbuka untuk umum.", &[]),
        said(2, 150, 300, "Terima kasih, Pimpinan. Pengelolaan sampah sudah dianggarkan.", &[]),
        said(1, 400, 480, "Apakah rancangan ini dapat disetujui?", &[]),
        said(2, 490, 520, "Setuju, Pimpinan.", &[]),
        said(1, 550, 580, "Rapat saya tutup.", &[]),
    ]
}

/// A minute of two microphones, each with a tone of its own.
pub fn record(folder: &Path) {
    let format = Format { rate: NonZeroU32::new(RATE as u32).expect("a rate"), channels: 2, sample: Sample::I16 };
    let start = Start {
        utc: "2026-03-10T02:04:30Z".parse().expect("a moment"),
        zone: TimeZone::get("Asia/Makassar").expect("a zone"),
        format,
        device: "uji".into(),
        names: vec!["Ketua".into(), "Siti".into()],
        seal: None,
    };
    let mut writer = Writer::begin(Claim::take(&folder_of(folder)).expect("a folder"), start).expect("begun");
    let tone = |place: usize, hertz: usize| ((place * hertz / RATE % 2) as i16 * 2 - 1) * 4_000;
    let second = |from: usize| -> Vec<u8> {
        (from..from + RATE).flat_map(|place| [tone(place, 220), tone(place, 330)]).flat_map(i16::to_le_bytes).collect()
    };
    for from in 0..60 {
        writer.append(&second(from * RATE)).expect("written");
    }
    writer.finish(End::Asked).expect("closed");
}

/// A meeting with sound, verified and not yet signed. Each description has a recording of its own.
pub fn verified(rapat: &str, utterances: Vec<Utterance>) -> Fixture {
    let fixture = Fixture::with(rapat, utterances, true);
    let database = rusqlite::Connection::open(fixture.path("transkrip.db")).expect("opened");
    let recording = e_risalah::common::digest::sha256(rapat.as_bytes());
    database.execute("UPDATE recording SET fingerprint = ?1", [recording]).expect("told apart");
    drop(database);
    record(fixture.place.path());
    fixture.verified()
}

/// One that is official.
pub fn official(rapat: &str) -> Fixture {
    let fixture = verified(rapat, words());
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    fixture
}

/// The description of the meeting, held on another day.
pub fn on(day: u32) -> String {
    RAPAT.replace("2026-03-10", &format!("2026-03-{day:02}"))
}

/// Where a site is made, and what is asked for.
pub struct Desk {
    pub place: TempDir,
    pub no_sound: bool,
    pub address: Option<String>,
    pub withdraw: Option<(String, Withdrawn)>,
    pub republish: bool,
}

impl Desk {
    pub fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let address = Some("https://risalah.dprd.example".to_owned());
        Self { place, no_sound: false, address, withdraw: None, republish: false }
    }

    pub fn site(&self) -> PathBuf {
        self.place.path().join("situs")
    }

    pub fn publish(&self, meetings: &[&Fixture]) -> Result<Report, Error> {
        let folders: Vec<PathBuf> = meetings.iter().map(|fixture| fixture.place.path().to_owned()).collect();
        self.folders(&folders, &AtomicBool::new(false), &mut |_| {})
    }

    pub fn folders(
        &self,
        folders: &[PathBuf],
        stop: &AtomicBool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Report, Error> {
        let lay_out = |sheet: &e_risalah::document::risalah::Sheet, _, _: Option<&Path>| {
            Ok(LaidOut { content: sheet.typeset(&Templates::built_in())?, warnings: Vec::new() })
        };
        let request = Request {
            folders,
            out: &self.site(),
            address: self.address.clone(),
            no_sound: self.no_sound,
            withdraw: self.withdraw.clone(),
            republish: self.republish,
            lay_out: &lay_out,
        };
        publish(&request, stop, progress)
    }

    /// A text of the site.
    pub fn text(&self, name: &str) -> String {
        let path = self.site().join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The page of the only meeting, as its path in the site.
    pub fn page(&self) -> String {
        let pages: Vec<String> = files(&self.site()).into_keys().filter(|name| is_meeting(name)).collect();
        assert_eq!(pages.len(), 1, "{pages:?}");
        pages[0].clone()
    }
}

/// Whether a file is the page of a meeting, in Indonesian.
pub fn is_meeting(name: &str) -> bool {
    name.starts_with("rapat/") && name.ends_with("/index.html")
}

/// Every file below a folder, by its path.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let name = path.strip_prefix(root).expect("below").to_str().expect("text").to_owned();
                found.insert(name, fs::read(&path).expect("read"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// The names of the speeches on a page.
pub fn speeches(page: &str) -> Vec<String> {
    let ids = page.split("<article id=").skip(1).filter_map(|rest| rest.split('>').next());
    ids.map(str::to_owned).collect()
}
