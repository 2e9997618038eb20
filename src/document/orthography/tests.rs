use std::num::NonZeroU32;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::common::clock::Span;

const RATE: u64 = 16_000;
const PEOPLE: [&str; 9] = [
    "H. Rusdi Hanafi, S.Sos., M.Si.",
    "Dra. Hj. Mariana Lestari",
    "Siti Aminah, S.Pd.",
    "Hendra Gunawan",
    "Ratna Dewi, S.H.",
    "Ir. Surya Pratama, M.T.",
    "Budi Hartono, S.T.",
    "Maya Puspita, S.E.",
    "Sri Wahyuni, S.Kom.",
];
const PROPER: [&str; 2] = ["Fraksi Gabungan Enggang", "Tanjung Contoh"];

fn clock() -> Clock {
    Clock::new(NonZeroU32::new(RATE as u32).expect("a rate"))
}

/// Words at an even pace of 60 ms a letter. After a word with a tilde the speaker halts for half a
/// second; of a word with a question mark in front (`?tidak`) the recogniser is unsure.
fn words(said: &str) -> (String, Vec<Word>) {
    let mut at = 0;
    let mut words = Vec::new();
    for word in said.split(' ') {
        let (text, pause) = (word.replace('~', ""), if word.contains('~') { 500 } else { 0 });
        let (text, probability) = text.strip_prefix('?').map_or((text.as_str(), 0.9), |text| (text, 0.2));
        let end = at + (60 * text.chars().count() as u64 + pause) * RATE / 1000;
        words.push(Word { text: text.to_owned(), span: Span::new(at, end), probability });
        at = end;
    }
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    (text.join(" "), words)
}

fn writer() -> Writer {
    Writer::new(Lexicon::default(), Roster::new(PEOPLE), PROPER)
}

/// What is written of words that go on in a sentence, and what is doubted: `matter words` or
/// `matter words → proposal`.
fn written(said: &str) -> (String, Vec<String>) {
    let (text, words) = words(said);
    let written = writer().write(Spoken { text: &text, words: &words, clock: clock(), opens: false });
    let result = written.text(&text);
    assert_eq!(undo(&result, &written.changes).as_deref(), Some(text.as_str()));
    // What was doubted at first is doubted in the written text, and no more; only the recogniser's own
    // doubt is not known there.
    let matters = |doubts: &[Doubt]| doubts.iter().map(|doubt| doubt.matter).collect::<Vec<_>>();
    if !said.contains('?') {
        let again = doubts(Spoken { text: &result, words: &[], clock: clock(), opens: false }, &Roster::new(PEOPLE));
        assert_eq!(matters(&again), matters(&written.doubts), "{result}");
    }
    let doubts = written.doubts.iter().map(|doubt| {
        let proposal = doubt.proposal.as_ref().map_or_else(String::new, |proposal| format!(" → {proposal}"));
        format!("{:?} {}{proposal}", doubt.matter, &text[doubt.bytes.clone()])
    });
    (result, doubts.collect())
}

#[track_caller]
fn writes(cases: &[(&str, &str)]) {
    for (said, expected) in cases {
        assert_eq!(written(said).0, *expected, "{said}");
    }
}

/// Nothing is changed, and this is doubted.
#[track_caller]
fn keeps(cases: &[(&str, &[&str])]) {
    for (said, doubted) in cases {
        let (result, doubts) = written(said);
        assert_eq!(
            (result.as_str(), doubts.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
            (words(said).0.as_str(), *doubted),
            "{said}"
        );
    }
}

#[test]
fn dates() {
    writes(&[
        ("pada sepuluh Mei dua ribu dua puluh dua", "pada 10 Mei 2022"),
        ("hari Selasa, sembilan maret dua ribu dua puluh tujuh, saya buka", "hari Selasa, 9 Maret 2027, saya buka"),
        ("tanggal tiga puluh satu Desember.", "tanggal 31 Desember."),
        ("tanggal dua puluh bulan ini", "tanggal 20 bulan ini"),
        ("mulai bulan juli, ya", "mulai bulan Juli, ya"),
        ("sejak Mei dua ribu dua puluh", "sejak Mei 2020"),
        ("tahun anggaran dua ribu dua puluh tujuh", "tahun anggaran 2027"),
        ("RPJMD dua ribu dua puluh lima sampai dua ribu dua puluh sembilan", "RPJMD 2025 sampai 2029"),
        ("pada 9 Maret dua ribu dua puluh tujuh", "pada 9 Maret 2027"),
        ("tahun dua ribu", "tahun 2000"),
    ]);
    keeps(&[
        ("tanggal tiga puluh Februari", &["Number tiga puluh Februari"]),
        ("tiga puluh satu Juni dua ribu dua puluh", &["Number tiga puluh satu Juni dua ribu dua puluh"]),
        ("pada dua ribu dua puluh lima, kita", &["Number dua ribu dua puluh lima"]),
    ]);
}

#[test]
fn times() {
    writes(&[
        ("pukul sepuluh lewat lima menit", "pukul 10.05"),
        ("pukul sepuluh nol lima WITA", "pukul 10.05 WITA"),
        ("pukul sembilan", "pukul 09.00"),
        ("pukul dua puluh lima belas.", "pukul 20.15."),
        ("jam tiga sore", "jam 3 sore"),
        ("pukul 10:05 wita", "pukul 10.05 WITA"),
        ("dua puluh empat jam satu hari", "24 jam satu hari"),
        ("jam satu kali", "jam satu kali"),
    ]);
    keeps(&[
        ("pukul setengah sepuluh", &["Number setengah sepuluh → 09.30"]),
        ("pukul sepuluh kurang lima menit", &["Number sepuluh"]),
        ("jam tiga lewat seperempat", &["Number tiga"]),
        ("pukul tiga puluh", &["Number tiga puluh"]),
    ]);
}

#[test]
fn ordinals() {
    writes(&[
        ("hari kedua puluh lima", "hari ke-25"),
        ("rapat ke tujuh", "rapat ke-7"),
        ("yang kedua, kami", "yang kedua, kami"),
        ("masa persidangan kedua tahun ini", "masa persidangan II tahun ini"),
        ("masa sidang ke tiga", "masa sidang III"),
        ("masa sidang ke-3", "masa sidang III"),
        ("ketua komisi dua dan komisi empat", "ketua komisi II dan komisi IV"),
        ("wakil ketua satu", "wakil ketua I"),
        ("rapat paripurna ke dua belas", "rapat paripurna ke-12"),
        ("kirim ke dua sekolah", "kirim ke dua sekolah"),
        ("kedua belah pihak", "kedua belah pihak"),
        ("triwulan lima", "triwulan lima"),
    ]);
}

#[test]
fn cardinals() {
    writes(&[
        ("yang hadir tiga puluh dua orang.", "yang hadir 32 orang."),
        ("ada lima mobil", "ada lima mobil"),
        ("sebanyak dua ribu lima ratus rumah", "sebanyak 2.500 rumah"),
        ("terdiri atas lima bus, tiga truk, dan dua belas sepeda", "terdiri atas 5 bus, 3 truk, dan 12 sepeda"),
        ("ada dua mobil dan tiga truk", "ada dua mobil dan tiga truk"),
        ("sepuluh sampai dua puluh lima orang", "10 sampai 25 orang"),
        ("lima sampai dengan dua belas unit", "5 sampai dengan 12 unit"),
        ("salah satu dari tiga puluh lima desa", "salah satu dari 35 desa"),
        ("naik dua belas koma lima persen", "naik 12,5%"),
        ("turun lima persen", "turun 5%"),
        ("turun 5,25 persen.", "turun 5,25%."),
        ("selesai. dua puluh lima orang", "selesai. Dua puluh lima orang"),
        ("dua tiga orang", "dua tiga orang"),
        ("dua juta jiwa", "2 juta jiwa"),
        ("dua puluh satu setengah jam", "dua puluh satu setengah jam"),
        ("dua puluh, lima orang", "20, lima orang"),
    ]);
    keeps(&[
        ("ada dua puluh tiga puluh orang", &["Number dua puluh", "Number tiga puluh"]),
        ("ada ?dua puluh lima orang", &["Number dua puluh lima → 25"]),
        ("2.500 orang", &[]),
        ("menghasilkan seratus delapan puluhton", &["Number seratus delapan"]),
        ("yang hadir tiga puluh empatorang", &["Number tiga puluh"]),
        ("yang benardua koma lima miliar rupiah", &["Money lima miliar rupiah"]),
        ("sekitar dua puluhan orang", &[]),
        ("kirim ke dua puluh lima sekolah", &["Number ke dua puluh lima → ke-25"]),
        ("yang kedua lima satuan kerja", &[]),
    ]);
}

#[test]
fn what_no_machine_may_change_is_marked() {
    keeps(&[
        ("sebesar dua koma tujuh lima miliar rupiah", &["Money dua koma tujuh lima miliar rupiah → Rp2,75 miliar"]),
        ("tertulis dua koma lima miliar.", &["Money dua koma lima miliar → 2,5 miliar"]),
        ("tertulis dua miliar lima ratus", &["Money dua miliar lima ratus → 2.000.000.500"]),
        ("seratus ribu rupiah", &["Money seratus ribu rupiah → Rp100.000"]),
        ("sebesar Rp. 100.000", &["Money Rp. 100.000 → Rp100.000"]),
        ("sebesar Rp.100.000,-", &["Money Rp.100.000 → Rp100.000"]),
        ("sebesar Rp2.750.000,00", &["Money Rp2.750.000,00"]),
        ("Pasal 12 ayat (2)", &["Article 12", "Article 2"]),
        ("sebesar Rp2,75 miliar", &["Money Rp2,75 miliar"]),
        ("sebesar 25 juta rupiah", &["Money 25 juta rupiah → Rp25 juta"]),
        ("seribu dolar", &["Money seribu dolar → 1.000 dolar"]),
        ("dengan dua puluh tiga suara setuju", &["Vote dua puluh tiga → 23"]),
        ("lima menolak", &["Vote lima"]),
        ("kami setuju dengan dua catatan", &[]),
        ("dalam pasal dua belas ayat dua", &["Article dua belas → 12", "Article dua → (2)"]),
        (
            "Nomor dua puluh tiga Tahun dua ribu empat belas",
            &["Article dua puluh tiga → 23", "Article dua ribu empat belas → 2014"],
        ),
        ("kami tidak setuju, bukan menolak", &[]),
        ("kami ?tidak ?setuju", &["Negation tidak", "Consent setuju"]),
        ("belumlah", &[]),
    ]);
    writes(&[("selesai. tidak ada. setuju. belum", "selesai. tidak ada. setuju. belum")]);
}

#[test]
fn amounts_are_marked_however_they_are_said() {
    keeps(&[
        ("sebesar satu setengah miliar rupiah", &["Money satu setengah miliar rupiah → Rp1,5 miliar"]),
        ("setengah miliar rupiah", &["Money setengah miliar rupiah → Rp500 juta"]),
        ("sekitar seperempat juta", &["Money seperempat juta → 250.000"]),
        ("tiga perempat triliun rupiah", &["Money tiga perempat triliun rupiah → Rp750 miliar"]),
        ("dua pertiga miliar rupiah", &["Money dua pertiga miliar rupiah"]),
        ("dua setengah ribu rupiah", &["Money dua setengah ribu rupiah → Rp2.500"]),
        ("dua koma lima ribu rupiah", &["Money dua koma lima ribu rupiah → Rp2.500"]),
        ("kosong koma lima miliar", &["Money kosong koma lima miliar → 0,5 miliar"]),
        ("nol koma tujuh lima triliun", &["Money nol koma tujuh lima triliun → 0,75 triliun"]),
        ("dua ribu miliar rupiah", &["Money dua ribu miliar rupiah"]),
        ("seribu dua ratus miliar", &["Money seribu dua ratus miliar"]),
        ("dua juta setengah", &["Money dua juta setengah → 2,5 juta"]),
        ("dua tiga juta rupiah", &["Money dua tiga juta rupiah"]),
        ("beberapa juta rupiah", &["Money juta rupiah"]),
        ("lima juta dolar Amerika Serikat", &["Money lima juta dolar Amerika Serikat → 5 juta dolar Amerika Serikat"]),
        ("seratus dolar Singapura", &["Money seratus dolar Singapura → 100 dolar Singapura"]),
        ("dua setengah dolar", &["Money dua setengah dolar → 2,5 dolar"]),
        ("Rp500 ribu", &["Money Rp500 ribu → Rp500.000"]),
        ("Rp satu setengah miliar", &["Money Rp satu setengah miliar → Rp1,5 miliar"]),
        ("Rp dua sampai tiga juta", &["Money Rp dua sampai tiga juta"]),
        ("setengah persen", &["Number setengah persen → 0,5%"]),
        ("naik dua setengah persen", &["Number dua setengah persen → 2,5%"]),
        ("setengah juta jiwa", &[]),
        ("satu setengah jam", &[]),
        ("dua pertiga anggota", &[]),
        ("kursi kosong", &[]),
        ("kursi kosong, koma", &[]),
    ]);
    writes(&[("turun kosong koma lima persen", "turun 0,5%")]);
}

#[test]
fn a_range_is_in_figures_at_both_ends_or_at_none() {
    keeps(&[
        ("dua sampai tiga juta rupiah", &["Money dua sampai tiga juta rupiah → Rp2 juta sampai Rp3 juta"]),
        ("dua puluh sampai tiga puluh juta", &["Money dua puluh sampai tiga puluh juta → 20 juta sampai 30 juta"]),
        (
            "lima ratus ribu sampai satu juta rupiah",
            &["Money lima ratus ribu sampai satu juta rupiah → Rp500.000 sampai Rp1 juta"],
        ),
        ("dua atau tiga miliar", &["Money dua atau tiga miliar → 2 miliar atau 3 miliar"]),
        ("antara dua dan tiga juta", &["Money dua dan tiga juta → 2 juta dan 3 juta"]),
        ("lima ratus sampai tiga juta", &["Money lima ratus sampai tiga juta"]),
        ("dua sampai tiga ratus orang", &["Number dua sampai tiga ratus"]),
        ("sepuluh sampai dua puluh ribu rumah", &["Number sepuluh sampai dua puluh ribu"]),
        ("Pasal lima sampai dua belas", &["Article lima → 5", "Article dua belas → 12"]),
        ("sepuluh sampai ?dua puluh lima orang", &["Number dua puluh lima → 25"]),
        ("dua sampai tiga orang", &[]),
    ]);
    writes(&[
        ("selesai. dua sampai dua belas orang", "selesai. Dua sampai dua belas orang"),
        ("lima sampai sepuluh persen", "5 sampai 10%"),
        ("lima sampai dua puluh Mei", "5 sampai 20 Mei"),
        ("pukul sembilan sampai sepuluh", "pukul 09.00 sampai 10.00"),
        ("pukul sembilan sampai dengan pukul dua belas", "pukul 09.00 sampai dengan pukul 12.00"),
        ("komisi satu sampai tiga", "komisi I sampai III"),
        ("hari kedua sampai kedua puluh lima", "hari ke-2 sampai ke-25"),
        ("lima sampai dua ratus orang", "5 sampai 200 orang"),
        ("5 sampai sepuluh orang", "5 sampai 10 orang"),
        ("lima hingga dua belas unit", "5 hingga 12 unit"),
    ]);
}

#[test]
fn di_and_ke() {
    writes(&[
        ("ditiap kelurahan", "di tiap kelurahan"),
        ("disini dan dirumah", "di sini dan di rumah"),
        ("sudah di sampaikan", "sudah disampaikan"),
        ("kedepan. Diatas", "ke depan. Di atas"),
        ("keluar dari rumah", "keluar dari rumah"),
        ("ke pada lebih dari pada", "kepada lebih daripada"),
        ("dari pada tahun lalu", "dari pada tahun lalu"),
        ("di buka dan di dalam", "dibuka dan di dalam"),
        ("dijakarta", "di Jakarta"),
        ("di setujui", "di setujui"),
    ]);
}

#[test]
fn a_doubled_word_is_never_collapsed() {
    writes(&[
        ("undang undang dan masing masing", "undang-undang dan masing-masing"),
        ("Undang undang", "Undang-undang"),
        ("anggota anggota dewan", "anggota anggota dewan"),
        ("Setuju! Setuju! Setuju!", "Setuju! Setuju! Setuju!"),
        ("undang, undang", "undang, undang"),
        ("undang~ undang", "undang~ undang".replace('~', "").as_str()),
        ("benar benar benar", "benar benar benar"),
    ]);
}

#[test]
fn acronyms_and_names_of_institutions() {
    writes(&[
        ("apbd dan raperda", "APBD dan Raperda"),
        ("kua ppas serta kua-ppas", "KUA-PPAS serta KUA-PPAS"),
        ("silpa, a p b d dan a.p.b.d.", "SiLPA, APBD dan APBD."),
        ("badan anggaran dprd", "Badan Anggaran DPRD"),
        ("badan, anggaran", "badan, anggaran"),
        ("fraksi gabungan enggang di tanjung contoh", "Fraksi Gabungan Enggang di Tanjung Contoh"),
        ("bapem perda", "Bapemperda"),
        ("pada hari minggu, minggu lalu", "pada hari Minggu, minggu lalu"),
    ]);
}

#[test]
fn fillers_go_only_where_list_and_time_agree() {
    writes(&[
        ("jadi, ee~ kami usulkan", "jadi, kami usulkan"),
        ("jadi, ee kami usulkan", "jadi, ee kami usulkan"),
        ("jadi kami~ usulkan", "jadi kami usulkan"),
        ("selesai. Ee~ kami usulkan", "selesai. Kami usulkan"),
        ("itu apa namanya~ pompa cadangan", "itu pompa cadangan"),
        ("kami anu~", "kami"),
        ("pem-~ pembangunan", "pembangunan"),
        ("pem- pembangunan", "pem- pembangunan"),
        ("pem-~ rapat", "pem- rapat"),
        ("yang yang~ kami", "yang yang kami"),
        ("lima eh~ enam orang", "lima eh enam orang"),
        ("kami eh~ tidak hadir", "kami eh tidak hadir"),
        ("huruf e~ saja", "huruf e saja"),
        ("begitu, ee.~ Kami", "begitu, ee. Kami"),
        ("ee~", "ee"),
        ("Pak ee~ Hendra", "Pak ee Hendra"),
    ]);
}

#[test]
fn without_times_nothing_is_taken_out() {
    let text = "jadi, ee kami usulkan";
    let written = writer().write(Spoken { text, words: &[], clock: clock(), opens: true });
    assert_eq!(written.text(text), "Jadi, ee kami usulkan");
}

#[test]
fn names_are_proposed_and_never_put_in() {
    keeps(&[
        ("kepada Saudari Siti Aminah, silakan", &[]),
        ("kepada siti aminah, silakan", &["Name siti aminah → Siti Aminah"]),
        ("kepada Saudara Rusdi Hanapi", &["Name Rusdi Hanapi → Rusdi Hanafi"]),
        (
            "Siti Amina dan Mariana Lestary",
            &["Name Siti Amina → Siti Aminah", "Name Mariana Lestary → Mariana Lestari"],
        ),
        ("Pak Rusdi hanya mengusulkan", &[]),
        ("Bapak harus, Ibu sini, Saudara akhirnya, Pak rapat, Bu lima", &[]),
        ("di bawah sinar surya yang indah, budi dan dewi", &[]),
        ("Bapak Endra", &["Name Endra → Hendra"]),
        ("Bapak Hendra", &[]),
        ("Pak hendra", &["Name hendra → Hendra"]),
        ("kepada Ruski Hanafi", &["Name Ruski Hanafi → Rusdi Hanafi"]),
        ("kepada Rusdihanafi", &["Name Rusdihanafi → Rusdi Hanafi"]),
        ("Pak ?Rusdi ?Hanafi", &["Name Rusdi Hanafi"]),
        ("Ibu Ketua dan Bapak Wali Kota", &[]),
    ]);
}

proptest! {
    #[test]
    fn whatever_is_said_can_be_had_back(text in any::<String>(), opens in any::<bool>()) {
        let written = writer().write(Spoken { text: &text, words: &[], clock: clock(), opens });
        let result = written.text(&text);
        prop_assert_eq!(undo(&result, &written.changes), Some(text));
    }

    #[test]
    fn whatever_is_said_in_a_meeting_can_be_had_back(chosen in sayings(), opens in any::<bool>()) {
        let (text, words) = words(&chosen.join(" "));
        let written = writer().write(Spoken { text: &text, words: &words, clock: clock(), opens });
        let result = written.text(&text);
        prop_assert_eq!(undo(&result, &written.changes), Some(text.clone()));
        // Nothing overlaps, and the words of a change are those of its bytes.
        let mut places: Vec<_> = written.changes.iter().map(|change| change.bytes.clone()).collect();
        places.extend(written.doubts.iter().map(|doubt| doubt.bytes.clone()));
        places.sort_by_key(|bytes| bytes.start);
        prop_assert!(places.windows(2).all(|pair| pair[0].end <= pair[1].start));
        for change in &written.changes {
            prop_assert_eq!(&text[change.bytes.clone()], change.before.as_str());
            prop_assert_ne!(&change.before, &change.after);
        }
        for doubt in &written.doubts {
            prop_assert!(result.contains(&text[doubt.bytes.clone()]));
        }
        // What no machine may change stands in the result as often as it was said, in the same letters.
        for kept in ["tidak", "belum", "bukan", "setuju", "Setuju!"] {
            let count = |text: &str| text.split_whitespace().filter(|word| *word == kept).count();
            prop_assert_eq!(count(&text), count(&result), "{}", kept);
        }
        for amount in ["rupiah", "suara"] {
            let count = |text: &str| text.to_lowercase().matches(amount).count();
            prop_assert_eq!(count(&text), count(&result), "{}", amount);
        }
    }
}

/// A whole number in words, below a million.
fn spell(number: u64) -> String {
    const UNITS: [&str; 10] = ["", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];
    let below = |size: u64, one: &str, name: &str| {
        let (part, rest) = (number / size, number % size);
        let head = if part == 1 && !one.is_empty() { one.to_owned() } else { format!("{} {name}", spell(part)) };
        if rest == 0 { head } else { format!("{head} {}", spell(rest)) }
    };
    match number {
        0..=9 => UNITS[number as usize].to_owned(),
        10 => "sepuluh".to_owned(),
        11 => "sebelas".to_owned(),
        12..=19 => format!("{} belas", UNITS[number as usize - 10]),
        20..=99 => below(10, "", "puluh"),
        100..=999 => below(100, "seratus", "ratus"),
        _ => below(1000, "seribu", "ribu"),
    }
}

fn count() -> impl Strategy<Value = String> {
    let decimals = prop::collection::vec(prop::sample::select(vec!["nol", "kosong", "dua", "lima", "sembilan"]), 1..3);
    let fraction =
        prop::sample::select(vec!["setengah", "seperempat", "sepertiga", "tiga perempat", "dua pertiga", "seperlima"]);
    prop_oneof![
        (1u64..1000).prop_map(spell),
        (1u64..1000).prop_map(|number| number.to_string()),
        (1u64..1000, decimals.clone()).prop_map(|(whole, digits)| format!(
            "{} koma {}",
            spell(whole),
            digits.join(" ")
        )),
        decimals.prop_map(|digits| format!("kosong koma {}", digits.join(" "))),
        (1u64..1000, fraction.clone()).prop_map(|(whole, fraction)| format!("{} {fraction}", spell(whole))),
        fraction.prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn an_amount_is_one_mark_and_keeps_its_words(
        count in count(),
        scales in prop::collection::vec(prop::sample::select(vec!["ribu", "juta", "miliar", "triliun"]), 0..3),
        currency in prop::sample::select(vec!["rupiah", "dolar", "dolar Singapura", "euro", "ringgit", ""]),
        before in prop::sample::select(vec!["sebesar", "anggaran", "hanya"]),
    ) {
        let large = scales.iter().any(|scale| *scale != "ribu");
        prop_assume!(large || !currency.is_empty());
        let parts = [vec![count.as_str()], scales, vec![currency]].concat();
        let amount = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let text = format!("{before} {amount} untuk jalan");
        let written = writer().write(Spoken { text: &text, words: &[], clock: clock(), opens: false });
        prop_assert_eq!(written.text(&text), text.clone());
        prop_assert_eq!(written.doubts.len(), 1, "{}", text);
        prop_assert_eq!((written.doubts[0].matter, &text[written.doubts[0].bytes.clone()]), (Matter::Money, &*amount));
    }

    #[test]
    fn no_range_is_half_in_figures(
        first in 1u64..2000, last in 1u64..2000,
        link in prop::sample::select(vec!["sampai", "sampai dengan", "hingga"]),
        before in prop::sample::select(vec!["ada", "tanggal", "pukul", "Pasal", "komisi", "sebesar", "dengan", "selesai."]),
        after in prop::sample::select(vec!["orang", "persen", "juta rupiah", "Mei", "suara", "", "rumah"]),
    ) {
        let text = format!("{before} {} {link} {} {after}", spell(first), spell(last));
        let written = writer().write(Spoken { text: &text, words: &[], clock: clock(), opens: false });
        let result = written.text(&text);
        let (left, right) = result.split_once(link).expect("the link stays");
        let in_figures = |part: &str| {
            part.chars().any(|c| c.is_ascii_digit()) || part.split_whitespace().any(|word| {
                word.chars().all(|c| "IVX".contains(c))
            })
        };
        prop_assert_eq!(in_figures(left), in_figures(right), "{}", result);
    }
}

fn sayings() -> impl Strategy<Value = Vec<&'static str>> {
    let parts = vec![
        "dua",
        "dua puluh",
        "lima",
        "sebelas",
        "seratus",
        "ribu",
        "miliar",
        "koma",
        "rupiah",
        "suara",
        "pasal",
        "ayat",
        "nomor",
        "tahun",
        "Mei",
        "maret",
        "pukul",
        "jam",
        "lewat",
        "menit",
        "pagi",
        "ke",
        "kedua",
        "masa sidang",
        "komisi",
        "persen",
        "orang",
        "tidak",
        "belum",
        "bukan",
        "setuju",
        "Setuju!",
        "di",
        "disini",
        "sampaikan",
        "undang",
        "apbd",
        "kua",
        "ppas",
        "badan anggaran",
        "ee~",
        "anu~",
        "anu",
        "apa namanya~",
        "pem-~",
        "pembangunan",
        "Siti",
        "aminah",
        "Pak",
        "Endra",
        "hari",
        "selasa,",
        "selesai.",
        "ya?",
        "Rp.",
        "Rp100.000",
        "10:05",
        "2,5",
        "sampai",
        "salah satu",
        "yang",
        "~",
        "-",
        "«",
        "“halo”",
        "?dua",
        "?tidak",
    ];
    prop::collection::vec(prop::sample::select(parts), 1..30)
}

#[test]
fn a_lexicon_cannot_touch_what_is_protected() {
    let hostile = "pengisi = [\"tidak\", \"setuju\", \"siti\"]\nnama = [\"TIDAK\", \"Dua Miliar\"]\n[singkatan]\nSETUJU = [\"tidak setuju\"]\n";
    let lexicon = Lexicon::default().with(hostile, Path::new("leksikon.toml")).expect("a lexicon");
    let (text, words) = words("kami tidak~ setuju~ dua miliar rupiah");
    let written = Writer::new(lexicon, Roster::new(PEOPLE), PROPER).write(Spoken {
        text: &text,
        words: &words,
        clock: clock(),
        opens: false,
    });
    assert_eq!(written.changes, []);
}

#[test]
fn an_office_adds_to_the_lexicon_and_takes_from_it() {
    let own = "abaikan = [\"ANU\", \"apbd\"]\nulang = [\"dinas-dinas\"]\nnama = [\"Gedung Nasional\"]\n[singkatan]\nDisdik = []\n";
    let lexicon = Lexicon::default().with(own, Path::new("leksikon.toml")).expect("a lexicon");
    let (text, words) = words("dinas dinas anu~ apbd di gedung nasional disdik");
    let writer = Writer::new(lexicon, Roster::new(PEOPLE), PROPER);
    let written = writer.write(Spoken { text: &text, words: &words, clock: clock(), opens: false });
    assert_eq!(written.text(&text), "dinas-dinas anu apbd di Gedung Nasional Disdik");
}

#[test]
fn a_faulty_lexicon_is_refused_with_its_line() {
    let fault = |text: &str| match Lexicon::default().with(text, Path::new("leksikon.toml")) {
        Err(lexicon::Error::Syntax { line, .. }) => ("syntax", line),
        Err(lexicon::Error::Empty { line, .. }) => ("empty", line),
        Err(lexicon::Error::NotDoubled { line, .. }) => ("not doubled", line),
        other => panic!("{other:?}"),
    };
    assert_eq!(fault("nama = []\npengisik = []"), ("syntax", 2));
    assert_eq!(fault("nama = [\n  \"a\",\n  \" \",\n]"), ("empty", 3));
    assert_eq!(fault("\nulang = [\"undang undang\"]"), ("not doubled", 2));
    assert_eq!(fault("[singkatan]\nAPBD = 3"), ("syntax", 2));
    assert!(matches!(Lexicon::read(Path::new("/tidak/ada/leksikon.toml")), Err(lexicon::Error::Unreadable { .. })));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leksikon.toml");
    std::fs::write(&path, b"nama = [\"a\"]\nulang = [\"\x93\"]\nulang = []").expect("written");
    assert!(matches!(Lexicon::read(&path), Err(lexicon::Error::Syntax { line: 3, .. })), "Windows-1252 is read");
    std::fs::write(&path, b"nama\0\0\0\x01").expect("written");
    assert!(matches!(Lexicon::read(&path), Err(lexicon::Error::NotText { .. })));
    std::fs::write(&path, vec![b'#'; 2 << 20]).expect("written");
    assert!(matches!(Lexicon::read(&path), Err(lexicon::Error::TooLarge { .. })));
}
