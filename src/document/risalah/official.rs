//! The official record: the provisional one without its marks, with number, signature and seal.

use crate::audit::Head;
use crate::meeting::{Meeting, capitals};
use crate::transcript::Transcript;

use super::fields::{UNKNOWN_SPEAKER, model};
use super::text::printable;
use super::wording::long_date;
use super::{Entry, Risalah, RunKind, chorus, compose};

/// Stands on every page in place of the provisional mark.
pub(super) const OFFICIAL: &str = "RISALAH RESMI";

/// What a record has when it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Official {
    /// Its number.
    pub number: String,
    /// Who signs.
    pub signer: String,
    /// What stands below the name: rank and number of a civil servant.
    pub below: Vec<String>,
    /// The lines above the signature: the office, and on whose behalf.
    pub office: Vec<String>,
    /// The day of the signature.
    pub signed: jiff::civil::Date,
    /// The edition, from 1. Later ones say that they take the place of the one before.
    pub edition: u32,
    /// The number of the last correction that was taken into account; 0 where there are none.
    pub corrections: u64,
    /// Why the record became official although something of the checks was not met, if that is so.
    pub waived: Option<String>,
    /// Where the audit trail stands with the entry of the signature, where there is one.
    pub audit: Option<Head>,
}

/// The official record of a meeting.
#[must_use]
pub fn compose_official(meeting: &Meeting, transcript: &Transcript, official: &Official) -> Risalah {
    chorus::joined(signed(meeting, transcript, official), transcript.recording.clock)
}

/// The same with every speaker of a chorus by themselves.
pub(super) fn signed(meeting: &Meeting, transcript: &Transcript, official: &Official) -> Risalah {
    let mut risalah =
        compose(&Meeting { number: Some(official.number.clone()), ..meeting.clone() }, &transcript.by_speaker());
    risalah.watermark = None;
    let marks = [Some(OFFICIAL), meeting.secrecy()];
    risalah.marks = marks.into_iter().flatten().map(str::to_owned).collect();
    risalah.closing.place_and_date = match &meeting.city {
        Some(city) => format!("{}, {}", printable(city), long_date(official.signed)),
        None => long_date(official.signed),
    };
    risalah.closing.office.clone_from(&official.office);
    risalah.closing.name = printable(&capitals(&official.signer));
    risalah.closing.below.clone_from(&official.below);
    risalah.colophon.retain(|line| line != UNKNOWN_SPEAKER);
    if let Some(first) = risalah.colophon.first_mut() {
        *first = colophon(transcript, official);
    }
    let waived = official
        .waived
        .as_ref()
        .map(|reason| format!("Disahkan dengan pengecualian dari pemeriksaan, dengan alasan: {}", printable(reason)));
    risalah.colophon.extend(waived);
    risalah.colophon.extend(official.audit.as_ref().map(trail));
    // Doubt sends a person to the recording; a signed record has been there.
    risalah.legend.retain(|entry| entry.kind == RunKind::Mark);
    for entry in &mut risalah.body {
        if let Entry::Turn(turn) = entry {
            let doubtful = turn.paragraphs.iter_mut().flatten().filter(|run| run.kind == RunKind::Doubtful);
            doubtful.for_each(|run| run.kind = RunKind::Spoken);
        }
    }
    risalah
}

/// Where the audit trail stands, to compare with by eye: in groups of eight digits.
fn trail(head: &Head) -> String {
    let digits: Vec<char> = head.sha256.chars().collect();
    let groups: Vec<String> = digits.chunks(8).map(|group| group.iter().collect()).collect();
    format!("Jejak audit sampai entri nomor {}, SHA-256 {}.", head.line, groups.join(" "))
}

fn colophon(transcript: &Transcript, official: &Official) -> String {
    let version = &transcript.version;
    let corrections = match official.corrections {
        0 => "tanpa koreksi".to_owned(),
        last => format!("sampai koreksi nomor {last}"),
    };
    let replaces = match official.edition {
        1 => String::new(),
        edition => format!(" Edisi ini menggantikan edisi {}.", edition - 1),
    };
    format!(
        "Risalah resmi edisi {}, dibuat dengan transkripsi otomatis oleh E-Risalah {} (model {}, transkripsi versi \
         {}), disunting oleh sekretariat ({corrections}). Segel atas rekaman, transkripsi, koreksi, dan dokumen ini \
         ada di dalam manifesnya.{replaces}",
        official.edition,
        printable(&version.program),
        model(version),
        version.number,
    )
}
