//! `rapat.toml` and `lembaga.toml` exactly as they are written. Names of the fields are the keys of
//! the file; `fixtures/paripurna/rapat.toml` and `fixtures/sekretariat/lembaga.toml` explain each.
//! What they mean, and whether they agree, is [`super::read`]'s.

mod value;

use serde::Deserialize;
use toml::Spanned;

pub(super) use value::{Clock, Day, Word};

use super::{Fate, FileKind, Kind, Nature, QuorumRule, Since, Zone};
use crate::common::paper::Paper;
use crate::seal::Role;

pub(super) type Text = Spanned<String>;
pub(super) type Number = Spanned<u32>;
pub(super) type Moment = Spanned<Clock>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
/// A meeting's file.
pub(super) struct Meeting {
    pub(super) lembaga: Lembaga,
    pub(super) rapat: Rapat,
    pub(super) hadir: Option<Spanned<Hadir>>,
    pub(super) kuorum: Option<Kuorum>,
    pub(super) fraksi: Vec<Fraksi>,
    pub(super) orang: Vec<Orang>,
    pub(super) kursi: Vec<Kursi>,
    pub(super) peristiwa: Vec<Spanned<Peristiwa>>,
    pub(super) keputusan: Vec<Spanned<Keputusan>>,
    pub(super) cetak: Cetak,
    pub(super) koreksi: Koreksi,
    pub(super) transkripsi: Transkripsi,
}

/// An institution's file: what is the same for all its meetings.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Institution {
    pub(super) lembaga: Lembaga,
    pub(super) rapat: Usual,
    pub(super) fraksi: Vec<Fraksi>,
    pub(super) orang: Vec<Orang>,
    pub(super) kursi: Vec<Kursi>,
    pub(super) cetak: Cetak,
    pub(super) transkripsi: Transkripsi,
    pub(super) retensi: Vec<Retensi>,
    pub(super) arsip: Arsip,
    pub(super) klasifikasi: Vec<Klasifikasi>,
    pub(super) segel: Segel,
    pub(super) situs: Situs,
    pub(super) tandatangan: Tandatangan,
    pub(super) edaran: Vec<Edaran>,
}

/// A rule of the retention schedule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Retensi {
    pub(super) jenis: Option<Word<Kind>>,
    pub(super) berkas: Spanned<Word<FileKind>>,
    pub(super) masa: Option<Text>,
    pub(super) sesudah: Option<Word<Since>>,
    pub(super) nasib: Spanned<Word<Fate>>,
    pub(super) dasar: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Arsip {
    pub(super) pencipta: Option<Text>,
    pub(super) unit_pengolah: Option<Text>,
    pub(super) tingkat_perkembangan: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Klasifikasi {
    pub(super) jenis: Option<Word<Kind>>,
    pub(super) kode: Text,
    pub(super) uraian: Option<Text>,
}

/// The published site.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Situs {
    pub(super) alamat: Option<Text>,
    pub(super) warna: Option<Text>,
    pub(super) korpus: Option<Text>,
    pub(super) lisensi: Option<Text>,
}

/// What electronic signatures need.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Tandatangan {
    pub(super) tsa: Option<Text>,
    pub(super) akar: Option<Text>,
}

/// Somebody to whom records are sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edaran {
    pub(super) nama: Text,
    pub(super) jabatan: Option<Text>,
    pub(super) surel: Option<Text>,
    pub(super) folder: Option<Text>,
    pub(super) webhook: Option<Text>,
    #[serde(default)]
    pub(super) tertutup: bool,
}

/// To whom closed meetings are sealed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Segel {
    pub(super) penerima: Vec<Penerima>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Penerima {
    pub(super) nama: Text,
    pub(super) peran: Word<Role>,
    pub(super) kunci: Text,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Transkripsi {
    pub(super) kedua: Option<Text>,
    pub(super) bahasa: Vec<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Koreksi {
    pub(super) mulai: Option<Spanned<Day>>,
    pub(super) hari: Option<Number>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Lembaga {
    pub(super) berkas: Option<Text>,
    pub(super) lambang: Option<Text>,
    pub(super) kop: Vec<Text>,
    pub(super) kota: Option<Text>,
}

/// Fields that meetings of an institution usually share.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Usual {
    pub(super) tahun_sidang: Option<Text>,
    pub(super) masa_persidangan: Option<Text>,
    pub(super) zona: Option<Word<Zone>>,
    pub(super) tempat: Option<Text>,
    pub(super) ketua: Option<Text>,
    pub(super) didampingi: Option<Vec<Text>>,
    pub(super) sekretaris: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_field_names, reason = "`rapat_ke` is what offices call it")]
pub(super) struct Rapat {
    pub(super) jenis: Option<Word<Kind>>,
    pub(super) nama: Option<Text>,
    pub(super) sifat: Option<Spanned<Word<Nature>>>,
    pub(super) nomor: Option<Text>,
    pub(super) tahun_sidang: Option<Text>,
    pub(super) masa_persidangan: Option<Text>,
    pub(super) rapat_ke: Option<Number>,
    pub(super) dengan: Option<Text>,
    pub(super) tanggal: Option<Spanned<Day>>,
    pub(super) zona: Option<Word<Zone>>,
    pub(super) mulai: Option<Moment>,
    pub(super) tempat: Option<Text>,
    pub(super) acara: Vec<Text>,
    pub(super) pokok_pembicaraan: Vec<Text>,
    pub(super) ketua: Option<Text>,
    pub(super) didampingi: Option<Vec<Text>>,
    pub(super) sekretaris: Option<Text>,
    pub(super) undangan: Option<Vec<Text>>,
    pub(super) daftar_undangan: Option<Text>,
    pub(super) lembar_undangan: Option<Text>,
    pub(super) peninjau: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Hadir {
    pub(super) daftar: Option<Text>,
    pub(super) lembar: Option<Text>,
    pub(super) anggota: Option<Number>,
    pub(super) fisik: Option<u32>,
    pub(super) daring: Option<u32>,
    pub(super) izin: Option<u32>,
    pub(super) tanpa_keterangan: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kuorum {
    pub(super) aturan: Word<QuorumRule>,
    pub(super) diumumkan: Option<Number>,
    pub(super) pukul: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fraksi {
    pub(super) kode: Text,
    pub(super) nama: Option<Text>,
    pub(super) anggota: Option<u32>,
    pub(super) hadir: Option<Number>,
    #[serde(default)]
    pub(super) penanda_tangan: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Orang {
    pub(super) id: Text,
    pub(super) nama: Option<Text>,
    pub(super) fraksi: Option<Text>,
    pub(super) jabatan: Option<Text>,
    pub(super) instansi: Option<Text>,
    pub(super) sebutan: Option<Text>,
    pub(super) pangkat: Option<Text>,
    pub(super) nip: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kursi {
    pub(super) kanal: Spanned<i64>,
    #[serde(default)]
    pub(super) mimbar: bool,
    #[serde(default)]
    pub(super) bersama: bool,
    pub(super) berkas: Option<Text>,
    pub(super) orang: Option<Text>,
    #[serde(default)]
    pub(super) pemakai: Vec<Pemakai>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pemakai {
    pub(super) orang: Text,
    pub(super) dari: Moment,
    pub(super) sampai: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Peristiwa {
    pub(super) jenis: Word<JenisPeristiwa>,
    pub(super) pada: Option<Moment>,
    pub(super) pukul: Option<Moment>,
    pub(super) kali: Option<Number>,
    pub(super) kanal: Option<Spanned<i64>>,
    pub(super) butir: Option<Number>,
    pub(super) isi: Option<Text>,
    pub(super) keputusan: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keputusan {
    pub(super) isi: Option<Text>,
    pub(super) pada: Option<Moment>,
}

#[derive(Clone, Copy)]
pub(super) enum JenisPeristiwa {
    Buka,
    Skors,
    CabutSkors,
    Tutup,
    Tertutup,
    Terbuka,
    KetukPalu,
    Setuju,
    Interupsi,
    Acara,
    Lagu,
    Catatan,
}

impl JenisPeristiwa {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Buka => "buka",
            Self::Skors => "skors",
            Self::CabutSkors => "cabut_skors",
            Self::Tutup => "tutup",
            Self::Tertutup => "tertutup",
            Self::Terbuka => "terbuka",
            Self::KetukPalu => "ketuk_palu",
            Self::Setuju => "setuju",
            Self::Interupsi => "interupsi",
            Self::Acara => "acara",
            Self::Lagu => "lagu",
            Self::Catatan => "catatan",
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Cetak {
    pub(super) kertas: Option<Word<Paper>>,
    pub(super) tepi_atas: Option<Spanned<i64>>,
    pub(super) tepi_bawah: Option<Spanned<i64>>,
    pub(super) tepi_kiri: Option<Spanned<i64>>,
    pub(super) tepi_kanan: Option<Spanned<i64>>,
    pub(super) ukuran_huruf: Option<Spanned<i64>>,
    pub(super) spasi: Option<Spanned<f64>>,
}
