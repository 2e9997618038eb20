//! All meetings of a folder, searched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use e_risalah::archive::{Archive, Error, FILE_NAME, Found, Hit, Of, Request, Text, What};
use e_risalah::meeting::Kind;
use e_risalah::transcript::Utterance;
use e_risalah::transcript::edit::{Change, Layer, Mark, Place, Source};
use e_risalah::transcript::store::Store;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tempfile::TempDir;

use super::sample;

const HOUSE: &str = r#"
fraksi = [{ kode = "F-MLT", nama = "Fraksi Partai Melati", anggota = 2 }, { kode = "F-CDN", nama = "Fraksi Partai Cendana", anggota = 1 }]
orang = [
    { id = "rusdi", nama = "H. Rusdi Hanafi, S.Sos.", fraksi = "F-MLT" },
    { id = "siti", nama = "Siti Aminah, S.Pd.", fraksi = "F-CDN" },
]
kursi = [{ kanal = 1, orang = "rusdi" }, { kanal = 2, orang = "siti" }]
"#;

fn rapat(more: &str) -> String {
    format!("{HOUSE}\n{more}")
}

fn said(channel: u16, start: u64, text: &str) -> Utterance {
    sample::utterance(channel, start * 10, start * 10 + 8, text, &[])
}

/// A meeting's folder with words.
fn meeting(root: &Path, id: &str, rapat: &str, utterances: Vec<Utterance>) {
    let folder = root.join(id);
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("rapat.toml"), rapat).expect("written");
    let transcript = sample::transcript(2, utterances);
    sample::stored(&folder, &transcript, "uji");
}

/// Lays a change over the utterance at this place of the transcript.
fn change(folder: &Path, index: usize, change: Change) {
    let mut store = Store::open(folder).expect("a store");
    let transcript = store.load().expect("a transcript");
    let place = Place::of(transcript.version.number, &transcript.utterances[index]);
    let when = "2026-03-11T08:00:00+08:00[Asia/Makassar]".parse().expect("a time");
    let layer = Layer { place, change, by: "Sari".to_owned(), when, why: None, source: Source::Person };
    store.lay(&[layer]).expect("laid");
}

fn replace(folder: &Path, index: usize, at: usize, before: &str, after: &str) {
    change(folder, index, Change::Text { at, before: before.to_owned(), after: after.to_owned() });
}

/// Three meetings of three years: the newest one with corrections, decisions and an agenda.
fn three() -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    meeting(
        root.path(),
        "2024-komisi",
        &rapat("[rapat]\njenis = \"komisi\"\ntanggal = 2024-05-02\nacara = [\"Pasar Senin\"]"),
        vec![said(1, 1, "Kami membahas pasar."), said(2, 3, "Retribusi pasar ikan naik. Rp2,5 miliar.")],
    );
    meeting(
        root.path(),
        "2026-paripurna",
        &rapat(
            "keputusan = [{ isi = \"Menyetujui anggaran pasar.\", pada = \"00:00:05\" }]
peristiwa = [{ jenis = \"acara\", butir = 1, pada = \"00:00:00\" }, { jenis = \"acara\", butir = 2, pada = \"00:00:04\" }]
[rapat]
jenis = \"paripurna\"
nama = \"Paripurna Anggaran\"
tanggal = 2026-03-09
acara = [\"Laporan pansus\", \"Pengelolaan sampah\"]
[hadir]
daftar = \"hadir.csv\"",
        ),
        vec![
            said(1, 1, "Pak Bambung menganggarkan pasar."),
            said(2, 3, "Anggarannya dikirim."),
            said(1, 6, "Sampah diangkut."),
        ],
    );
    let folder = root.path().join("2026-paripurna");
    fs::write(
        folder.join("hadir.csv"),
        "Nama,Fraksi,Kehadiran\nRusdi Hanafi,F-MLT,hadir\nBudi Utomo,F-MLT,tk\nSiti Aminah,F-CDN,izin\n",
    )
    .expect("written");
    replace(&folder, 1, 1, "dikirim.", "ditulis.");
    meeting(root.path(), "tanpa-tanggal", HOUSE, vec![said(2, 1, "Pasar lama. Pak Bambang hadir.")]);
    root
}

fn never() -> AtomicBool {
    AtomicBool::new(false)
}

fn find(root: &Path, request: &Request) -> Result<Found, Error> {
    Archive::open(root)?.search(request, &never(), None, &mut |_, _| {})
}

fn words(words: &str) -> Request {
    Request { words: words.to_owned(), limit: 50, ..Request::default() }
}

fn found(root: &Path, request: &Request) -> Vec<Hit> {
    find(root, request).expect("searched").hits
}

/// Meetings and seconds at which the words of the hits begin.
fn places(hits: &[Hit]) -> Vec<String> {
    let second = |hit: &Hit| hit.place.map_or_else(|| "-".to_owned(), |place| (place.turn / 16_000).to_string());
    hits.iter().map(|hit| format!("{} {}", hit.meeting, second(hit))).collect()
}

fn at(root: &Path, request: &Request) -> Vec<String> {
    places(&found(root, request))
}

#[test]
fn words_are_found_in_every_form_the_newest_meeting_first() {
    let root = three();
    let root = root.path();
    assert_eq!(at(root, &words("pasar")), ["2026-paripurna 1", "2024-komisi 1", "2024-komisi 3", "tanpa-tanggal 1"]);
    assert_eq!(at(root, &words("anggaran")), ["2026-paripurna 1", "2026-paripurna 3"]);
    assert_eq!(at(root, &words("\"pasar ikan\"")), ["2024-komisi 3"]);
    assert_eq!(at(root, &words("\"ikan pasar\"")), [""; 0]);
    assert_eq!(at(root, &words("pasar NOT ikan")), ["2026-paripurna 1", "2024-komisi 1", "tanpa-tanggal 1"]);
    assert_eq!(at(root, &words("sampah ATAU retri*")), ["2026-paripurna 6", "2024-komisi 3"]);
    let hit = &found(root, &words("RETRIBUSI"))[0];
    assert_eq!(hit.text, "Retribusi pasar ikan naik.");
    assert_eq!(&hit.text[hit.marks[0].clone()], "Retribusi");
    assert_eq!((hit.speaker.as_deref(), hit.group.as_deref()), (Some("F-CDN (SITI AMINAH, S.Pd.)"), Some("F-CDN")));
    let of_word = &found(root, &words("miliar"))[0];
    let place = of_word.place.expect("a place");
    assert!(place.start > place.turn && place.start < place.end && place.channel == Some(2), "{place:?}");
    // Pages of hits follow each other.
    let page = |skip| Request { skip, limit: 2, ..words("pasar") };
    assert_eq!(at(root, &page(2)), ["2024-komisi 3", "tanpa-tanggal 1"]);
    let told = find(root, &page(2)).expect("searched");
    assert_eq!((told.total, told.meetings, told.more), (4, 3, false));
}

#[test]
fn both_the_corrected_and_the_recognised_text_are_searched() {
    let root = three();
    let root = root.path();
    assert_eq!(at(root, &words("menulis")), ["2026-paripurna 3"]);
    let hits = found(root, &words("pengiriman"));
    assert_eq!(places(&hits), ["2026-paripurna 3"]);
    assert_eq!((hits[0].of, hits[0].text.as_str()), (Of::Recognised, "Anggarannya dikirim."));
    let in_text = |text, word| at(root, &Request { text, ..words(word) });
    assert_eq!(in_text(Text::Current, "dikirim"), [""; 0]);
    assert_eq!(in_text(Text::Recognised, "ditulis"), [""; 0]);
    assert_eq!(in_text(Text::Recognised, "dikirim"), ["2026-paripurna 3"]);
    assert_eq!(in_text(Text::Current, "anggaran").len(), 2);
    // What the meeting decided to leave out of the record is in no list of hits either.
    change(&root.join("2026-paripurna"), 1, Change::Mark { mark: Mark::Omitted });
    assert_eq!(at(root, &words("dikirim OR ditulis")), [""; 0]);
}

#[test]
fn hits_are_narrowed_down() {
    let root = three();
    let root = root.path();
    let with = |change: &dyn Fn(&mut Request)| {
        let mut request = words("pasar OR sampah");
        change(&mut request);
        at(root, &request)
    };
    assert_eq!(with(&|one| one.member = Some("siti".to_owned())), ["2024-komisi 3", "tanpa-tanggal 1"]);
    assert_eq!(
        with(&|one| one.group = Some("f-mlt".to_owned())),
        ["2026-paripurna 1", "2026-paripurna 6", "2024-komisi 1"]
    );
    assert_eq!(with(&|one| one.group = Some("Cendana".to_owned())).len(), 2);
    assert_eq!(with(&|one| one.member = Some("Bambang".to_owned())), [""; 0]);
    assert_eq!(with(&|one| one.kind = Some(Kind::Komisi)), ["2024-komisi 1", "2024-komisi 3"]);
    let day = |text: &str| text.parse().ok();
    assert_eq!(with(&|one| one.from = day("2026-03-09")), ["2026-paripurna 1", "2026-paripurna 6"]);
    assert_eq!(with(&|one| one.until = day("2026-03-08")), ["2024-komisi 1", "2024-komisi 3"]);
    assert_eq!(with(&|one| one.agenda = Some("kelola".to_owned())), ["2026-paripurna 6"]);
    // Where no item was entered, all of the meeting may be of it.
    assert_eq!(with(&|one| one.agenda = Some("senin".to_owned())), ["2024-komisi 1", "2024-komisi 3"]);
}

#[test]
fn decisions_amounts_items_and_absence_have_searches_of_their_own() {
    let root = three();
    let root = root.path();
    let of = |what, text: &str| found(root, &Request { what, ..words(text) });
    let decided = of(What::Decisions, "pasar");
    assert_eq!(places(&decided), ["2026-paripurna 5"]);
    assert_eq!(
        (decided[0].text.as_str(), decided[0].item.as_deref()),
        ("Menyetujui anggaran pasar.", Some("Pengelolaan sampah"))
    );
    assert_eq!(of(What::Decisions, "").len(), 1);
    assert_eq!(places(&of(What::Items, "sampah")), ["2026-paripurna 4"]);
    assert_eq!(places(&of(What::Amounts, "pasar")), ["2024-komisi 3"]);
    let absent = of(What::Absent, "");
    let told: Vec<_> = absent.iter().map(|hit| (hit.text.as_str(), hit.of)).collect();
    assert_eq!(told, [("Budi Utomo", Of::Absent), ("Siti Aminah, S.Pd.", Of::Excused)]);
    let member = Request { what: What::Absent, member: Some("siti".to_owned()), ..words("") };
    assert_eq!(found(root, &member).len(), 1);
    let refused = find(root, &Request { what: What::Items, member: Some("siti".to_owned()), ..words("") });
    assert!(matches!(refused, Err(Error::NoSpeaker)));
}

#[test]
fn names_that_were_misheard_are_also_found() {
    let root = three();
    let also = |word: &str| {
        let told = find(root.path(), &words(word)).expect("searched");
        let also: Vec<_> =
            told.also.iter().map(|also| format!("{} {} {}", also.word, also.count, also.hits.len())).collect();
        (told.hits.len(), also.join(", "))
    };
    // The nearest first.
    assert_eq!(also("Banbang"), (0, "bambang 1 1, bambung 1 1".to_owned()));
    assert_eq!(also("Wambung"), (0, "bambung 1 1, bambang 1 1".to_owned()));
    // With other words they must stand beside them.
    assert_eq!(also("Bambong hadir"), (0, "bambang 1 1".to_owned()));
    // What is said as often is a word of its own, and a phrase is as it is.
    assert_eq!(also("Bambang"), (1, String::new()));
    assert_eq!(also("\"banbang\""), (0, String::new()));
}

#[test]
fn changes_of_folders_are_noticed_by_themselves() {
    let place = three();
    let root = place.path();
    let mut archive = Archive::open(root).expect("opened");
    let mut read = |root: &Path| {
        let mut read = 0;
        let left = archive.update(&never(), None, &mut |_, of| read = of).expect("updated");
        assert_eq!(left, 0, "{}", root.display());
        read
    };
    assert_eq!((read(root), read(root)), (3, 0), "nothing is read twice");
    fs::rename(root.join("2024-komisi"), root.join("2024 komisi A")).expect("moved");
    assert_eq!(read(root), 1);
    assert_eq!(at(root, &words("retribusi")), ["2024 komisi A 3"]);
    replace(&root.join("2024 komisi A"), 1, 0, "Retribusi", "Pajak");
    assert_eq!(at(root, &Request { text: Text::Current, ..words("retribusi") }), [""; 0]);
    assert_eq!(at(root, &words("pajak")), ["2024 komisi A 3"]);
    // Another description: of the same words, by somebody else.
    let path = root.join("tanpa-tanggal/rapat.toml");
    fs::write(&path, HOUSE.replace("kanal = 2, orang = \"siti\"", "kanal = 2, orang = \"rusdi\"")).expect("written");
    assert_eq!(at(root, &Request { member: Some("rusdi".to_owned()), ..words("lama") }), ["tanpa-tanggal 1"]);
    meeting(root, "baru", "", vec![said(1, 1, "Kata yang baru.")]);
    fs::remove_dir_all(root.join("2026-paripurna")).expect("removed");
    assert_eq!(at(root, &words("baru OR menganggarkan")), ["baru 1"]);
    assert_eq!(find(root, &words("pasar")).expect("searched").meetings, 3);
    // Nothing was written into a meeting.
    let names: BTreeSet<_> =
        fs::read_dir(root.join("baru")).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names, ["rapat.toml", "transkrip.db"].map(Into::into).into());
}

#[test]
fn closed_meetings_leave_no_word_in_the_index() {
    let place = three();
    let root = place.path();
    assert_eq!(at(root, &words("diangkut")), ["2026-paripurna 6"]);
    let path = root.join("2024-komisi/rapat.toml");
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replace("[rapat]", "[rapat]\nsifat = \"tertutup\"")).expect("written");
    let told = find(root, &words("retribusi")).expect("searched");
    assert_eq!((told.hits.len(), told.closed, told.meetings), (0, 1, 2));
    let told = find(root, &Request { what: What::Items, ..words("senin") }).expect("searched");
    assert_eq!(told.hits.len(), 0);
    for ending in ["", "-wal"] {
        let bytes = fs::read(root.join(format!("{FILE_NAME}{ending}"))).unwrap_or_default();
        let has = |word: &str| bytes.windows(word.len()).any(|some| some.eq_ignore_ascii_case(word.as_bytes()));
        for word in ["retribusi", "etribus", "miliar", "2024-komisi", "senin"] {
            assert!(!has(word), "{word} is still in the index");
        }
    }
    // The others are still found, in any form.
    assert_eq!(at(root, &words("angkutan")), ["2026-paripurna 6"]);
    // Opened again.
    fs::write(&path, text).expect("written");
    assert_eq!(at(root, &words("retribusi")), ["2024-komisi 3"]);
}

#[test]
fn a_folder_that_cannot_be_read_is_told_and_the_others_are_searched() {
    let place = three();
    let root = place.path();
    fs::write(root.join("2024-komisi/rapat.toml"), "[rapat\n").expect("written");
    for _ in 0..2 {
        let told = find(root, &words("pasar")).expect("searched");
        assert_eq!(places(&told.hits), ["2026-paripurna 1", "tanpa-tanggal 1"]);
        assert_eq!(told.unreadable.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["2024-komisi"]);
    }
    assert!(matches!(find(&root.join("2026-paripurna"), &words("pasar")), Err(Error::OneMeeting { .. })));
    assert!(matches!(find(&root.join("tidak ada"), &words("pasar")), Err(Error::Folder { .. })));
    assert_eq!(at(tempfile::tempdir().expect("a folder").path(), &words("pasar")), [""; 0]);
}

#[test]
fn a_damaged_or_foreign_index_is_made_anew() {
    let place = three();
    let root = place.path();
    let path = root.join(FILE_NAME);
    let expected = at(root, &words("pasar"));
    let whole = fs::read(&path).expect("an index");
    let mut torn = whole.clone();
    for page in torn.chunks_mut(4096).skip(1) {
        page[8..200].fill(0xa5);
    }
    let other = tempfile::tempdir().expect("a folder");
    let foreign = rusqlite::Connection::open(other.path().join("x.db")).expect("opened");
    foreign.execute_batch("CREATE TABLE alien (a); PRAGMA user_version = 77").expect("made");
    drop(foreign);
    let foreign = fs::read(other.path().join("x.db")).expect("read");
    for (name, bytes) in [
        ("junk", b"bukan basis data".repeat(1000)),
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("torn", torn),
        ("foreign", foreign),
        ("empty", Vec::new()),
    ] {
        fs::write(&path, bytes).expect("written");
        let mut archive = Archive::open(root).expect("opened");
        let told = archive.search(&words("pasar"), &never(), None, &mut |_, _| {}).expect("searched");
        assert_eq!(places(&told.hits), expected, "{name}");
        assert_eq!(archive.notes().is_empty(), name == "empty", "{name}");
        drop(archive);
        let checked = rusqlite::Connection::open(&path)
            .and_then(|index| index.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)));
        assert_eq!(checked.as_deref(), Ok("ok"), "{name}");
    }
    // Where no file can be made, the index is in memory.
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("made");
    let mut archive = Archive::open(root).expect("opened");
    assert!(archive.is_in_memory() && archive.notes().len() == 1);
    let told = archive.search(&words("pasar"), &never(), None, &mut |_, _| {}).expect("searched");
    assert_eq!(places(&told.hits), expected);
}

#[test]
fn an_update_that_is_ended_goes_on_the_next_time() {
    let place = three();
    let root = place.path();
    let mut archive = Archive::open(root).expect("opened");
    let stopped = archive.search(&words("pasar"), &AtomicBool::new(true), None, &mut |_, _| {});
    assert!(matches!(stopped, Err(Error::Interrupted)));
    let told = archive.search(&words("pasar"), &never(), Some(Instant::now()), &mut |_, _| {}).expect("searched");
    assert_eq!((told.left, told.hits.len()), (3, 0));
    let later = Instant::now() + Duration::from_hours(1);
    let told = archive.search(&words("pasar"), &never(), Some(later), &mut |_, _| {}).expect("searched");
    assert_eq!((told.left, told.hits.len()), (0, 4));
}

#[test]
fn several_at_once_find_the_same() {
    let place = three();
    let root = place.path();
    for round in 0..4_usize {
        if round % 2 == 0 {
            let _ = fs::remove_file(root.join(FILE_NAME));
        } else {
            meeting(root, &format!("lagi-{round}"), HOUSE, vec![said(1, 1, "Pasar lagi.")]);
        }
        let all: Vec<Vec<String>> = std::thread::scope(|scope| {
            let searches: Vec<_> = (0..4).map(|_| scope.spawn(|| at(root, &words("pasar")))).collect();
            searches.into_iter().map(|search| search.join().expect("searched")).collect()
        });
        assert!(all.iter().all(|one| *one == all[0]) && all[0].len() == 4 + round.div_ceil(2), "{all:?}");
    }
}

#[test]
fn whatever_is_typed_gives_hits_or_a_sentence() {
    let place = three();
    let mut archive = Archive::open(place.path()).expect("opened");
    let long = "a".repeat(1 << 20);
    let quotes = "\"".repeat(999);
    let nested = format!("{}pasar{}", "(".repeat(16), ")".repeat(16));
    for text in [
        "\"",
        "\"\"",
        "'",
        "pasar\"",
        "\"pasar",
        "AND",
        "OR OR",
        "NOT",
        "NOT NOT pasar",
        "pasar NOT",
        "(((",
        ")))",
        "()",
        "pasar AND AND ikan",
        "*",
        "pasar*",
        "p*",
        "\"pasar\"*",
        "same:pasar",
        "{same} : pasar",
        "NEAR(pasar ikan, 2)",
        "pasar + ikan",
        "^pasar",
        "pasar\0ikan",
        "\0",
        "%_",
        "'; DROP TABLE turn; --",
        "–…“”",
        "😀",
        "a\u{301}\u{301}",
        "Rp2,5",
        "2.5.5,5,",
        "...",
        ",",
        "pasar,ikan",
        "\u{202e}pasar",
        &nested,
        &quotes,
        &long,
    ] {
        for what in [What::Words, What::Amounts, What::Decisions, What::Items, What::Absent] {
            let request = Request { what, limit: 5, ..words(text) };
            match archive.search(&request, &never(), None, &mut |_, _| {}) {
                Ok(_) => {}
                Err(error) => {
                    let is_sentence = !matches!(error, Error::Index { .. } | Error::Folder { .. } | Error::Interrupted);
                    assert!(is_sentence, "{text:.40}: {error}");
                }
            }
        }
        let request = Request { member: Some(text.to_owned()), agenda: Some(text.to_owned()), ..words("pasar") };
        archive.search(&request, &never(), None, &mut |_, _| {}).expect("filters are plain words");
    }
    assert_eq!(archive.notes().len(), 0, "the index was made anew");
}

/// Words by families: those of one have a stem in common, those of two have not.
const FAMILIES: [&[&str]; 10] = [
    &["anggaran", "menganggarkan", "anggarannya"],
    &["pasar", "pasarnya", "pemasaran"],
    &["tulis", "menulis", "ditulis"],
    &["sampah"],
    &["setuju", "disetujui", "persetujuan"],
    &["jalan", "perjalanan"],
    &["2,5"],
    &["komisi"],
    &["hutan", "kehutanan"],
    &["wali"],
];

fn family(word: &str) -> usize {
    FAMILIES.iter().position(|family| family.contains(&word)).expect("a word of the test")
}

/// What a test asks for.
#[derive(Clone, Debug)]
enum Wish {
    Word(&'static str),
    Phrase(Vec<&'static str>),
    Begins(&'static str),
    All(Vec<Wish>),
    Any(Vec<Wish>),
    But(Box<Wish>, Box<Wish>),
}

impl Wish {
    fn text(&self) -> String {
        let list = |list: &[Self], between: &str| {
            let list: Vec<String> = list.iter().map(|wish| format!("({})", wish.text())).collect();
            list.join(between)
        };
        match self {
            Self::Word(word) => (*word).to_owned(),
            Self::Phrase(words) => format!("\"{}\"", words.join(" ")),
            Self::Begins(begin) => format!("{begin}*"),
            Self::All(wishes) => list(wishes, " "),
            Self::Any(wishes) => list(wishes, " OR "),
            Self::But(wanted, unwanted) => format!("({}) NOT ({})", wanted.text(), unwanted.text()),
        }
    }

    /// Whether one of the two texts has each part.
    fn fits(&self, texts: &[Vec<&str>; 2]) -> bool {
        let has = |of: &dyn Fn(&[&str]) -> bool| texts.iter().any(|text| of(text));
        match self {
            Self::Word(word) => has(&|text| text.iter().any(|other| family(other) == family(word))),
            Self::Phrase(words) => has(&|text| text.windows(words.len()).any(|some| some == words)),
            Self::Begins(begin) => has(&|text| text.iter().any(|other| other.starts_with(begin))),
            Self::All(wishes) => wishes.iter().all(|wish| wish.fits(texts)),
            Self::Any(wishes) => wishes.iter().any(|wish| wish.fits(texts)),
            Self::But(wanted, unwanted) => wanted.fits(texts) && !unwanted.fits(texts),
        }
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    let all: Vec<&'static str> = FAMILIES.iter().flat_map(|family| family.iter().copied()).collect();
    prop::sample::select(all)
}

fn wish() -> impl Strategy<Value = Wish> {
    let leaf = prop_oneof![
        3 => word().prop_map(Wish::Word),
        2 => prop::collection::vec(word(), 1..3).prop_map(Wish::Phrase),
        1 => prop::sample::select(vec!["angg", "pasar", "men", "per", "kom"]).prop_map(Wish::Begins),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Wish::All),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Wish::Any),
            (inner.clone(), inner).prop_map(|(wanted, unwanted)| Wish::But(Box::new(wanted), Box::new(unwanted))),
        ]
    })
}

#[test]
fn two_hundred_meetings_give_the_hits_of_a_plain_scan() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let mut draw = |least: usize, most: usize| {
        prop::collection::vec(prop::collection::vec(word(), 1..7), least..most)
            .new_tree(&mut runner)
            .expect("drawn")
            .current()
    };
    // By meeting and second: what was recognised, and what stands there now.
    let mut texts: BTreeMap<(String, u64), [Vec<&str>; 2]> = BTreeMap::new();
    for number in 0..200_u64 {
        let id = format!("rapat-{number:03}");
        let turns = draw(2, 6);
        let utterances = (0..).zip(&turns).map(|(at, words)| said(1 + at as u16 % 2, at * 2, &words.join(", ")));
        let date = format!("tanggal = 20{:02}-{:02}-11", 10 + number % 17, 1 + number % 12);
        meeting(root, &id, &rapat(&format!("[rapat]\n{date}")), utterances.collect());
        for (at, words) in (0..).zip(&turns) {
            texts.insert((id.clone(), at * 2), [words.clone(), words.clone()]);
        }
        if number % 3 == 0 {
            let other = draw(1, 2).remove(0)[0];
            let was = turns[0][0];
            // A comma hangs on a word that others follow.
            let comma = if turns[0].len() > 1 { "," } else { "" };
            if was != other {
                replace(&root.join(&id), 0, 0, &format!("{was}{comma}"), &format!("{other}{comma}"));
                texts.get_mut(&(id, 0)).expect("a turn")[1][0] = other;
            }
        }
    }
    let mut archive = Archive::open(root).expect("opened");
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let mut some = 0;
    for _ in 0..300 {
        let wish = wish().new_tree(&mut runner).expect("drawn").current();
        let request = Request { limit: 10_000, ..words(&wish.text()) };
        let told = archive.search(&request, &never(), None, &mut |_, _| {}).expect("searched");
        let hits: BTreeSet<(String, u64)> =
            told.hits.iter().map(|hit| (hit.meeting.clone(), hit.place.expect("a place").turn / 16_000)).collect();
        let expected: BTreeSet<(String, u64)> =
            texts.iter().filter(|(_, texts)| wish.fits(texts)).map(|(key, _)| key.clone()).collect();
        assert_eq!(hits, expected, "{}", wish.text());
        assert_eq!((told.total, told.hits.len()), (expected.len(), expected.len()));
        assert!(told.hits.windows(2).all(|two| two[0].date >= two[1].date), "the newest first");
        assert!(told.hits.iter().all(|hit| !hit.marks.is_empty()), "{}", wish.text());
        some += usize::from(!expected.is_empty());
    }
    assert!(some > 150, "only {some} searches found anything");
}
