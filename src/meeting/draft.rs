//! A first `rapat.toml` or `lembaga.toml` from the answers of a clerk: every line has its comment,
//! and what was not answered stands as a comment that needs only its `#` taken away.

use std::fmt::Write;

use jiff::civil::Date;

use super::{Kind, Nature, QuorumRule, Zone};
use crate::common::paper::Paper;

/// What is known of a meeting before it is described.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Lines of the letterhead; empty where a `lembaga.toml` has them.
    pub letterhead: Vec<String>,
    /// Where the record is signed.
    pub city: Option<String>,
    /// Kind of meeting.
    pub kind: Option<Kind>,
    /// The meeting's own name.
    pub name: Option<String>,
    /// Open or closed.
    pub nature: Option<Nature>,
    /// Period of sessions.
    pub period: Option<String>,
    /// Which meeting of the period it is.
    pub sequence: Option<u32>,
    /// With whom it is held.
    pub partner: Option<String>,
    /// The day.
    pub date: Option<Date>,
    /// The zone, where no `lembaga.toml` has it.
    pub zone: Option<Zone>,
    /// Room and building.
    pub place: Option<String>,
    /// The items of the agenda.
    pub agenda: Vec<String>,
    /// Short name of the chair.
    pub chair: Option<String>,
    /// Short name of the secretary.
    pub secretary: Option<String>,
    /// The rule of the quorum.
    pub rule: Option<QuorumRule>,
    /// Labels of party groups that no `lembaga.toml` has.
    pub groups: Vec<String>,
    /// People whom no `lembaga.toml` has.
    pub people: Vec<NewPerson>,
    /// Channels and who speaks there.
    pub seats: Vec<(u16, NewSeat)>,
}

/// Somebody whom a description names for the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewPerson {
    /// Short name.
    pub id: String,
    /// Name with titles and degrees.
    pub name: String,
    /// Label of the party group.
    pub group: Option<String>,
    /// Office.
    pub office: Option<String>,
    /// What they are called in the record in place of group or office.
    pub title: Option<String>,
}

/// Who speaks at a microphone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewSeat {
    /// The person of this short name.
    Person(String),
    /// Whoever stands at the lectern.
    Lectern,
    /// One of several who share it.
    Shared,
}

/// What is known of an institution before it is described.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownInstitution {
    /// Lines of the letterhead.
    pub letterhead: Vec<String>,
    /// The picture above it, as the file names it.
    pub emblem: Option<String>,
    /// Where records are signed.
    pub city: Option<String>,
    /// The zone of its meetings.
    pub zone: Option<Zone>,
    /// The room in which it usually meets.
    pub place: Option<String>,
    /// Short name of who usually presides.
    pub chair: Option<String>,
    /// Short name of the secretary.
    pub secretary: Option<String>,
    /// Label, name and members of each party group.
    pub groups: Vec<(String, String, u32)>,
    /// Members and officers.
    pub people: Vec<NewPerson>,
    /// Channels and who usually speaks there.
    pub seats: Vec<(u16, NewSeat)>,
    /// The paper of the record.
    pub paper: Option<Paper>,
    /// Its margins in millimetres: top, bottom, left, right.
    pub margins: Option<[u32; 4]>,
    /// The size of its type in points.
    pub size: Option<u32>,
}

/// The text of a file that grows line by line.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn section(&mut self, comment: &str, head: &str) {
        self.add("");
        for line in comment.lines() {
            self.add(&format!("# {line}"));
        }
        self.add(head);
    }

    /// A key with its value, or as a comment with an example.
    fn key(&mut self, key: &str, value: Option<String>, example: &str) {
        match value {
            Some(value) => self.add(&format!("{key} = {value}")),
            None => self.add(&format!("# {key} = {example}")),
        }
    }

    fn comment(&mut self, text: &str) {
        self.add(&format!("# {text}"));
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> Option<String> {
    let lines: Vec<String> = texts.iter().map(|text| format!("    {},\n", quoted(text))).collect();
    (!texts.is_empty()).then(|| format!("[\n{}]", lines.concat()))
}

fn text(text: Option<&String>) -> Option<String> {
    text.map(|text| quoted(text))
}

impl Draft {
    /// The file. It reads back as what it was made of.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = Lines::default();
        lines.comment(
            "Keterangan rapat. Tidak ada kunci yang wajib: yang belum diisi dicetak sebagai titik-titik (……).",
        );
        lines.comment(
            "Hapus tanda # di awal baris untuk memakai kunci itu. Apa yang masih kurang: risalah cek rapat.toml",
        );
        lines.comment("Yang sama untuk semua rapat ditulis sekali di lembaga.toml, di folder ini atau di atasnya.");
        if !self.letterhead.is_empty() || self.city.is_some() {
            lines.section("Kop naskah, dan tempat penandatanganan.", "[lembaga]");
            lines.key("kop", list(&self.letterhead), "[\"DEWAN PERWAKILAN RAKYAT DAERAH\", \"KOTA …\"]");
            lines.key("kota", text(self.city.as_ref()), "\"…\"");
        }
        self.fields(&mut lines);
        lines.section(
            "Kehadiran: berkas CSV atau XLSX dengan kolom nama, fraksi, kehadiran (hadir/izin/tanpa keterangan), cara (fisik/daring).",
            "[hadir]",
        );
        lines.key("daftar", None, "\"hadir.xlsx\"");
        lines.comment("Atau angkanya; fisik + daring + izin + tanpa_keterangan harus sama dengan anggota:");
        for key in ["anggota", "fisik", "daring", "izin", "tanpa_keterangan"] {
            lines.key(key, None, "0");
        }
        // A section without any key would ask for a number.
        lines.0 = lines.0.replace("\n[hadir]\n", "\n# [hadir]\n");
        if let Some(rule) = self.rule {
            lines.section(
                "Kuorum: \"3/4\", \"2/3\", atau \"1/2\" (lebih dari setengah). Yang dicetak adalah yang DIUMUMKAN ketua rapat.",
                "[kuorum]",
            );
            lines.key("aturan", Some(quoted(key_of(rule))), "");
            lines.key("diumumkan", None, "32");
            lines.key("pukul", None, "\"10.05\"");
        }
        for code in &self.groups {
            lines.section("Fraksi: kode dalam risalah, nama lengkap, jumlah anggota.", "[[fraksi]]");
            lines.key("kode", Some(quoted(code)), "");
            lines.key("nama", None, "\"Fraksi Partai Melati\"");
            lines.key("anggota", None, "14");
        }
        people(&mut lines, &self.people);
        seats(&mut lines, &self.seats);
        lines.0
    }

    fn fields(&self, lines: &mut Lines) {
        lines.section("Rapat.", "[rapat]");
        lines.comment("paripurna, komisi, banggar, bamus, bapemperda, bk, pansus, pimpinan, raker, rdp, rdpu");
        lines.key("jenis", self.kind.map(|kind| quoted(kind.key())), "\"paripurna\"");
        lines.comment("Nama rapat bila lebih dari jenisnya:");
        lines.key("nama", text(self.name.as_ref()), "\"Rapat Komisi II\"");
        lines.comment("terbuka, tertutup, tertutup_rahasia. Rapat paripurna dan RDPU selalu terbuka.");
        lines.key("sifat", self.nature.map(|nature| quoted(nature.key())), "\"terbuka\"");
        lines.key("masa_persidangan", text(self.period.as_ref()), "\"II\"");
        lines.key("rapat_ke", self.sequence.map(|sequence| sequence.to_string()), "7");
        lines.key("dengan", text(self.partner.as_ref()), "\"Dinas Lingkungan Hidup\"");
        lines.comment("Tanggal tanpa tanda petik; harinya dihitung.");
        lines.key("tanggal", self.date.map(|date| date.to_string()), "2027-03-09");
        lines.comment("WIB, WITA, atau WIT.");
        lines.key("zona", self.zone.map(|zone| quoted(&zone.to_string())), "\"WITA\"");
        lines.key("tempat", text(self.place.as_ref()), "\"Ruang Rapat Paripurna\"");
        lines.key("acara", list(&self.agenda), "[\"Laporan …\", \"Persetujuan …\"]");
        lines.comment(
            "Orang disebut dengan `id` mereka di [[orang]] (di sini atau di lembaga.toml). [] berarti tidak ada.",
        );
        lines.key("ketua", text(self.chair.as_ref()), "\"rusdi\"");
        lines.key("didampingi", None, "[\"mariana\"]");
        lines.key("sekretaris", text(self.secretary.as_ref()), "\"bambang\"");
        lines.comment("Undangan: `id` mereka, atau daftar dari CSV/XLSX (kolom nama, jabatan, instansi).");
        lines.key("undangan", None, "[]");
        lines.key("daftar_undangan", None, "\"undangan.xlsx\"");
        lines.key("peninjau", None, "0");
    }
}

impl KnownInstitution {
    /// The file. It reads back as what it was made of.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = Lines::default();
        lines.comment("Keterangan lembaga: berlaku untuk semua rapat di folder ini dan di bawahnya.");
        lines.comment("Kunci yang sama di rapat.toml didahulukan.");
        lines.section("Kop naskah baris demi baris, lambang (PNG atau JPEG), tempat penandatanganan.", "[lembaga]");
        lines.key("kop", list(&self.letterhead), "[\"DEWAN PERWAKILAN RAKYAT DAERAH\", \"KOTA …\"]");
        lines.key("lambang", text(self.emblem.as_ref()), "\"lambang.png\"");
        lines.key("kota", text(self.city.as_ref()), "\"…\"");
        lines.section("Yang biasanya sama untuk setiap rapat.", "[rapat]");
        lines.key("zona", self.zone.map(|zone| quoted(&zone.to_string())), "\"WITA\"");
        lines.key("tahun_sidang", None, "\"2026–2027\"");
        lines.key("masa_persidangan", None, "\"II\"");
        lines.key("tempat", text(self.place.as_ref()), "\"Ruang Rapat Paripurna\"");
        lines.comment("`id` di [[orang]]:");
        lines.key("ketua", text(self.chair.as_ref()), "\"rusdi\"");
        lines.key("sekretaris", text(self.secretary.as_ref()), "\"bambang\"");
        lines.section("Halaman cetak: F4 (215 × 330 mm) atau A4, tepi dalam milimeter, huruf dalam poin.", "[cetak]");
        lines.key("kertas", Some(quoted(self.paper.unwrap_or_default().name())), "");
        for (index, (key, usual)) in
            [("tepi_atas", "25"), ("tepi_bawah", "30"), ("tepi_kiri", "30"), ("tepi_kanan", "25")]
                .into_iter()
                .enumerate()
        {
            lines.key(key, self.margins.map(|margins| margins[index].to_string()), usual);
        }
        lines.key("ukuran_huruf", self.size.map(|size| size.to_string()), "12");
        lines.key("spasi", None, "1.5");
        lines.section(
            "Model yang mengenali rekaman sekali lagi setelah rapat usai, dan bahasa yang dipakai dalam rapat.",
            "[transkripsi]",
        );
        lines.key("kedua", None, "\"large-v3-turbo-q8_0\"");
        lines.key("bahasa", None, "[\"id\", \"jw\", \"ar\"]");
        for (code, name, members) in &self.groups {
            lines.section("Fraksi: kode dalam risalah, nama lengkap, jumlah anggota.", "[[fraksi]]");
            lines.key("kode", Some(quoted(code)), "");
            lines.key("nama", Some(quoted(name)), "");
            lines.key("anggota", Some(members.to_string()), "");
        }
        people(&mut lines, &self.people);
        seats(&mut lines, &self.seats);
        lines.add("");
        lines.comment("Anggota dan pejabat, masing-masing satu bagian. `id` nama pendek untuk dipakai di rapat.toml.");
        for line in [
            "[[orang]]",
            "id = \"rusdi\"",
            "nama = \"H. Rusdi Hanafi, S.Sos., M.Si.\"",
            "fraksi = \"F-MLT\"",
            "jabatan = \"Ketua DPRD\"",
            "",
            "[[orang]]",
            "id = \"bambang\"",
            "nama = \"Bambang Wirawan, S.H., M.H.\"",
            "jabatan = \"Sekretaris DPRD\"",
            "pangkat = \"Pembina Utama Muda\"",
            "nip = \"19700101 199503 1 001\"",
        ] {
            lines.comment(line);
        }
        lines.add("");
        lines.comment("Kursi: kanal mikrofon dan `id` orang yang biasanya duduk di sana.");
        for line in ["[[kursi]]", "kanal = 1", "orang = \"rusdi\""] {
            lines.comment(line);
        }
        keeping(&mut lines);
        lines.0
    }
}

/// Retention and what an archive wants to know: all of it as comments, since only the institution's
/// own schedule and scheme can say it.
fn keeping(lines: &mut Lines) {
    lines.add("");
    lines.comment("Retensi: yang tanpa aturan disimpan selamanya; tidak ada yang dihapus dengan sendirinya.");
    lines.comment("Berkas: rekaman, naskah, risalah. Sesudah: resmi, rapat. Nasib: musnah, permanen, dinilai.");
    for line in [
        "[[retensi]]",
        "jenis = \"komisi\"",
        "berkas = \"rekaman\"",
        "masa = \"5 tahun\"",
        "sesudah = \"resmi\"",
        "nasib = \"musnah\"",
        "dasar = \"Jadwal Retensi Arsip …\"",
    ] {
        lines.comment(line);
    }
    lines.add("");
    lines.comment("Untuk paket serah arsip: pencipta arsip, unit pengolah, dan kode klasifikasi.");
    for line in [
        "[arsip]",
        "pencipta = \"Sekretariat DPRD Kota …\"",
        "unit_pengolah = \"Bagian Persidangan\"",
        "",
        "[[klasifikasi]]",
        "jenis = \"paripurna\"",
        "kode = \"…\"",
        "uraian = \"Rapat Paripurna\"",
    ] {
        lines.comment(line);
    }
}

fn people(lines: &mut Lines, people: &[NewPerson]) {
    for person in people {
        lines.section("Nama lengkap dengan gelar; fraksi, jabatan, dan sebutan bila ada.", "[[orang]]");
        lines.key("id", Some(quoted(&person.id)), "");
        lines.key("nama", Some(quoted(&person.name)), "");
        if person.group.is_some() {
            lines.key("fraksi", text(person.group.as_ref()), "");
        }
        lines.key("jabatan", text(person.office.as_ref()), "\"Wakil Ketua I\"");
        if person.title.is_some() {
            lines.key("sebutan", text(person.title.as_ref()), "");
        }
    }
}

fn seats(lines: &mut Lines, seats: &[(u16, NewSeat)]) {
    for (channel, seat) in seats {
        lines.section("Kanal mikrofon dan orang yang duduk di sana.", "[[kursi]]");
        lines.key("kanal", Some(channel.to_string()), "");
        match seat {
            NewSeat::Person(id) => lines.key("orang", Some(quoted(id)), ""),
            NewSeat::Lectern => lines.key("mimbar", Some("true".to_owned()), ""),
            NewSeat::Shared => lines.key("bersama", Some("true".to_owned()), ""),
        }
    }
}

fn key_of(rule: QuorumRule) -> &'static str {
    match rule {
        QuorumRule::ThreeQuarters => "3/4",
        QuorumRule::TwoThirds => "2/3",
        QuorumRule::MoreThanHalf => "1/2",
    }
}

/// A short name for somebody: the first words of the name that are no titles, in small letters;
/// with a number where it is taken.
#[must_use]
pub fn short_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let key = super::list::key(name);
    let first: String = key.split(' ').next().unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).collect();
    let first = if first.is_empty() { "orang".to_owned() } else { first };
    let mut id = first.clone();
    let mut number = 1u32;
    while taken(&id) {
        number += 1;
        id.clear();
        // Writing to a string cannot fail.
        let _ = write!(id, "{first}-{number}");
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meeting::Meeting;
    use proptest::prelude::*;

    #[test]
    fn an_empty_draft_is_a_bare_meeting() {
        assert_eq!(Meeting::parse(&Draft::default().text(), "rapat.toml").ok(), Some(Meeting::bare()));
        assert_eq!(
            Meeting::parse_institution(&KnownInstitution::default().text(), "lembaga.toml").ok(),
            Some(Meeting::bare())
        );
    }

    #[test]
    fn every_commented_key_is_one_that_is_known() {
        let uncommented = |text: &str| -> String {
            let keys: Vec<&str> = text
                .lines()
                .map(|line| match line.strip_prefix("# ") {
                    Some(rest) if rest.starts_with('[') || rest.split(' ').nth(1) == Some("=") => rest,
                    _ => line,
                })
                .collect();
            keys.join("\n")
        };
        // The examples contradict each other and name people that are not there, but no key of them is
        // unknown.
        for error in [
            Meeting::parse(&uncommented(&Draft::default().text()), "rapat.toml").err(),
            Meeting::parse_institution(&uncommented(&KnownInstitution::default().text()), "lembaga.toml").err(),
        ]
        .into_iter()
        .flatten()
        {
            assert!(!matches!(error, crate::meeting::Error::Syntax { .. }), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_answered_is_read_back(name in "\\PC{1,30}", item in "\\PC{1,30}", person in "\\PC{1,30}") {
            prop_assume!([&name, &item, &person].iter().all(|text| !text.trim().is_empty()));
            let id = short_name(&person, |_| false);
            let draft = Draft {
                letterhead: vec![name.clone()],
                kind: Some(Kind::Komisi),
                agenda: vec![item.clone(), item.clone()],
                chair: Some(id.clone()),
                people: vec![NewPerson { id: id.clone(), name: person.clone(), ..NewPerson::default() }],
                seats: vec![(3, NewSeat::Person(id)), (4, NewSeat::Lectern), (5, NewSeat::Shared)],
                ..Draft::default()
            };
            let meeting = Meeting::parse(&draft.text(), "rapat.toml").expect("what is written is valid");
            prop_assert_eq!(&meeting.letterhead, &vec![name.trim().to_owned()]);
            prop_assert_eq!(&meeting.agenda, &vec![item.trim().to_owned(), item.trim().to_owned()]);
            prop_assert_eq!(meeting.chair.as_ref().map(|chair| chair.name.as_str()), Some(person.trim()));
            prop_assert_eq!(meeting.seats.len(), 3);
            prop_assert!(meeting.seats[1].lectern && meeting.seats[2].shared);
        }
    }
}
