use super::*;
use crate::common::clock::Span;
use crate::transcript::edit::Corrected;
use crate::transcript::{Edition, Recording, Version};

fn transcript(texts: &[&str]) -> Transcript {
    let utterance = |(second, text): (u64, &&str)| Utterance {
        channel: Channel::new(1).expect("a channel"),
        span: Span::new(second * 160_000, second * 160_000 + 80_000),
        text: (*text).to_owned(),
        words: Vec::new(),
        confidence: 0.9,
        flags: Vec::new(),
        corrected: Corrected::default(),
    };
    Transcript {
        recording: Recording {
            clock: crate::floor::CLOCK,
            channels: 1,
            length: 160_000 * 100,
            started: None,
            warnings: Vec::new(),
        },
        version: Version { number: 1, complete: true, ..Transcript::nothing(jiff::Timestamp::UNIX_EPOCH).version },
        utterances: (0..).zip(texts).map(utterance).collect(),
        edition: Edition::default(),
    }
}

fn found(text: &str) -> Vec<(Reason, String)> {
    let meeting = Meeting::parse(
        "orang = [{ id = \"siti\", nama = \"Siti Aminah, S.Pd.\" }]\n[rapat]\njenis = \"komisi\"\n",
        "rapat.toml",
    );
    let proposals = propose(&meeting.expect("a meeting"), &transcript(&[text]), &[]);
    proposals.into_iter().map(|proposal| (proposal.reason, proposal.words)).collect()
}

#[test]
fn personal_data_is_proposed_with_its_words() {
    for (text, reason, words) in [
        ("NIK beliau 6471 0101 0101 0001 itu", Reason::Nik, "6471 0101 0101 0001"),
        (
            "NIK enam empat tujuh satu nol satu nol satu nol satu nol satu nol nol nol satu, Pimpinan.",
            Reason::Nik,
            "enam empat tujuh satu nol satu nol satu nol satu nol satu nol nol nol satu,",
        ),
        (
            "hubungi kosong delapan dua belas tiga empat lima enam tujuh delapan ya",
            Reason::Telephone,
            "kosong delapan dua belas tiga empat lima enam tujuh delapan",
        ),
        ("telepon kantor 0542-735012.", Reason::Telephone, "0542-735012."),
        ("surat ke budi@contoh.co.id saja", Reason::Email, "budi@contoh.co.id"),
        ("surelnya budi at contoh titik co titik id begitu", Reason::Email, "budi at contoh titik co titik id"),
        ("tinggal di Jalan Melati nomor 12 RT 5", Reason::Address, "Jalan Melati nomor 12 RT 5"),
        ("beralamat di jalan Kenanga, Pimpinan", Reason::Address, "jalan Kenanga,"),
        ("ke rekening Bankaltim nomor 001 234 5678 atas", Reason::Account, "001 234 5678"),
        ("seorang warga yang mengidap HIV itu", Reason::Health, "HIV"),
        ("ibu itu harus cuci darah tiap minggu", Reason::Health, "cuci darah"),
        ("anak berusia empat belas tahun itu", Reason::Minor, "anak berusia empat belas tahun"),
        ("siswi SMP bernama Rina, Pimpinan", Reason::Minor, "siswi SMP bernama Rina,"),
        ("warga bernama Joko Susilo, Pimpinan", Reason::Name, "Joko Susilo,"),
    ] {
        assert_eq!(found(text), [(reason, words.to_owned())], "{text}");
    }
}

#[test]
fn what_is_no_personal_data_is_left_alone() {
    for text in [
        "Anggaran Rp2.500.000.000 untuk tahun 2027 dan 2028.",
        "Program penanganan HIV dan TBC di puskesmas.",
        "Perbaikan Jalan Sudirman sepanjang 12 kilometer.",
        "Raperda nomor 12 tahun 2026 tentang anak.",
        "Anggota bernama Siti Aminah mengusulkan.",
        "Pegawai berusia tiga puluh tahun.",
        "Dua juta lima ratus ribu rupiah.",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn a_number_goes_on_after_a_pause_and_is_shown_in_its_sentence_until_it_is_redacted() {
    let parts = ["Nomor induk beliau 6471 0101", "0101 0001 seperti tercatat"];
    let mut whole = transcript(&parts);
    whole.utterances[1].span = Span::new(96_000, 176_000);
    let meeting = Meeting::bare();
    let proposals = propose(&meeting, &whole, &[]);
    assert_eq!(proposals.len(), 1);
    assert_eq!(proposals[0].words, "6471 0101 0101 0001");
    assert!(proposals[0].sentence.contains("Nomor induk beliau") && proposals[0].sentence.contains("seperti tercatat"));
    let redaction = Redaction {
        id: 1,
        version: 1,
        channel: None,
        from: proposals[0].from,
        until: proposals[0].until,
        reason: Reason::Nik,
        by: "Sari".to_owned(),
        when: "2027-03-09T13:00:00+08:00[+08:00]".parse().expect("a time"),
        hidden: Vec::new(),
        withdrawn: None,
    };
    assert_eq!(propose(&meeting, &whole, &[redaction]), []);
}
