//! The recovery sheet of an identity: one page with its words and a code that a camera reads, to
//! be printed twice and put away in two places.

use age::secrecy::ExposeSecret;
use qrcode::{Color, EcLevel, QrCode};

use super::Identity;
use crate::common::xml::escaped;

/// The page in millimetres: A4, which lies in the middle of F4 too.
const WIDTH: usize = 210;
const HEIGHT: usize = 297;
/// The margin.
const LEFT: usize = 20;
/// The side of the code.
const CODE: f64 = 62.0;

/// What stands below the words.
const ADVICE: [&str; 7] = [
    "Siapa pun yang membaca lembar ini dapat membuka setiap rapat tertutup yang disegel untuk kunci ini.",
    "Cetak dua kali, simpan di dua brankas yang berbeda, lalu hapus berkas lembar ini dari komputer.",
    "Jangan difoto, dipindai, dikirim, atau disimpan dalam bentuk lain.",
    "Memulihkan: risalah keys restore NAMA -o kunci.age, lalu ketik ke-24 kata atau tempel isi kode.",
    "Bila pemegang kunci berhenti: buat kunci baru, ganti kuncinya di lembaga.toml, dan bungkus ulang",
    "rapat yang masih harus ia tinggalkan (risalah keys rewrap). Apa yang pernah dibukanya tetap ia ketahui,",
    "dan rekaman lama tetap terbuka dengan kunci lama: tarik berkas kunci dan kedua lembarnya.",
];

/// The sheet as SVG; `None` where the identity has no words.
#[must_use]
pub fn sheet(identity: &Identity) -> Option<String> {
    let words = identity.words()?;
    let code = QrCode::with_error_correction_level(identity.secret().expose_secret(), EcLevel::M).ok()?;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}mm\" height=\"{HEIGHT}mm\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" fill=\"black\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    let mut line = |y: usize, size: f64, text: &str| {
        out += &format!("<text x=\"{LEFT}\" y=\"{y}\" font-size=\"{size}\">{}</text>\n", escaped(text));
    };
    line(28, 7.0, "LEMBAR PEMULIHAN KUNCI SEGEL – RAHASIA");
    line(38, 5.0, identity.name());
    line(45, 3.2, &identity.recipient());
    for (place, advice) in ADVICE.iter().enumerate() {
        line(232 + 6 * place, 3.5, advice);
    }
    for (place, word) in words.expose_secret().split(' ').enumerate() {
        let (x, y) = (LEFT + 44 * (place / 6), 62 + 9 * (place % 6));
        out += &format!("<text x=\"{x}\" y=\"{y}\" font-size=\"5\">{:02}  {word}</text>\n", place + 1);
    }
    let module = CODE / code.width() as f64;
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let squares = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % code.width(), at / code.width()));
    out += &format!(
        "<path transform=\"translate({LEFT} 146) scale({module:.4})\" d=\"{}\"/>\n</svg>\n",
        squares.collect::<String>()
    );
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_holds_the_name_the_words_and_a_code() {
        let identity = Identity::generate("Sari & Budi");
        let sheet = sheet(&identity).expect("a sheet");
        let page = roxmltree::Document::parse(&sheet).expect("XML");
        let texts: Vec<&str> = page.descendants().filter_map(|node| node.text()).map(str::trim).collect();
        assert!(texts.contains(&"Sari & Budi") && texts.contains(&identity.recipient().as_str()));
        let words = identity.words().expect("words");
        for (word, number) in words.expose_secret().split(' ').zip(1..) {
            assert!(texts.contains(&format!("{number:02}  {word}").as_str()), "{word}");
        }
        assert!(!sheet.contains(identity.secret().expose_secret()), "the code is drawn, not written");
    }
}
