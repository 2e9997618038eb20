//! What stands in the record, and in which order.

use super::*;

#[test]
fn turns_events_and_marks_stand_in_order() {
    let risalah = compose(&sample::meeting(), &sample::plenary());
    let lines: Vec<String> = risalah
        .body
        .iter()
        .map(|entry| match entry {
            Entry::Turn(turn) if turn.continued => "…".to_owned(),
            Entry::Turn(turn) => turn.label.clone(),
            Entry::Event { text } | Entry::Item { text } => text.clone(),
        })
        .collect();
    assert_eq!(
        lines,
        [
            "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)",
            "(RAPAT DIBUKA PUKUL 10.05 WITA)",
            "(KETUK PALU 3 KALI)",
            "…",
            "F-CDN (SITI AMINAH, S.Pd.)",
            "INTERUPSI – F-MLT (YUSUF KARIM, S.T.)",
            "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)",
            "F-CDN (SITI AMINAH, S.Pd.)",
            "F-BHR (RATNA DEWI, S.H.)",
            "F-GE (AHMAD FAUZI, S.E.)",
            "F-BHR (RATNA DEWI, S.H.)",
            "F-MLT (HENDRA GUNAWAN)",
            "WALI KOTA (Ir. SURYA PRATAMA, M.T.)",
            "WAKIL KETUA (Dra. Hj. MARIANA LESTARI)",
            "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)",
            "(RAPAT: SETUJU)",
            "(KETUK PALU 1 KALI)",
            "…",
            "(RAPAT DITUTUP PUKUL 10.08 WITA)",
            "(KETUK PALU 3 KALI)",
        ]
    );
    let turns = turns(&risalah.body);
    assert_eq!(text_of(turns[2]).split(' ').next_back(), Some("(…)"), "cut off by the interjection");
    assert!(text_of(turns[3]).starts_with("[bersamaan] Interupsi"));
    assert_eq!(text_of(turns[6]), "[tidak jelas 00:01:49]");
    assert_eq!(turns[2].paragraphs.len(), 2, "a long pause begins a paragraph");
    assert_eq!(turns[5].paragraphs[0][0].kind, RunKind::Doubtful);
    assert_eq!(risalah.decisions, ["Menyetujui Raperda tentang Pengelolaan Sampah menjadi Peraturan Daerah."]);
}

/// A transcript under these changes, each of the utterance at its place.
fn corrected(raw: &Transcript, changes: Vec<(usize, Change)>) -> Transcript {
    let edit = |(id, (index, change)): (u64, (usize, Change))| Edit {
        id,
        layer: Layer {
            place: Place::of(raw.version.number, &raw.utterances[index]),
            change,
            by: "Bambang Wirawan".to_owned(),
            when: "2027-03-09T13:00:00+08:00[+08:00]".parse().expect("a time"),
            why: None,
            source: Source::Person,
        },
    };
    let edits: Vec<Edit> = (1..).zip(changes).map(edit).collect();
    apply(raw, &edits).expect("they fit")
}

#[test]
fn a_corrected_speaker_is_moved_in_every_format() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let siti = Change::Speaker { before: Speaker::Seat, after: Speaker::Person("siti".to_owned()) };
    let unknown = Change::Speaker { before: Speaker::Seat, after: Speaker::Unknown };
    let moved = corrected(&raw, vec![(9, siti), (12, unknown)]);
    let text = |format| text(format, &meeting, &moved);
    let record = text(Format::Txt);
    assert!(record.contains("F-CDN (SITI AMINAH, S.Pd.):\n  Fraksi Gabungan Enggang dapat menerima"), "{record}");
    assert!(record.contains("MIKROFON 09: [mimbar]\n  Pimpinan dan anggota"), "{record}");
    assert!(flat(&text(Format::Srt)).contains("F-CDN (SITI AMINAH, S.Pd.): Fraksi Gabungan Enggang"));
    assert!(text(Format::Vtt).contains("<v F-CDN (SITI AMINAH, S.Pd.)>Fraksi Gabungan Enggang"));
    let json: serde_json::Value = serde_json::from_str(&text(Format::Json)).expect("JSON");
    let line = &json["utterances"][9];
    assert_eq!((&line["speaker"], &line["name"]), (&"ch05".into(), &"Siti Aminah, S.Pd.".into()));
    assert_eq!(line["channel"], 6, "the microphone that heard it");
    assert_eq!(line["corrected"]["edits"], serde_json::json!([1]));
    assert_eq!(json["utterances"][0]["corrected"], serde_json::Value::Null);
    let segments: serde_json::Value = serde_json::from_str(&text(Format::Seglst)).expect("JSON");
    assert_eq!(segments[8]["speaker"], "ch05");
    assert!(text(Format::Rttm).contains(" 5 113.000 10.000 <NA> <NA> ch05 "));
    let printed = compose(&meeting, &moved);
    assert_eq!(turns(&printed.body)[7].label, "F-CDN (SITI AMINAH, S.Pd.)");
}

#[test]
fn who_speaks_away_from_the_microphones_has_no_seat_until_a_person_says_so() {
    let shouted = sample::utterance(5, 0, 20, "Tidak sah!", &[Flag::OffMicrophone]);
    let raw = sample::transcript(9, vec![shouted, sample::utterance(5, 100, 140, "Saya lanjutkan.", &[])]);
    let risalah = compose(&sample::meeting(), &raw);
    let found = turns(&risalah.body);
    assert_eq!(found[0].label, "PEMBICARA BELUM TERIDENTIFIKASI");
    assert_eq!(text_of(found[0]), "[di luar mikrofon] Tidak sah!");
    assert_eq!(found[1].label, "F-CDN (SITI AMINAH, S.Pd.)");
    let named =
        corrected(&raw, vec![(0, Change::Speaker { before: Speaker::Seat, after: Speaker::Person("yusuf".into()) })]);
    let risalah = compose(&sample::meeting(), &named);
    assert_eq!(turns(&risalah.body)[0].label, "F-MLT (YUSUF KARIM, S.T.)");
}

#[test]
fn corrections_of_words_and_marks_are_printed() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let text = |before: &str, after: &str| Change::Text { at: 0, before: before.to_owned(), after: after.to_owned() };
    let changes = vec![
        (7, Change::Mark { mark: Mark::Heard }),
        (8, text("", "Kami sepakat.")),
        (11, text("Setuju! Setuju! Setuju!", "")),
        (13, Change::Mark { mark: Mark::Omitted }),
    ];
    let risalah = compose(&meeting, &corrected(&raw, changes));
    let runs: Vec<_> = turns(&risalah.body).into_iter().flat_map(|turn| turn.paragraphs.iter().flatten()).collect();
    let heard = |text: &str| runs.iter().any(|run| run.text.contains(text) && run.kind == RunKind::Spoken);
    assert!(heard("Angka itu sudah termasuk"), "it was heard");
    let texts: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
    assert!(
        texts.contains(&"Kami sepakat.") && !texts.iter().any(|text| text.starts_with("[tidak jelas")),
        "{texts:?}"
    );
    assert!(!texts.iter().any(|text| text.contains("Setuju!")));
    assert!(
        texts.contains(&"[tidak dimuat atas keputusan rapat]") && !texts.iter().any(|text| text.contains("Pak Wali"))
    );
}

#[test]
fn a_passage_that_was_left_out_has_one_mark() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let marks = |places: &[usize]| {
        let omitted = places.iter().map(|place| (*place, Change::Mark { mark: Mark::Omitted })).collect();
        let risalah = compose(&meeting, &corrected(&raw, omitted));
        let turns = turns(&risalah.body).into_iter();
        turns
            .map(|turn| (turn.label.clone(), text_of(turn)))
            .filter(|(_, text)| text.contains("[tidak dimuat"))
            .collect()
    };
    let mark = "[tidak dimuat atas keputusan rapat]";
    let mariana = "WAKIL KETUA (Dra. Hj. MARIANA LESTARI)".to_owned();
    let chair = "KETUA RAPAT (H. RUSDI HANAFI, S.Sos., M.Si.)".to_owned();
    let one: Vec<(String, String)> = marks(&[13, 14]);
    assert_eq!(one, [(mariana, mark.to_owned())], "whoever spoke in it");
    let two: Vec<(String, String)> = marks(&[0, 2]);
    assert_eq!(two.len(), 2, "what was said between them stands there: {two:?}");
    assert_eq!(two[0].0, chair);
    let goes_on: Vec<(String, String)> = marks(&[3, 4, 5]);
    assert_eq!(goes_on.len(), 1, "an interjection within it: {goes_on:?}");
    let all: Vec<(String, String)> = marks(&(0..16).collect::<Vec<_>>());
    assert_eq!(all, [(chair, mark.to_owned())]);
}

#[test]
fn what_no_machine_may_decide_is_marked_for_listening() {
    let said = "Anggarannya dua koma lima miliar rupiah, kata Saudari Siti Amina.";
    let transcript = sample::transcript(1, vec![sample::utterance(1, 0, 60, said, &[])]);
    let risalah = compose(&sample::meeting(), &transcript);
    let runs = turns(&risalah.body)[0].paragraphs[0].iter().map(|run| (run.text.as_str(), run.kind));
    assert_eq!(
        runs.collect::<Vec<_>>(),
        [
            ("Anggarannya", RunKind::Spoken),
            ("dua koma lima miliar rupiah,", RunKind::Doubtful),
            ("kata Saudari", RunKind::Spoken),
            ("Siti Amina.", RunKind::Doubtful),
        ]
    );
    let json: serde_json::Value =
        serde_json::from_str(&text(Format::Json, &sample::meeting(), &transcript)).expect("JSON");
    let doubts = &json["utterances"][0]["doubts"];
    assert_eq!((&doubts[0]["matter"], &doubts[0]["proposal"]), (&"money".into(), &"Rp2,5 miliar".into()));
    assert_eq!((&doubts[1]["matter"], &doubts[1]["proposal"]), (&"name".into(), &"Siti Aminah".into()));
}

#[test]
fn who_corrects_is_told_what_a_rule_wrote_and_what_to_listen_to() {
    let said = "jadi ee hadir tiga puluh dua orang dengan dua miliar";
    let raw = sample::transcript(1, vec![sample::utterance(1, 0, 60, said, &[Flag::LowConfidence])]);
    let writer = Writer::of(&sample::meeting(), Lexicon::default());
    let when = "2027-03-09T12:00:00+08:00[Asia/Makassar]".parse().expect("a time");
    let edits = (1..).zip(layers(&writer, &raw, &[], &when)).map(|(id, layer)| Edit { id, layer });
    let transcript = apply(&raw, &edits.collect::<Vec<_>>()).expect("they fit");
    let risalah = compose(&sample::meeting(), &transcript);
    let runs = turns(&risalah.body)[0].paragraphs[0].iter();
    let runs: Vec<_> = runs.map(|run| (run.text.as_str(), run.remark.as_deref().unwrap_or_default())).collect();
    assert_eq!(
        runs,
        [
            ("Jadi", "Dengarkan: pengenal suara ragu. Ditulis program (huruf kapital). Yang dikenali: “jadi”."),
            ("hadir", "Ditulis program (bunyi pengisi dihapus). Yang dikenali: “ee”."),
            ("32", "Ditulis program (bilangan). Yang dikenali: “tiga puluh dua”."),
            ("orang dengan", ""),
            ("dua miliar", "Dengarkan: jumlah uang. Usul: “2 miliar”."),
        ]
    );
    assert_eq!(spoken(&compose(&sample::meeting(), &transcript.verbatim()).body).join(" "), said);
}

#[test]
fn nobody_is_cut_off_without_evidence() {
    let said = |channel, start, end, text| sample::utterance(channel, start, end, text, &[]);
    let cut = |utterances| {
        let risalah = compose(&Meeting::bare(), &sample::transcript(2, utterances));
        text_of(turns(&risalah.body)[0]).contains("(…)")
    };
    assert!(cut(vec![said(1, 0, 100, "kami memilih"), said(2, 90, 150, "Interupsi.")]));
    assert!(!cut(vec![said(1, 0, 100, "kami memilih"), said(2, 100, 150, "Interupsi.")]), "no overlap");
    assert!(!cut(vec![said(1, 0, 100, "kami memilih"), said(2, 90, 95, "Ya.")]), "does not outlast");
    assert!(!cut(vec![said(1, 0, 100, "Kami memilih."), said(2, 90, 150, "Ya.")]), "the sentence is whole");
    assert!(!cut(vec![said(1, 0, 100, "kami memilih"), said(1, 101, 120, "dua."), said(2, 110, 150, "Ya.")]));
}

#[test]
fn an_interjection_without_speech_keeps_its_line() {
    let text = "peristiwa = [{ jenis = 'interupsi', pada = '00:01:00', kanal = 2 }]";
    let meeting = Meeting::parse(text, "rapat.toml").expect("valid");
    let late = sample::utterance(2, 1000, 1010, "Ya.", &[]);
    let risalah = compose(&meeting, &sample::transcript(2, vec![late]));
    assert_eq!(risalah.body[0], Entry::Event { text: "(INTERUPSI: PEMBICARA BELUM TERIDENTIFIKASI)".to_owned() });
    assert_eq!(turns(&risalah.body)[0].label, "PEMBICARA BELUM TERIDENTIFIKASI");
}

#[test]
fn a_bare_recording_leaves_room_for_everything() {
    let transcript = sample::transcript(2, vec![sample::utterance(2, 0, 20, "Setuju.", &[])]);
    let text = text(Format::Txt, &Meeting::bare(), &transcript);
    for line in [
        "RISALAH SEMENTARA – BELUM DIKOREKSI PEMBICARA",
        "Hari, tanggal    : ……",
        "Waktu            : dibuka pukul ………… …………; ditutup pukul ………… …………",
        "PEMBICARA BELUM TERIDENTIFIKASI: [mikrofon 2]",
        "a.n. KETUA RAPAT",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let nothing = compose(&Meeting::bare(), &sample::transcript(1, Vec::new()));
    assert!(nothing.body.is_empty());
}

#[test]
fn the_demonstration_model_warnings_and_gaps_are_said_plainly() {
    let mut transcript = sample::plenary();
    transcript.recording.warnings.push(Message::new("general.interrupted"));
    transcript.version.complete = false;
    let demo = compose(&sample::meeting(), &transcript).colophon.join("\n");
    assert!(demo.contains("model peraga yang dilatih hanya dengan ucapan buatan komputer"));
    assert!(demo.contains("Transkripsi belum selesai"));
    assert!(demo.contains("Catatan rekaman: Dihentikan"));
    transcript.version.model = "ggml-small-q8_0".to_owned();
    assert!(!compose(&sample::meeting(), &transcript).colophon.join("\n").contains("model peraga"));
}

#[test]
fn members_who_agree_in_chorus_are_one_block_in_print_and_each_for_themselves_elsewhere() {
    let said = |channel, start, text: &str| sample::utterance(channel, start, start + 6, text, &[]);
    let chorus = vec![
        said(1, 0, "Setuju?"),
        said(4, 10, "Setuju."),
        said(5, 11, "Setuju!"),
        said(6, 12, "setuju"),
        said(7, 14, "Setuju."),
        said(1, 30, "Terima kasih."),
    ];
    let (meeting, transcript) = (sample::meeting(), sample::transcript(9, chorus.clone()));
    let record = text(Format::Txt, &meeting, &transcript);
    assert_eq!(record.matches("PARA ANGGOTA:\n  Setuju.\n").count(), 1, "{record}");
    assert!(!record.contains("F-CDN (SITI AMINAH"), "{record}");
    assert!(record.contains("PARA ANGGOTA : kata yang sama"), "{record}");
    assert_eq!(turns(&compose(&meeting, &transcript).body).len(), 6);
    let lines = text(Format::Csv, &meeting, &transcript);
    assert_eq!(lines.to_lowercase().matches("setuju").count(), 5, "{lines}");

    // Two are no chorus; nor are other words, long ones, late ones, the chair, or who is not known.
    let apart = |change: &dyn Fn(&mut Vec<e_risalah::transcript::Utterance>)| {
        let mut utterances = chorus.clone();
        change(&mut utterances);
        !text(Format::Txt, &meeting, &sample::transcript(9, utterances)).contains("PARA ANGGOTA")
    };
    assert!(apart(&|utterances| drop(utterances.drain(3..5))), "two");
    assert!(apart(&|utterances| utterances[2] = said(5, 11, "Tidak setuju.")), "other words");
    assert!(apart(&|utterances| utterances[3] = said(6, 12, "Setuju! Setuju!")), "a doubled word is another");
    assert!(!text(Format::Txt, &Meeting::bare(), &transcript).contains("PARA ANGGOTA"), "not known");
}

#[test]
fn office_and_institution_have_the_words_once_that_both_have() {
    let invitee = |office: &str, institution: &str| {
        let text = format!(
            "orang = [{{ id = 'a', nama = 'Ani', jabatan = '{office}', instansi = '{institution}' }}]\nrapat = {{ undangan = ['a'] }}"
        );
        let meeting = Meeting::parse(&text, "rapat.toml").expect("valid");
        compose(&meeting, &sample::plenary()).invitees[0].clone()
    };
    assert_eq!(invitee("Kepala Dinas", "Dinas Kesehatan"), "Ani – Kepala Dinas Kesehatan");
    assert_eq!(invitee("Kepala Dinas Kesehatan", "Dinas Kesehatan"), "Ani – Kepala Dinas Kesehatan");
    assert_eq!(invitee("Sekretaris", "Dinas Kesehatan"), "Ani – Sekretaris, Dinas Kesehatan");
}

#[test]
fn rank_and_number_stand_below_the_signature() {
    let text_of = include_str!("../sample/rapat.toml").replace(
        "jabatan = \"Sekretaris DPRD\"",
        "jabatan = \"Sekretaris DPRD\", pangkat = \"Pembina Utama Muda\", nip = \"19700101 199503 1 001\"",
    );
    let meeting = Meeting::parse(&text_of, "rapat.toml").expect("valid");
    let record = text(Format::Txt, &meeting, &sample::plenary());
    assert!(
        record.contains("BAMBANG WIRAWAN, S.H., M.H.\nPembina Utama Muda\nNIP. 19700101 199503 1 001\n"),
        "{record}"
    );
}

#[test]
fn a_closed_meeting_is_marked() {
    let closed = |nature: &str| {
        let meeting = Meeting::parse(&format!("rapat = {{ jenis = 'pansus', sifat = '{nature}' }}"), "rapat.toml");
        compose(&meeting.expect("valid"), &sample::plenary()).marks[1..].to_vec()
    };
    assert_eq!(closed("tertutup_rahasia"), ["RAHASIA"]);
    assert_eq!(closed("tertutup"), ["RAPAT TERTUTUP – TIDAK UNTUK DIPUBLIKASIKAN"]);
    assert!(closed("terbuka").is_empty());
}
