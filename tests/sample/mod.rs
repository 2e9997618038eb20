//! Transcripts made by hand or by the dozen, for tests and benchmarks of the document.

#![allow(dead_code, reason = "each program that includes this uses a part of it")]

use std::num::NonZeroU32;
use std::path::Path;

use e_risalah::common::clock::{Channel, Clock, Span};
use e_risalah::common::flag::Flag;
use e_risalah::meeting::Meeting;
use e_risalah::transcript::edit::Corrected;
use e_risalah::transcript::store::{Origin, Store};
use e_risalah::transcript::{Edition, Recording, Transcript, Utterance, Version, Word};

pub const RATE: u64 = 16_000;

/// A fictional plenary whose events fit [`plenary`].
pub fn meeting() -> Meeting {
    Meeting::parse(include_str!("rapat.toml"), "rapat.toml").expect("a valid meeting")
}

/// An utterance from `start` to `end` (tenths of a second).
pub fn utterance(channel: u16, start: u64, end: u64, text: &str, flags: &[Flag]) -> Utterance {
    let span = Span::new(start * RATE / 10, end * RATE / 10);
    let count = text.split_whitespace().count().max(1) as u64;
    let word = |(index, word): (usize, &str)| Word {
        text: word.to_owned(),
        span: Span::new(
            span.start + span.len() * index as u64 / count,
            span.start + span.len() * (index as u64 + 1) / count,
        ),
        probability: 0.9,
    };
    Utterance {
        channel: Channel::new(channel).expect("a channel"),
        span,
        text: text.to_owned(),
        words: text.split_whitespace().enumerate().map(word).collect(),
        confidence: 0.9,
        flags: flags.to_vec(),
        corrected: Corrected::default(),
    }
}

pub fn transcript(channels: u16, utterances: Vec<Utterance>) -> Transcript {
    let length = utterances.iter().map(|utterance| utterance.span.end).max().unwrap_or(0);
    Transcript {
        recording: Recording {
            clock: Clock::new(NonZeroU32::new(RATE as u32).expect("a rate")),
            channels,
            length,
            started: None,
            warnings: Vec::new(),
        },
        version: Version {
            number: 1,
            model: "risalah-demo-q8_0".to_owned(),
            model_sha256: "ab".repeat(32),
            model_origin: None,
            language: "id".to_owned(),
            program: "0.1.0".to_owned(),
            created: "2027-03-09T04:00:00Z".parse().expect("a time"),
            complete: true,
        },
        utterances,
        edition: Edition { meeting: "cd".repeat(32), last_edit: 0, ..Edition::default() },
    }
}

/// A store in this folder that holds a transcript, as this model has recognised it.
pub fn stored(folder: &Path, transcript: &Transcript, model: &str) -> Store {
    let mut store = Store::create(folder).expect("a store");
    store.bind(&transcript.recording, "uji").expect("bound");
    let origin = Origin {
        model: model.to_owned(),
        model_sha256: "ab".repeat(32),
        model_origin: None,
        language: "id".to_owned(),
        program: "0.1.0".to_owned(),
    };
    let version = store.version(&origin, "2026-03-10T02:00:00Z".parse().expect("a time")).expect("a version");
    for utterance in &transcript.utterances {
        store.add(version.number, utterance).expect("added");
    }
    if transcript.version.complete {
        store.complete(version.number).expect("complete");
    }
    store
}

/// Three minutes of the fictional plenary: interjection, overlap, doubt, a passage that was not
/// heard.
pub fn plenary() -> Transcript {
    let said = |channel, start, end, text| utterance(channel, start, end, text, &[]);
    transcript(
        9,
        vec![
            said(
                1,
                20,
                110,
                "Assalamualaikum warahmatullahi wabarakatuh. Yang kami hormati Wali Kota, para anggota Dewan.",
            ),
            said(
                1,
                115,
                290,
                "Menurut daftar hadir, kuorum telah tercapai. Dengan mengucap bismillah, rapat paripurna saya nyatakan dibuka dan terbuka untuk umum.",
            ),
            said(1, 320, 420, "Acara pertama, laporan Panitia Khusus. Kami persilakan Saudari Siti Aminah."),
            said(
                5,
                440,
                620,
                "Terima kasih, Pimpinan. Kebutuhan anggaran tahun pertama Rp2,5 miliar untuk pengadaan armada.",
            ),
            utterance(5, 650, 760, "Dari tiga opsi, Pansus memilih", &[Flag::Overlap]),
            utterance(4, 750, 850, "Interupsi, Pimpinan. Di halaman 12 tertulis Rp2,75 miliar.", &[Flag::Overlap]),
            said(1, 870, 930, "Silakan, Saudari Pelapor, untuk menjelaskan."),
            utterance(
                5,
                950,
                1080,
                "Angka itu sudah termasuk biaya benar benar mendesak untuk pemeliharaan.",
                &[Flag::LowConfidence],
            ),
            utterance(7, 1090, 1110, "", &[Flag::NoWords]),
            said(6, 1130, 1230, "Fraksi Gabungan Enggang dapat menerima penjelasan tersebut."),
            said(7, 1240, 1330, "Fraksi Bahari menyetujui dengan catatan agar pengawasan diperkuat."),
            said(8, 1335, 1380, "Setuju! Setuju! Setuju!"),
            said(
                9,
                1400,
                1600,
                "Pimpinan dan anggota Dewan yang kami hormati, Pemerintah Kota berterima kasih atas persetujuan ini.",
            ),
            said(2, 1610, 1650, "Terima kasih, Pak Wali Kota."),
            said(1, 1660, 1790, "Apakah Raperda tentang Pengelolaan Sampah dapat disetujui menjadi Peraturan Daerah?"),
            said(1, 1810, 1850, "Dengan demikian rapat paripurna saya tutup."),
        ],
    )
}

/// A meeting of `turns` turns of which each has `words` words, spread over eight channels.
pub fn generated(turns: usize, words: usize) -> Transcript {
    const WORDS: [&str; 12] = [
        "anggaran",
        "daerah",
        "Pimpinan",
        "raperda",
        "undang-undang",
        "setuju",
        "Rp2,5",
        "miliar",
        "dibahas",
        "komisi",
        "masyarakat",
        "pelayanan",
    ];
    let mut start = 0;
    let mut utterances = Vec::new();
    for turn in 0..turns {
        let channel = turn as u16 % 8 + 1;
        for (piece, length) in [words / 2, words - words / 2].into_iter().enumerate() {
            let text: Vec<&str> =
                (0..length).map(|word| WORDS[(turn * 7 + piece * 3 + word * 5) % WORDS.len()]).collect();
            let end = start + length as u64 * 3;
            utterances.push(utterance(channel, start, end, &format!("{}.", text.join(" ")), &[]));
            start = end + 5;
        }
    }
    transcript(9, utterances)
}
