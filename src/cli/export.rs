//! `risalah export`: the documents of what is stored, without recognising anything again.

use std::fs;
use std::path::{Path, PathBuf};

use e_risalah::common::message::{Explain, Message};
use e_risalah::document::orthography::{self, Lexicon, Writer, lexicon};
use e_risalah::document::risalah::{self, Format, TEMPLATES, Templates};
use e_risalah::lifecycle::folder::{self, Folder, MEETING, Written};
use e_risalah::lifecycle::{Life, Manifest, State, recorded};
use e_risalah::meeting::{Finding, Meeting, Nature, checks};
use e_risalah::recording::{Entered, Growth, folder_of};
use e_risalah::transcript::store::{self, Store};
use e_risalah::transcript::{Level, Transcript};

use super::args::Export;
use super::show::Console;
use super::{End, Failure, conference, typeset};

/// What every transcription is written as.
const ALWAYS: &[Format] =
    if cfg!(feature = "pdf") { &[Format::Json, Format::Docx, Format::Pdf] } else { &[Format::Json, Format::Docx] };

pub fn run(args: &Export, console: Console) -> Result<End, Failure> {
    if let Some(folder) = &args.write_template {
        for path in Templates::write(folder)? {
            console.file(&path);
        }
        return Ok(End::Done);
    }
    // The command line lets nothing else through.
    let source = args.folder.clone().unwrap_or_default();
    let formats = formats(&args.format)?;
    let mut store = match Store::open_to_read(&source) {
        Err(store::Error::Missing { .. }) if only_register(&args.format, &source)? => {
            return register_before(args, &source, console);
        }
        store => store?,
    };
    let mut meeting = description(&source)?;
    let lexicon = lexicon(&[&source])?;
    let mut transcript = current(&mut store, &meeting, lexicon)?;
    let level = if args.full { Level::Full } else { Level::Clean };
    let evidence = conference::find(args.conference.as_deref(), &source, &folder_of(&source))?;
    let folder = Folder::create(args.output.as_ref().unwrap_or(&source))?;
    if let Some(path) = &args.conference {
        conference::keep(path, &Folder::create(&source)?, &store, console)?;
    }
    let mut warned = evidence.is_some_and(|found| conference::consult(&found, &mut meeting, &mut transcript, console));
    warned |= outside(&meeting, &transcript, console);
    let templates = args.template.clone().or_else(|| templates(&meeting, &source));
    let published = publishable(&formats, &meeting, console);
    warned |= published.len() < formats.len();
    let work = Work { folder: &folder, store: &store, meeting: &meeting, transcript: &transcript, level };
    let (frozen, others): (Vec<Format>, Vec<Format>) =
        published.iter().partition(|format| matches!(format, Format::Brief | Format::BriefWord));
    warned |= matches!(work.write(&others, templates.as_deref(), console)?, End::Warned);
    for format in frozen {
        let end = match official_brief(&source, &store, &transcript, format, console)? {
            Some((bytes, end)) => {
                work.put(format.file_name(), &bytes, console)?;
                end
            }
            None => work.write(&[format], templates.as_deref(), console)?,
        };
        warned |= matches!(end, End::Warned);
    }
    let open = store.open_corrections(&transcript)?;
    if !open.is_empty() {
        console.warning(&Message::new("history.open").with("count", open.len()).with("path", source.display()));
        warned = true;
    }
    if !transcript.version.complete {
        console.warning(&Message::new("cli.incomplete").with("path", source.display()));
        warned = true;
    }
    Ok(if warned { End::Warned } else { End::Done })
}

/// Whether nothing is asked for but the attendance list of a meeting that is described.
fn only_register(wished: &[String], folder: &Path) -> Result<bool, risalah::Error> {
    Ok(Format::list(&wished.join(","))? == [Format::Register] && folder.join(MEETING).is_file())
}

/// The attendance list before the meeting, when it is signed.
fn register_before(args: &Export, source: &Path, console: Console) -> Result<End, Failure> {
    let meeting = description(source)?;
    let templates = args.template.clone().or_else(|| templates(&meeting, source));
    let sheet = risalah::register_before(&meeting, jiff::Timestamp::now());
    let (bytes, end) = typeset::laid_out(&sheet, Format::Register, templates.as_deref(), console)?;
    let folder = Folder::create(args.output.as_deref().unwrap_or(source))?;
    told(&folder.write_before(Format::Register.file_name(), &bytes)?, console);
    Ok(end)
}

/// The short report of the last official edition, where the record is one and has not been opened again: what was frozen then.
fn official_brief(
    folder: &Path,
    store: &Store,
    transcript: &Transcript,
    format: Format,
    console: Console,
) -> Result<Option<(Vec<u8>, End)>, Failure> {
    let life = Life::read(store, transcript)?;
    let Some((seal, _)) = life.sealed().filter(|_| life.state() >= State::Official) else { return Ok(None) };
    let manifest = Manifest::of(folder, seal.edition)?;
    let ending = if format == Format::Brief { "pdf" } else { "docx" };
    let Some(path) = manifest.brief(folder, ending).transpose()? else { return Ok(None) };
    let bytes = fs::read(&path).map_err(|source| folder::Error::Folder { path, source })?;
    if transcript.edition.last_edit > manifest.edits.last {
        console.warning(&Message::new("print.older"));
        return Ok(Some((bytes, End::Warned)));
    }
    Ok(Some((bytes, End::Done)))
}

/// Says on stdout where a file is, and what was kept for it.
fn told(written: &Written, console: Console) {
    let Written { path, kept } = written;
    if let Some(kept) = kept {
        let message = Message::new("folder.kept").with("path", path.display()).with("kept", kept.display());
        console.warning(&message);
    }
    console.file(path);
}

/// The office's templates: in the meeting's folder, or beside its institution's file.
pub fn templates(meeting: &Meeting, folder: &Path) -> Option<PathBuf> {
    let beside = meeting.sources.iter().filter_map(|source| source.parent());
    [folder].into_iter().chain(beside).map(|folder| folder.join(TEMPLATES)).find(|folder| folder.is_dir())
}

/// The formats that are asked for, after those that are always written.
pub fn formats(wished: &[String]) -> Result<Vec<Format>, risalah::Error> {
    let mut formats = ALWAYS.to_vec();
    for format in Format::list(&wished.join(","))? {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    Ok(formats)
}

/// The formats that may be written of this meeting: of a closed one, none that is for publication (Peraturan DPR RI 1/2014 Pasal 273).
pub fn publishable(formats: &[Format], meeting: &Meeting, console: Console) -> Vec<Format> {
    let closed = meeting.nature.and_then(Nature::mark).is_some();
    let (out, kept) = formats.iter().partition::<Vec<Format>, _>(|format| closed && format.is_for_publication());
    for format in out {
        console.warning(&Message::new("cli.closed").with("format", format));
    }
    kept
}

/// The meeting that a folder describes, with what was entered while it was recorded. A folder without a description is a meeting of
/// which nothing is known.
pub fn description(folder: &Path) -> Result<Meeting, Failure> {
    let path = folder.join(MEETING);
    let mut meeting = if path.is_file() { Meeting::read(&path)? } else { Meeting::bare() };
    enter_recorded(&mut meeting, &folder_of(folder))?;
    Ok(meeting)
}

/// The lexicon of the first of these folders that has one, else the program's own.
pub fn lexicon(folders: &[&Path]) -> Result<Lexicon, Failure> {
    let path = folders.iter().map(|folder| folder.join(lexicon::FILE_NAME)).find(|path| path.is_file());
    Ok(path.map_or_else(|| Ok(Lexicon::default()), |path| Lexicon::read(&path))?)
}

/// The transcript as it stands, after what the rules of writing have to say of it has been laid. While it is still being recognised
/// they say nothing: how a sentence begins is known when the one before it is.
pub fn current(store: &mut Store, meeting: &Meeting, lexicon: Lexicon) -> Result<Transcript, Failure> {
    let raw = store.load()?;
    if raw.version.complete {
        let layers = orthography::layers(&Writer::of(meeting, lexicon), &raw, &store.edits()?, &jiff::Zoned::now());
        store.lay(&layers)?;
        // Of an earlier version, onto what the rules have written of this one.
        store.carry()?;
    }
    Ok(store.current()?)
}

/// The transcript as documents show it, with what the rules of writing and the conference system have to say; and whether a person must look.
pub fn shown(
    folder: &Path,
    store: &mut Store,
    meeting: &mut Meeting,
    console: Console,
) -> Result<(Transcript, bool), Failure> {
    let mut transcript = current(store, meeting, lexicon(&[folder])?)?;
    let evidence = conference::find(None, folder, &folder_of(folder))?;
    let mut warned = evidence.is_some_and(|found| conference::consult(&found, meeting, &mut transcript, console));
    warned |= outside(meeting, &transcript, console);
    Ok((transcript, warned))
}

/// Says what was entered at times that the recording does not have: a document would print it all the same.
pub fn outside(meeting: &Meeting, transcript: &Transcript, console: Console) -> bool {
    let findings = checks(meeting, Some(&recorded(transcript)));
    let outside: Vec<&Finding> = findings.iter().filter(|finding| matches!(finding, Finding::Outside { .. })).collect();
    for finding in &outside {
        console.warning(&finding.message());
    }
    !outside.is_empty()
}

/// Puts what the ledger of a recording holds to the meeting.
pub fn enter_recorded(meeting: &mut Meeting, recording: &Path) -> Result<(), Failure> {
    if let Some(growth) = Growth::open(recording)? {
        // A clock that was set meanwhile was wrong before: then what a person has written goes before it.
        if growth.ledger().clock_set(growth.clock()).is_empty() || meeting.start.is_none() {
            meeting.began(growth.started());
        }
        for (at, entered) in growth.ledger().entered(growth.clock()) {
            enter(meeting, at, entered);
        }
    }
    Ok(())
}

/// The meeting with what the ledger of a recording holds.
pub fn entered_in(mut meeting: Meeting, recording: &Path) -> Result<Meeting, Failure> {
    enter_recorded(&mut meeting, recording)?;
    Ok(meeting)
}

/// Puts one entry to the meeting.
pub fn enter(meeting: &mut Meeting, at: u64, entered: &Entered) {
    match entered {
        Entered::Event(kind) => meeting.happened(at, kind.clone()),
        Entered::Seated { channel, person } => meeting.seated(at, *channel, person.as_deref()),
        // What they say of the sound is looked at when the words are there.
        Entered::Microphone { .. } | Entered::Alarm(_) => {}
    }
}

/// What is written, and where.
pub struct Work<'a> {
    pub folder: &'a Folder,
    pub store: &'a Store,
    pub meeting: &'a Meeting,
    pub transcript: &'a Transcript,
    pub level: Level,
}

impl Work<'_> {
    /// Writes the files and says on stdout where they are.
    pub fn write(&self, formats: &[Format], templates: Option<&Path>, console: Console) -> Result<End, Failure> {
        let mut end = End::Done;
        let full = (self.level == Level::Full).then(|| self.transcript.clone().verbatim());
        for format in formats {
            let name = format.file_name_of(self.level);
            // A format with one file for both levels holds both.
            let shown = full.as_ref().filter(|_| name != format.file_name()).unwrap_or(self.transcript);
            let (content, laid_out) = typeset::document(*format, self.meeting, shown, templates, console)?;
            if let End::Warned = laid_out {
                end = End::Warned;
            }
            self.put(name, &content, console)?;
        }
        Ok(end)
    }

    fn put(&self, name: &str, content: &[u8], console: Console) -> Result<(), Failure> {
        told(&self.folder.write(self.store, name, content)?, console);
        Ok(())
    }
}
