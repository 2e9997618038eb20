//! What stands before and after the body: header fields, attendance, signature block, colophon.

use jiff::civil::{Date, DateTime};

use crate::common::language::Language;
use crate::document::orthography;
use crate::meeting::{EventKind, Meeting, Nature, Person, capitals};
use crate::transcript::{Level, Recording, Transcript, Utterance, Version};

use super::text::printable;
use super::wording::{DOTS, LINE, clock, day_and_date, letter, long_date, month_and_year};
use super::{Closing, Field, Signatories, who};

/// Stands in the colophon of a provisional record.
pub(super) const UNKNOWN_SPEAKER: &str =
    "Ada pembicara yang belum dikenal: lengkapi kursi di rapat.toml, nama tidak pernah ditebak.";

const PROVISIONAL: &str = "RISALAH SEMENTARA – BELUM DIKOREKSI PEMBICARA";

pub(super) const WATERMARK: &str = "RISALAH SEMENTARA";

pub(super) fn marks(meeting: &Meeting) -> Vec<String> {
    let secrecy = meeting.secrecy();
    [Some(PROVISIONAL), secrecy].into_iter().flatten().map(str::to_owned).collect()
}

/// The meeting's own name, else that of its kind, else room for one.
pub(super) fn name(meeting: &Meeting) -> String {
    let kind = meeting.kind.map(|kind| kind.name().to_owned());
    meeting.name.as_deref().map(printable).or(kind).unwrap_or_else(|| format!("Rapat {LINE}"))
}

pub(super) fn running(meeting: &Meeting) -> String {
    let date = meeting.date.map_or_else(|| DOTS.to_owned(), long_date);
    format!("Risalah {}, {date}", name(meeting))
}

pub(super) fn letterhead(meeting: &Meeting) -> Vec<String> {
    let lines: Vec<String> = meeting.letterhead.iter().map(|line| printable(line)).collect();
    if lines.is_empty() { vec![LINE.to_owned()] } else { lines }
}

pub(super) fn fields(meeting: &Meeting, recording: &Recording) -> Vec<Field> {
    let kind = meeting.kind.map_or(DOTS, |kind| kind.name());
    let nature = meeting.nature.map_or(DOTS, Nature::name);
    let agenda = meeting.agenda.iter().map(|item| printable(item)).collect();
    let deputies = meeting.deputies.as_ref().map(|deputies| match deputies.as_slice() {
        [] => vec!["–".to_owned()],
        deputies => deputies.iter().map(|person| with_office(person)).collect(),
    });
    let mut fields = vec![
        field("Nomor", known(meeting.number.as_deref())),
        field("Tahun Sidang", known(meeting.year.as_deref())),
        field("Masa Persidangan", known(meeting.period.as_deref())),
        field("Rapat ke-", meeting.sequence.map_or_else(|| DOTS.to_owned(), |sequence| sequence.to_string())),
        field("Jenis/Sifat", format!("{kind} / {nature}")),
    ];
    fields.extend(meeting.partner.as_deref().map(|partner| field("Dengan", printable(partner))));
    fields.extend([
        field("Hari, tanggal", meeting.date.map_or_else(|| LINE.to_owned(), day_and_date)),
        field("Waktu", times(meeting, recording)),
        field("Tempat", known(meeting.place.as_deref())),
        lines("Acara", agenda),
        field("Ketua Rapat", person(meeting.chair.as_deref())),
        lines("Didampingi", deputies.unwrap_or_default()),
        field("Sekretaris Rapat", person(meeting.secretary.as_deref())),
        field("Hadir", attendance(meeting)),
        field("Kuorum", quorum(meeting)),
    ]);
    fields
}

fn field(name: &str, line: String) -> Field {
    Field { name: name.to_owned(), lines: vec![line], numbered: false }
}

fn lines(name: &str, lines: Vec<String>) -> Field {
    if lines.is_empty() {
        return field(name, LINE.to_owned());
    }
    Field { name: name.to_owned(), numbered: lines.len() > 1, lines }
}

fn known(text: Option<&str>) -> String {
    text.map_or_else(|| LINE.to_owned(), printable)
}

fn person(person: Option<&Person>) -> String {
    person.map_or_else(|| LINE.to_owned(), with_office)
}

fn with_office(person: &Person) -> String {
    let office = person.office.as_ref().map(|office| format!(" ({office})")).unwrap_or_default();
    printable(&format!("{}{office}", person.name))
}

fn times(meeting: &Meeting, recording: &Recording) -> String {
    let at = |millis| meeting.civil(millis, recording.started).map(DateTime::time);
    let mut parts = Vec::new();
    for event in &meeting.events {
        let what = match event.kind {
            EventKind::Opened => "dibuka",
            EventKind::Suspended => "diskors",
            EventKind::Resumed => "skors dicabut",
            EventKind::Closed => "ditutup",
            EventKind::Private => "dinyatakan tertutup",
            EventKind::Public => "dinyatakan terbuka kembali",
            _ => continue,
        };
        parts.push(format!("{what} {}", clock(at(event.at), meeting.zone)));
    }
    let has = |kind: &EventKind| meeting.events.iter().any(|event| event.kind == *kind);
    if !has(&EventKind::Opened) {
        parts.insert(0, format!("dibuka {}", clock(None, meeting.zone)));
    }
    if !has(&EventKind::Closed) {
        parts.push(format!("ditutup {}", clock(None, meeting.zone)));
    }
    parts.join("; ")
}

pub(super) fn attendance(meeting: &Meeting) -> String {
    let Some(attendance) = meeting.attendance else {
        return format!(
            "{DOTS} dari {DOTS} Anggota (fisik {DOTS}, daring {DOTS}); izin {DOTS}; tanpa keterangan {DOTS}"
        );
    };
    format!(
        "{} dari {} Anggota (fisik {}, daring {}); izin {}; tanpa keterangan {}",
        attendance.present(),
        attendance.members,
        attendance.in_room,
        attendance.online,
        attendance.excused,
        attendance.absent
    )
}

/// As the chair announced it. Whether it is reached follows from the announced figure, never from a
/// count of ours.
fn quorum(meeting: &Meeting) -> String {
    let Some(quorum) = meeting.quorum else { return DOTS.to_owned() };
    let rule = quorum.rule.name();
    let time = quorum.time.map_or_else(|| format!("pukul {DOTS}"), |time| clock(Some(time), meeting.zone));
    let announced = quorum.announced.map_or_else(|| DOTS.to_owned(), |announced| announced.to_string());
    let Some(members) = meeting.attendance.map(|attendance| attendance.members) else {
        return format!("{announced} Anggota (diperlukan {rule}); diumumkan {time}");
    };
    let required = quorum.rule.required(members);
    let reached = match quorum.announced {
        Some(announced) if announced >= required => "terpenuhi",
        Some(_) => "tidak terpenuhi",
        None => DOTS,
    };
    format!("{reached} ({announced} dari {members} Anggota; diperlukan {rule}, yaitu {required}); diumumkan {time}")
}

pub(super) fn groups(meeting: &Meeting) -> Vec<Signatories> {
    let number = |number: Option<u32>| number.map_or_else(|| DOTS.to_owned(), |number| number.to_string());
    let signatories = |(index, group): (usize, &std::sync::Arc<crate::meeting::Group>)| Signatories {
        title: format!("{}. {} ({})", letter(index), printable(&group.name), printable(&group.code)),
        count: format!("{} dari {} Anggota", number(group.present), number(group.members)),
        names: group.signatories.iter().map(|name| printable(name)).collect(),
    };
    meeting.groups.iter().enumerate().map(signatories).collect()
}

pub(super) fn invitees(meeting: &Meeting) -> Vec<String> {
    let Some(invitees) = &meeting.invitees else { return vec![LINE.to_owned()] };
    if invitees.is_empty() {
        return vec!["Nihil".to_owned()];
    }
    let describe = |person: &std::sync::Arc<Person>| {
        let office = office_of(person);
        printable(&if office.is_empty() { person.name.clone() } else { format!("{} – {office}", person.name) })
    };
    invitees.iter().map(describe).collect()
}

/// Office and institution of a person, with the words once that both have: `Kepala Dinas` of `Dinas
/// Kesehatan` is `Kepala Dinas Kesehatan`.
pub(super) fn office_of(person: &Person) -> String {
    let (office, institution) = match (&person.office, &person.institution) {
        (Some(office), Some(institution)) => (office, institution),
        (office, institution) => return office.as_ref().or(institution.as_ref()).cloned().unwrap_or_default(),
    };
    let (mine, theirs): (Vec<&str>, Vec<&str>) =
        (office.split_whitespace().collect(), institution.split_whitespace().collect());
    let is_same = |a: &[&str], b: &[&str]| a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b));
    if mine.windows(theirs.len().max(1)).any(|words| is_same(words, &theirs)) {
        return office.clone();
    }
    let most = mine.len().min(theirs.len());
    let common = (1..=most).rev().find(|count| is_same(&mine[mine.len() - count..], &theirs[..*count]));
    match common {
        Some(count) => format!("{} {}", mine[..mine.len() - count].join(" "), institution).trim().to_owned(),
        None => format!("{office}, {institution}"),
    }
}

/// The numbered decisions; room for one when none was entered.
pub(super) fn decisions(meeting: &Meeting) -> Vec<String> {
    let decisions: Vec<String> = meeting.resolved().into_iter().map(|(_, decision)| printable(decision)).collect();
    if decisions.is_empty() { vec![LINE.to_owned()] } else { decisions }
}

pub(super) fn observers(meeting: &Meeting) -> String {
    match meeting.observers {
        None => DOTS.to_owned(),
        Some(0) => "Nihil".to_owned(),
        Some(observers) => format!("{observers} orang"),
    }
}

pub(super) fn closing(meeting: &Meeting) -> Closing {
    let date: Option<Date> = meeting.date;
    let month = date.map_or_else(|| DOTS.to_owned(), month_and_year);
    Closing {
        place_and_date: format!("{}, {DOTS} {month}", known(meeting.city.as_deref())),
        office: vec!["a.n. KETUA RAPAT".to_owned(), "SEKRETARIS RAPAT,".to_owned()],
        name: meeting.secretary.as_ref().map_or_else(|| LINE.to_owned(), |person| printable(&capitals(&person.name))),
        below: meeting.secretary.as_ref().map_or_else(Vec::new, |person| below(person)),
    }
}

/// The model by its name and its SHA-256, and by that of the weights that it was made from.
pub(super) fn model(version: &Version) -> String {
    let digest = |sha256: &str| printable(&sha256.chars().take(12).collect::<String>());
    let origin = version.model_origin.as_deref().map(|sha256| format!(", dari bobot SHA-256 {}…", digest(sha256)));
    format!("{}, SHA-256 {}…{}", printable(&version.model), digest(&version.model_sha256), origin.unwrap_or_default())
}

/// What stands below the name of a civil servant who signs.
pub(crate) fn below(person: &Person) -> Vec<String> {
    let number = person.number.as_ref().map(|number| format!("NIP. {number}"));
    person.rank.iter().chain(&number).map(|line| printable(line)).collect()
}

pub(super) fn colophon(meeting: &Meeting, transcript: &Transcript) -> Vec<String> {
    let (recording, version) = (&transcript.recording, &transcript.version);
    let by_hand = |utterance: &&Utterance| utterance.corrected.edits.len() > utterance.corrected.written.len();
    let state = match transcript.utterances.iter().filter(by_hand).count() {
        0 => "belum disunting, dan belum dikoreksi oleh para pembicara".to_owned(),
        edited => format!("disunting dengan tangan pada {edited} ujaran, dan belum disahkan"),
    };
    let mut lines = vec![
        format!(
            "Risalah sementara ini dibuat dengan transkripsi otomatis oleh E-Risalah {} (model {}, \
             transkripsi versi {}), {state}.",
            printable(&version.program),
            model(version),
            version.number
        ),
        format!(
            "Rekaman: {} kanal mikrofon, lama {} (jam:menit:detik).",
            recording.channels,
            recording.clock.hms(recording.length)
        ),
    ];
    if version.is_demonstration() {
        lines.push(format!(
            "Model {} adalah model peraga yang dilatih hanya dengan ucapan buatan komputer (sintesis), bukan suara \
             manusia. Hasilnya tidak layak dipakai untuk rapat yang sesungguhnya.",
            printable(&version.model)
        ));
    }
    let written = transcript.utterances.iter().any(|utterance| utterance.corrected.said.is_some());
    match transcript.edition.level {
        Level::Full => lines.push("Verbatim penuh: semua yang dikenali, seperti dikenali.".to_owned()),
        Level::Clean if written => lines.push(format!(
            "Verbatim bersih: penulisan disesuaikan dengan EYD dan bunyi pengisi dihapus oleh program (aturan versi {}). Nama orang, \
             jumlah uang, jumlah suara, dan nomor pasal tidak diubah oleh program. Semua yang dikenali ada di verbatim penuh.",
            orthography::VERSION
        )),
        Level::Clean => {}
    }
    if !version.complete {
        lines.push(
            "Transkripsi belum selesai: bagian rekaman yang belum diproses tidak ada di dalam risalah ini.".to_owned(),
        );
    }
    let unmapped =
        transcript.utterances.iter().any(|utterance| who::person(meeting, recording.clock, utterance).is_none());
    if unmapped {
        lines.push(UNKNOWN_SPEAKER.to_owned());
    }
    let warnings = recording.warnings.iter();
    lines
        .extend(warnings.map(|warning| format!("Catatan rekaman: {}", printable(&warning.what(Language::Indonesian)))));
    lines
}
