//! The document that is printed: the edition that was signed, else the record as it stands.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, LaidOut, LayOut, Notices, document, official_document, shown_words, templates};
use crate::common::digest::sha256;
use crate::common::message::Message;
use crate::common::paper::Paper;
use crate::document::risalah::{self, Format};
use crate::lifecycle::folder::MEETING;
use crate::meeting::Meeting;
use crate::transcript::Level;
use crate::transcript::store::{self, Store};

/// What is printed, and how.
#[derive(Clone, Copy, Debug)]
pub struct PrintRequest {
    /// [`Format::Pdf`], [`Format::Brief`] or [`Format::Register`].
    pub format: Format,
    /// The paper, where it is not the meeting's own.
    pub paper: Option<Paper>,
    /// How much of what was said it holds.
    pub level: Level,
}

/// Pages that are ready to be printed.
#[derive(Debug)]
pub struct Printable {
    /// The name of their file in the meeting's folder.
    pub name: String,
    /// A PDF.
    pub content: Vec<u8>,
    /// What they are laid out for.
    pub paper: Paper,
    /// The file of the edition that was signed, where it is that.
    pub signed: Option<PathBuf>,
    /// What a person should know.
    pub notices: Notices,
}

impl Printable {
    /// Lays out what is asked for. Where the record is official and has not been opened again, it is
    /// exactly the file that was signed.
    ///
    /// # Errors
    /// When the meeting cannot be read or laid out; [`Error::SignedPaper`] when another paper is
    /// asked for than the signed edition's.
    pub fn new(
        folder: &Path,
        meeting: &mut Meeting,
        request: PrintRequest,
        lay_out: &LayOut<'_>,
    ) -> Result<Self, Error> {
        let PrintRequest { format, level, .. } = request;
        let mut store = match Store::open_to_read(folder) {
            Err(store::Error::Missing { .. }) if format == Format::Register && folder.join(MEETING).is_file() => {
                return Self::before(folder, meeting, request, lay_out);
            }
            store => store?,
        };
        if format != Format::Register
            && let Some(signed) = Self::signed(folder, &store, request)?
        {
            return Ok(signed);
        }
        let (transcript, mut notices) = shown_words(folder, &mut store, meeting)?;
        if !transcript.version.complete {
            notices.warnings.push(Message::new("cli.incomplete").with("path", folder.display()));
        }
        let word = folder.join(Format::Docx.file_name());
        let last = store.exported(Format::Docx.file_name())?;
        let edited = fs::read(&word).is_ok_and(|present| last.is_none_or(|last| last != sha256(&present)));
        if edited && format != Format::Register {
            notices.warnings.push(Message::new("print.edited").with("path", word.display()));
        }
        let transcript = if level == Level::Full { transcript.verbatim() } else { transcript };
        let name = on_paper(format.file_name_of(level), meeting, request.paper);
        let laid_out = document(format, meeting, &transcript, templates(meeting, folder).as_deref(), lay_out)?;
        notices.warnings.extend(laid_out.warnings);
        Ok(Self { name, content: laid_out.content, paper: meeting.paper, signed: None, notices })
    }

    /// The attendance list of a meeting that has not been held.
    fn before(
        folder: &Path,
        meeting: &mut Meeting,
        request: PrintRequest,
        lay_out: &LayOut<'_>,
    ) -> Result<Self, Error> {
        let name = on_paper(Format::Register.file_name(), meeting, request.paper);
        let sheet = risalah::register_before(meeting, jiff::Timestamp::now());
        let LaidOut { content, warnings } = lay_out(&sheet, Format::Register, templates(meeting, folder).as_deref())?;
        let notices = Notices { warnings, notes: Vec::new() };
        Ok(Self { name, content, paper: meeting.paper, signed: None, notices })
    }

    fn signed(folder: &Path, store: &Store, request: PrintRequest) -> Result<Option<Self>, Error> {
        let transcript = store.current()?;
        let found = official_document(folder, store, &transcript, |manifest| match request.format {
            Format::Brief => manifest.brief(folder, "pdf").transpose(),
            _ => manifest.printable(folder).map(Some),
        })?;
        let Some((path, LaidOut { content, warnings }, manifest)) = found else { return Ok(None) };
        if request.paper.is_some_and(|paper| paper != manifest.paper) {
            return Err(Error::SignedPaper { paper: manifest.paper });
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.strip_suffix(".age").map_or(name.clone(), str::to_owned);
        let notices = Notices { warnings, notes: Vec::new() };
        Ok(Some(Self { name, content, paper: manifest.paper, signed: Some(path), notices }))
    }
}

/// Sets the paper that is asked for, and says the name of the file on it.
fn on_paper(name: &str, meeting: &mut Meeting, wanted: Option<Paper>) -> String {
    let usual = meeting.paper;
    meeting.paper = wanted.unwrap_or(usual);
    if meeting.paper == usual {
        return name.to_owned();
    }
    name.replace(".pdf", &format!("-{}.pdf", meeting.paper.name().to_lowercase()))
}
