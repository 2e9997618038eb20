//! A site of published records: files that any web server shows, and that are read without
//! JavaScript.
//!
//! ```text
//! index.html tahun/2027.html jenis/komisi.html     lists of meetings
//! keputusan.html keputusan.json                    decisions, by meeting and by theme
//! rapat/ID/index.html                              a meeting: agenda, decisions, who came, the record
//! rapat/ID/m07-123456.ogg .vtt                     a speech: microphone 7, from sample 123456 on
//! rapat/ID/k3725000.html                           a decision
//! rapat/ID/risalah.pdf .akn.xml .tei.xml .vtt .json  the record in other forms
//! cari.html cari/                                  the search and its index
//! katalog.jsonld                                   the catalogue for portals of open data
//! tentang.html rapat.atom.xml keputusan.atom.xml sitemap.xml robots.txt aset/
//! en/…                                             the same pages with an English interface
//! .risalah/                                        what the site knows of itself
//! ```
//!
//! A speech has no page of its own but a name in that of its meeting: so a record is read, searched
//! and printed as a whole, and stays below 400 kB for three hours. Names are made of what does not
//! change (`permalink`); where an edition has a speech no more, its name leads to a line that says
//! so. Everything is made of [`crate::publication::published`] and of nothing else.
//!
//! The same input gives the same bytes: nothing knows the time of the day, lists are sorted. A
//! meeting whose files are the same is not read again.

mod catalogue;
mod content;
mod error;
mod feeds;
mod frame;
mod index;
mod inputs;
mod lists;
mod make;
mod markup;
mod pages;
mod paper;
mod permalink;
mod sound;
mod staging;
mod state;
mod theme;
mod words;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::common::message::{Explain, Message};
use crate::document::risalah::{self, Format, Sheet};
use crate::meeting_folder::{LaidOut, describe_unentered};
use crate::publication::{self, published};

pub use error::Error;
pub use state::Withdrawn;

use frame::House;
use inputs::Inputs;
use make::{Failed, Made, Maker, WHOLE};
use staging::{Files, Staging};
use state::{Record, State};

/// Lays a sheet out; several threads ask at once.
pub type LayOut<'a> = dyn Fn(&Sheet, Format, Option<&Path>) -> Result<LaidOut, risalah::Error> + Sync + 'a;

/// What is to be published, and how.
pub struct Request<'a> {
    /// Folders of meetings, or of folders of meetings.
    pub folders: &'a [PathBuf],
    /// The folder of the site.
    pub out: &'a Path,
    /// Where the site will be found, where that is not the office's usual address.
    pub address: Option<String>,
    /// Whether the speeches have no sound.
    pub no_sound: bool,
    /// A meeting of the site that is to be shown no more, by its name there.
    pub withdraw: Option<(String, Withdrawn)>,
    /// Whether meetings that were withdrawn are shown again.
    pub republish: bool,
    /// Lays out a record for print that is not the signed one.
    pub lay_out: &'a LayOut<'a>,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Report {
    /// The folder of the site.
    pub site: PathBuf,
    /// Meetings that the site shows.
    pub meetings: usize,
    /// Those that were made now.
    pub made: usize,
    /// Those of the folders that were as the site has them.
    pub unchanged: usize,
    /// Folders that were left out, and why.
    pub refused: Vec<(PathBuf, Message)>,
    /// What a person must look at.
    pub warnings: Vec<Message>,
    /// What is worth knowing.
    pub notes: Vec<Message>,
}

/// Publishes meetings: what the site had of others stays. `progress` hears the thousandths that are
/// done.
///
/// # Errors
/// When the folder is no site of this program, nothing may be published, or something cannot be
/// written. The site that was there is then as it was.
pub fn publish(request: &Request<'_>, stop: &AtomicBool, progress: &mut dyn FnMut(u64)) -> Result<Report, Error> {
    let staging = Staging::begin(request.out)?;
    let state = State::read(staging.site())?;
    let mut known: BTreeMap<String, Record> = BTreeMap::new();
    for id in state.iter().flat_map(|state| &state.meetings) {
        known.insert(id.clone(), Record::read(staging.site(), id)?);
    }
    if let Some((id, _)) = request.withdraw.as_ref().filter(|(id, _)| !known.contains_key(id)) {
        return Err(Error::NoMeeting { id: id.clone() });
    }
    let folders = inputs::meetings(request.folders);
    for folder in &folders {
        let place = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if place.starts_with(staging.site()) || staging.site().starts_with(&place) {
            return Err(Error::Inside { path: folder.clone() });
        }
    }
    let mut report = Report { site: staging.site().to_owned(), ..Report::default() };
    let sources = sources(&folders, stop, &mut report)?;
    let house = house(request, &sources, state.as_ref(), &known, staging.site());
    let look = house.digest(lists::ASSETS);
    let work = Work { request, staging: &staging, house: &house, look: &look, known: &known, stop };
    let made = work.meetings(&sources, &mut report, progress)?;
    if made.is_empty() {
        return Err(Error::Nothing { refused: report.refused });
    }
    work.finish(made, &mut report)?;
    staging.finish()?;
    progress(1_000);
    Ok(report)
}

/// A folder, and the hash of what its pages are made of.
type Sources = Vec<(PathBuf, String)>;

/// Reads what the pages are made of; a copy of a folder that was named before is left out.
fn sources(folders: &[PathBuf], stop: &AtomicBool, report: &mut Report) -> Result<Sources, Error> {
    let (mut inputs, mut seen, mut sources) = (Inputs::default(), HashSet::new(), Vec::new());
    for path in folders {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        match inputs.digest(path) {
            Ok(digest) if seen.insert(digest.clone()) => sources.push((path.clone(), digest)),
            Ok(_) => report.refused.push((path.clone(), Message::new("site.twice"))),
            Err(error) => report.refused.push((path.clone(), error.message())),
        }
    }
    Ok(sources)
}

/// The institution as the newest meeting of the folders has it, or as the site had it where that
/// is newer.
fn house(
    request: &Request<'_>,
    sources: &Sources,
    state: Option<&State>,
    known: &BTreeMap<String, Record>,
    site: &Path,
) -> House {
    let date = |(path, digest): &(PathBuf, String)| match known.values().find(|record| record.inputs == *digest) {
        Some(record) => record.date,
        None => describe_unentered(path).ok().and_then(|meeting| meeting.date),
    };
    let newest = sources.iter().max_by_key(|source| date(source));
    let newest = newest.and_then(|(path, _)| describe_unentered(path).ok());
    let shown = known.values().filter_map(|record| record.date).max();
    let address = request.address.clone();
    match (newest, state) {
        (Some(meeting), _) if meeting.date >= shown => {
            let mut house = House::of(&meeting, address);
            house.address = house.address.or_else(|| state?.address.clone());
            house
        }
        (_, Some(state)) => House::known(state, site, address),
        (newest, None) => House::of(&newest.unwrap_or_default(), address),
    }
}

struct Work<'a> {
    request: &'a Request<'a>,
    staging: &'a Staging,
    house: &'a House,
    look: &'a str,
    known: &'a BTreeMap<String, Record>,
    stop: &'a AtomicBool,
}

/// A meeting that is to be made.
enum Job<'a> {
    Folder { path: &'a Path, inputs: &'a str },
    Withdraw { record: &'a Record, withdrawn: &'a Withdrawn },
}

impl Work<'_> {
    /// Takes over what is unchanged, makes the rest.
    fn meetings(
        &self,
        sources: &Sources,
        report: &mut Report,
        progress: &mut dyn FnMut(u64),
    ) -> Result<BTreeMap<String, Made>, Error> {
        let mut jobs = Vec::new();
        let mut unchanged = 0;
        if let Some((id, withdrawn)) = &self.request.withdraw {
            jobs.extend(self.known.get(id).map(|record| Job::Withdraw { record, withdrawn }));
        }
        // What was withdrawn needs no folder to get a new look.
        let gone = self.known.values().filter(|record| record.look != self.look && !self.request.republish);
        let asked = self.request.withdraw.as_ref().map(|(id, _)| id);
        let gone = gone.filter(|record| asked != Some(&record.id));
        jobs.extend(gone.filter_map(|record| Some(Job::Withdraw { record, withdrawn: record.withdrawn.as_ref()? })));
        for (path, digest) in sources {
            if self.known.values().any(|record| self.is_unchanged(record, digest)) {
                unchanged += 1;
            } else {
                jobs.push(Job::Folder { path, inputs: digest });
            }
        }
        let done = self.make(&jobs, report, progress)?;
        report.made = done.len();
        let mut all: BTreeMap<String, Made> = done.into_iter().map(|made| (made.record.id.clone(), made)).collect();
        for record in self.known.values() {
            self.go_on()?;
            if !all.contains_key(&record.id) {
                all.insert(record.id.clone(), self.taken_over(record)?);
            }
        }
        report.unchanged = unchanged;
        Ok(all)
    }

    /// Whether the site has exactly this.
    fn is_unchanged(&self, record: &Record, digest: &str) -> bool {
        record.inputs == digest
            && record.look == self.look
            && record.withdrawn.is_none()
            && record.is_silent == self.request.no_sound
            && record.files.keys().all(|name| self.staging.site().join(name).is_file())
    }

    /// A meeting as the site has it.
    fn taken_over(&self, record: &Record) -> Result<Made, Error> {
        let own = [Record::file(&record.id)];
        let site = self.staging.site();
        for name in record.files.keys().chain(&own) {
            if !self.staging.keep([name])? {
                return Err(Error::FileGone { path: site.join(name), id: record.id.clone() });
            }
        }
        let path = site.join(Record::words_file(&record.id));
        let text = String::from_utf8(make::read(&path)?).unwrap_or_default();
        let words = index::Words::read(&text).unwrap_or_default();
        Ok(Made { record: record.clone(), words, warnings: Vec::new() })
    }

    /// Makes what there is to be made, on every core.
    fn make(&self, jobs: &[Job<'_>], report: &mut Report, progress: &mut dyn FnMut(u64)) -> Result<Vec<Made>, Error> {
        let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
        let taken: Mutex<HashSet<String>> = Mutex::default();
        let results: Mutex<Vec<(usize, Result<Made, Failed>)>> = Mutex::default();
        let maker = Maker {
            staging: self.staging,
            house: self.house,
            look: self.look,
            no_sound: self.request.no_sound,
            lay_out: self.request.lay_out,
            stop: self.stop,
            done: &done,
        };
        let workers = thread::available_parallelism().map_or(1, usize::from).min(jobs.len().max(1));
        thread::scope(|scope| {
            let work = || {
                while let Some((place, job)) = next_of(&next, jobs) {
                    let made = self.one(&maker, job, &taken);
                    let is_over = matches!(made, Err(Failed::Site(_)));
                    held(&results).push((place, made));
                    done.fetch_add(WHOLE / 2, Ordering::Relaxed);
                    if is_over {
                        next.store(jobs.len(), Ordering::Relaxed);
                    }
                }
            };
            let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            while !threads.iter().all(thread::ScopedJoinHandle::is_finished) {
                progress(done.load(Ordering::Relaxed) * 950 / (jobs.len() as u64 * WHOLE).max(1));
                thread::sleep(Duration::from_millis(20));
            }
        });
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_by_key(|(place, _)| *place);
        let mut all = Vec::new();
        for (place, result) in results {
            match (result, &jobs[place]) {
                (Ok(made), _) => {
                    report.warnings.extend(made.warnings.iter().cloned());
                    all.push(made);
                }
                (Err(Failed::Site(error)), _) => return Err(error),
                (Err(Failed::Meeting(publication::Error::Interrupted)), _) => return Err(Error::Interrupted),
                (Err(Failed::Meeting(error)), Job::Folder { path, .. }) => {
                    report.refused.push(((*path).to_owned(), error.message()));
                }
                (Err(Failed::Refused(message)), Job::Folder { path, .. }) => {
                    report.refused.push(((*path).to_owned(), message));
                }
                (Err(_), Job::Withdraw { .. }) => {}
            }
        }
        self.go_on()?;
        report.refused.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(all)
    }

    fn one(&self, maker: &Maker<'_>, job: &Job<'_>, taken: &Mutex<HashSet<String>>) -> Result<Made, Failed> {
        self.go_on()?;
        let (path, inputs) = match job {
            Job::Withdraw { record, withdrawn } => return maker.withdraw(record, withdrawn),
            Job::Folder { path, inputs } => (path, inputs),
        };
        let published = published(path)?;
        let recording = &published.transcript.edition.meeting;
        if !held(taken).insert(recording.clone()) {
            return Err(Failed::Refused(Message::new("site.twice")));
        }
        let before = self.known.values().find(|record| record.recording == *recording);
        let now = self.request.withdraw.as_ref();
        let gone = before.and_then(|record| {
            let asked = now.filter(|(id, _)| *id == record.id).map(|(_, withdrawn)| withdrawn);
            Some((record, asked.or(record.withdrawn.as_ref().filter(|_| !self.request.republish))?))
        });
        if let Some((record, withdrawn)) = gone {
            let message = Message::new("site.was_withdrawn").with("id", &record.id).with("date", withdrawn.date);
            return Err(Failed::Refused(message.with("reason", &withdrawn.reason)));
        }
        maker.meeting(&published, (*inputs).to_owned(), before)
    }

    /// Writes what is of all meetings.
    fn finish(&self, made: BTreeMap<String, Made>, report: &mut Report) -> Result<(), Error> {
        let mut all: Vec<Made> = made.into_values().collect();
        // Newest first; those of one day by their names.
        all.sort_by(|a, b| (b.record.date, &a.record.id).cmp(&(a.record.date, &b.record.id)));
        let stale = all.iter().filter(|made| made.record.look != self.look).count();
        if stale > 0 {
            report.notes.push(Message::new("site.stale").with("count", stale));
        }
        if self.house.address.is_none() {
            report.notes.push(Message::new("site.no_address"));
        }
        if self.house.theme.is_changed {
            report.notes.push(Message::new("site.colour_changed"));
        }
        report.meetings = all.iter().filter(|made| made.record.withdrawn.is_none()).count();
        let mut files = Files::new();
        lists::Lists { house: self.house, staging: self.staging }.write(&all, &mut files)?;
        self.go_on()?;
        let found: Vec<(Record, index::Words)> = all.into_iter().map(|made| (made.record, made.words)).collect();
        let shown: Vec<(&Record, &index::Words)> = found
            .iter()
            .filter(|(record, _)| record.withdrawn.is_none())
            .map(|(record, words)| (record, words))
            .collect();
        for (name, content) in index::files(&shown)? {
            self.staging.write(&mut files, &name, &content)?;
        }
        let mut now = State::new(self.look.to_owned(), self.house.address.clone());
        now.name.clone_from(&self.house.name);
        now.colour = self.house.theme.asked;
        now.licence.clone_from(&self.house.licence);
        now.meetings = found.iter().map(|(record, _)| record.id.clone()).collect();
        now.meetings.sort();
        now.files = files;
        let bytes = serde_json::to_vec_pretty(&now).map_err(Error::page)?;
        self.staging.write(&mut Files::new(), state::FILE, &bytes)
    }

    fn go_on(&self) -> Result<(), Error> {
        if self.stop.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }
}

fn next_of<'a, T>(next: &AtomicUsize, jobs: &'a [T]) -> Option<(usize, &'a T)> {
    let place = next.fetch_add(1, Ordering::Relaxed).min(jobs.len());
    Some((place, jobs.get(place)?))
}

/// What one thread left half done, another does not see: each adds one thing.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
