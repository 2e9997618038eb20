//! Indonesian stems, so that *menganggarkan*, *dianggarkan* and *anggarannya* find each other.
//!
//! The rules are those of F. Z. Tala (2003) as Snowball has them. They leave the first consonant of
//! a root away where `men-` and `meng-` have taken its place (*menulis*, *mengirim*), and take every
//! `mem-` before a vowel for one of a root in `p`; and they take `-kan` off a root in `k` with `-an`
//! (*tindakan*). So such a word has a second and a third stem, of what it would be in the passive
//! (*ditulis*, *dikirim*) or without `-an`.

use tantivy_stemmers::algorithms::indonesian_tala;

/// The stems of a word in lower case; a number or a word of other letters is its own.
#[must_use]
pub fn stems(word: &str) -> Vec<String> {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return vec![word.to_owned()];
    }
    let mut found = vec![indonesian_tala(word).into_owned()];
    found.extend(restored(word).iter().map(|other| indonesian_tala(other).into_owned()));
    // A root that ends as if it had an ending (*nilai*) loses it where it stands alone.
    let again: Vec<String> = found.iter().map(|stem| indonesian_tala(stem).into_owned()).collect();
    found.extend(again);
    found.sort_unstable();
    found.dedup();
    found
}

/// The word with the consonants that its beginning may have taken the place of: a verb in the
/// passive, a noun with another beginning that lets the same endings stand.
fn restored(word: &str) -> Vec<String> {
    const BEGINNINGS: [(&str, &str, &[&str]); 6] = [
        ("meng", "di", &["k"]),
        ("peng", "ke", &["k"]),
        ("men", "di", &["t", "n"]),
        ("pen", "ke", &["t", "n"]),
        ("mem", "di", &["m"]),
        ("pem", "ke", &["m"]),
    ];
    let begins = |rest: &str| rest.starts_with(['a', 'e', 'i', 'o', 'u']);
    let found = BEGINNINGS.iter().find_map(|(begin, plain, lost)| {
        let rest = word.strip_prefix(begin).filter(|rest| begins(rest))?;
        Some(lost.iter().map(|lost| format!("{plain}{lost}{rest}")).collect())
    });
    let mut found: Vec<String> = found.unwrap_or_default();
    let bare = ["kah", "lah", "pun"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    let bare = ["ku", "mu", "nya"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    // Of shorter words `an` is a part.
    if bare.len() >= 7 && bare.ends_with("kan") {
        found.push(bare[..bare.len() - 2].to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_each_other(one: &str, other: &str) -> bool {
        let others = stems(other);
        stems(one).iter().any(|stem| others.contains(stem))
    }

    #[test]
    fn forms_of_a_word_find_each_other() {
        for family in [
            "anggaran anggarannya menganggarkan dianggarkan penganggaran teranggarkan",
            "setuju menyetujui disetujui persetujuan setujukah",
            "putus putusan keputusan memutuskan diputuskan pemutusan",
            "tulis menulis ditulis penulisan tulisan menuliskan",
            "kirim mengirim dikirim pengiriman kiriman mengirimkan",
            "kata mengatakan dikatakan perkataan",
            "nilai menilai dinilai penilaian",
            "masak memasak dimasak masakan",
            "tindak tindakan tindakannya menindak penindakan",
            "bijak kebijakan",
            "pukul memukul dipukul pemukulan",
            "sapu menyapu disapu",
            "layan melayani pelayanan layanan dilayani",
            "ubah mengubah diubah perubahan",
            "jalan berjalan perjalanan menjalankan dijalankan",
        ] {
            let words: Vec<&str> = family.split(' ').collect();
            for word in &words {
                assert!(find_each_other(words[0], word), "{} {word}", words[0]);
            }
        }
    }

    /// A root and its forms, of words that councils use.
    const FAMILIES: &str = "
        ambil mengambil diambil pengambilan
        ajar mengajar diajar pengajaran pelajaran belajar
        atur mengatur diatur pengaturan peraturan aturan
        bahas membahas dibahas pembahasan bahasan
        bangun membangun dibangun pembangunan bangunan
        bayar membayar dibayar pembayaran
        beri memberi diberi memberikan diberikan pemberian
        bicara berbicara membicarakan dibicarakan pembicaraan pembicara
        buat membuat dibuat pembuatan buatan
        buka membuka dibuka pembukaan terbuka
        cabut mencabut dicabut pencabutan
        capai mencapai dicapai pencapaian tercapai
        catat mencatat dicatat pencatatan catatan
        dapat mendapat mendapatkan pendapatan pendapat
        dukung mendukung didukung dukungan pendukung
        guna menggunakan digunakan penggunaan
        hadir menghadiri dihadiri kehadiran
        hasil menghasilkan dihasilkan penghasilan
        hitung menghitung dihitung penghitungan perhitungan
        izin mengizinkan diizinkan perizinan
        jawab menjawab dijawab jawaban
        jelas menjelaskan dijelaskan penjelasan
        kaji mengkaji dikaji kajian pengkajian
        kelola mengelola dikelola pengelolaan
        kerja bekerja pekerjaan dikerjakan mengerjakan
        lapor melapor melaporkan dilaporkan laporan pelaporan
        laksana melaksanakan dilaksanakan pelaksanaan
        minta meminta diminta permintaan
        mohon memohon dimohon permohonan
        muat memuat dimuat muatan
        nyata menyatakan dinyatakan pernyataan kenyataan
        pakai memakai dipakai pemakaian
        perlu memerlukan diperlukan keperluan
        pilih memilih dipilih pemilihan pilihan
        pimpin memimpin dipimpin pimpinan pemimpin
        pinjam meminjam dipinjam pinjaman
        rencana merencanakan direncanakan perencanaan
        sampai menyampaikan disampaikan penyampaian
        sepakat menyepakati disepakati kesepakatan
        sidang persidangan sidangnya
        susun menyusun disusun penyusunan susunan
        tanya bertanya menanyakan ditanyakan pertanyaan
        tahu mengetahui diketahui pengetahuan
        tambah menambah ditambah tambahan penambahan
        tetap menetapkan ditetapkan penetapan ketetapan
        tindak menindak tindakan tindakannya
        tolak menolak ditolak penolakan
        tunda menunda ditunda penundaan
        tutup menutup ditutup penutupan penutup
        undang mengundang diundang undangan
        usul mengusulkan diusulkan usulan pengusul
        wakil mewakili diwakili perwakilan
        awas mengawasi diawasi pengawasan
        pajak perpajakan pajaknya
        bom mengebom dibom
        cat mengecat dicat
    ";

    #[test]
    fn nine_of_ten_forms_lead_to_their_root() {
        let (mut forms, mut plain, mut missed) = (0, 0, Vec::new());
        for family in FAMILIES.lines() {
            let Some((root, others)) = family.trim().split_once(' ') else { continue };
            for form in others.split(' ') {
                forms += 1;
                plain += usize::from(indonesian_tala(form) == indonesian_tala(root));
                if !find_each_other(root, form) {
                    missed.push(form);
                }
            }
        }
        println!("{forms} forms: {plain} by the rules alone, {} here; missed {missed:?}", forms - missed.len());
        assert!(missed.len() * 10 < forms && forms - missed.len() > plain, "{forms}: {plain}, {missed:?}");
    }

    #[test]
    fn other_words_do_not() {
        for (one, other) in [("pasar", "dasar"), ("anggaran", "anggota"), ("rapat", "dapat"), ("2,5", "25")] {
            assert!(!find_each_other(one, other), "{one} {other}");
        }
        assert_eq!(stems("élan"), ["élan"]);
    }

    /// What the rules cannot do: a root of one syllable, and a root that looks like one with an
    /// ending. The guide says so.
    #[test]
    fn roots_of_one_syllable_are_not_found_by_their_forms() {
        assert!(!find_each_other("cat", "mengecat"));
        assert!(!find_each_other("bom", "dibom"));
    }
}
