//! *di* and *ke*: apart before a place, joined to a verb.

use super::Rule;
use super::draft::Draft;

/// Places that are often joined to *di* by mistake and are no verb when they are.
const DI: [&str; 45] = [
    "atas",
    "bawah",
    "dalam",
    "luar",
    "depan",
    "belakang",
    "samping",
    "sekitar",
    "antara",
    "sini",
    "sana",
    "situ",
    "mana",
    "tengah",
    "rumah",
    "kantor",
    "kota",
    "desa",
    "daerah",
    "pasar",
    "sekolah",
    "jalan",
    "jakarta",
    "indonesia",
    "kelurahan",
    "kecamatan",
    "provinsi",
    "kabupaten",
    "gedung",
    "ruang",
    "lapangan",
    "halaman",
    "pusat",
    "tempat",
    "kawasan",
    "wilayah",
    "hadapan",
    "tiap",
    "setiap",
    "seluruh",
    "berbagai",
    "bidang",
    "tingkat",
    "ujung",
    "seberang",
];

/// The same for *ke*. *Keluar* is right both ways and stays.
const KE: [&str; 16] = [
    "atas", "bawah", "dalam", "depan", "belakang", "sini", "sana", "situ", "mana", "tengah", "rumah", "kantor", "desa",
    "jakarta", "hadapan", "pusat",
];

/// Verbs that are often parted from *di* by mistake and name no place.
const VERBS: [&str; 66] = [
    "ajukan",
    "ambil",
    "anggarkan",
    "atur",
    "awasi",
    "bahas",
    "baca",
    "bacakan",
    "bagikan",
    "bangun",
    "bayar",
    "bayarkan",
    "benarkan",
    "bentuk",
    "beri",
    "berikan",
    "buat",
    "buka",
    "butuhkan",
    "cabut",
    "catat",
    "dengar",
    "dengarkan",
    "ganti",
    "gunakan",
    "harapkan",
    "jelaskan",
    "jalankan",
    "jadikan",
    "kaji",
    "kerjakan",
    "ketahui",
    "kirim",
    "lakukan",
    "laksanakan",
    "lanjutkan",
    "laporkan",
    "lihat",
    "maksud",
    "minta",
    "mulai",
    "nyatakan",
    "pakai",
    "perbaiki",
    "perlukan",
    "pertimbangkan",
    "putuskan",
    "rencanakan",
    "sahkan",
    "sampaikan",
    "sebut",
    "sebutkan",
    "selesaikan",
    "serahkan",
    "susun",
    "tambah",
    "tambahkan",
    "tentukan",
    "terima",
    "tetapkan",
    "tindaklanjuti",
    "tingkatkan",
    "tulis",
    "tutup",
    "usulkan",
    "wajibkan",
];

/// Words that are never parted.
const WHOLE: [(&str, &str, &str); 4] =
    [("ke", "pada", "kepada"), ("ke", "cuali", "kecuali"), ("dari", "pada", "daripada"), ("ke", "mari", "kemari")];

pub(super) fn write(draft: &mut Draft) {
    let passage = draft.passage;
    for place in 0..passage.len() {
        let word = passage.lower(place);
        let place_of = |prefix: &str, places: &[&'static str]| {
            let rest = word.strip_prefix(prefix)?;
            places.iter().find(|place| **place == rest).copied()
        };
        if let Some(there) = place_of("di", &DI) {
            draft.change(place..place + 1, &format!("di {}", proper(there)), Rule::Preposition);
        } else if let Some(there) = place_of("ke", &KE) {
            draft.change(place..place + 1, &format!("ke {}", proper(there)), Rule::Preposition);
        } else if word == "di" && VERBS.contains(&passage.lower(place + 1)) {
            draft.change(place..place + 2, &format!("di{}", passage.lower(place + 1)), Rule::Preposition);
        } else if let Some((.., whole)) =
            WHOLE.iter().find(|(first, second, _)| word == *first && passage.lower(place + 1) == *second)
            // *Dari pada* is also *from* before a point of time; only after a comparative is it surely one word.
            && (word == "ke" || passage.before(place).starts_with("lebih"))
        {
            draft.change(place..place + 2, whole, Rule::Preposition);
        }
    }
}

fn proper(place: &str) -> String {
    if matches!(place, "jakarta" | "indonesia") { super::draft::capitalised(place) } else { place.to_owned() }
}
