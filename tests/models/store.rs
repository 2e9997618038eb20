use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::recognise::models::header::{self, HeaderError};
use e_risalah::recognise::models::{
    Alignment, Error, Hub, Installed, Model, Monitor, Origin, Size, Source, State, Store, Verified, officials,
};
use tempfile::TempDir;

use crate::ggml::{Ggml, OTHER, SOUND};
use crate::{official, sha256, unwatched};

/// A models folder whose official models are `uji-q8_0` ([`SOUND`]) and then `uji-kecil`
/// ([`OTHER`]), and a folder around it.
struct Office {
    root: TempDir,
    store: Store,
}

impl Office {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let officials = vec![official("uji-q8_0", &SOUND), official("uji-kecil", &OTHER)];
        let store = Store::at(root.path().join("models")).with_officials(officials);
        Self { root, store }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.root.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    }

    fn import(&self, path: &Path) -> Result<Installed, Error> {
        unwatched(|watch| self.store.import(path, None, watch))
    }

    fn resolve(&self, wish: impl AsRef<OsStr>) -> Result<Model, Error> {
        unwatched(|watch| self.store.resolve(Some(wish.as_ref()), watch))
    }

    fn verify(&self) -> Vec<Verified> {
        unwatched(|watch| self.store.verify(watch)).expect("a list")
    }

    fn installed(&self, file: &str) -> PathBuf {
        self.store.folder().join(file)
    }

    fn files(&self) -> usize {
        fs::read_dir(self.store.folder()).expect("the folder").count()
    }
}

/// A file that is no official one.
fn unofficial() -> Vec<u8> {
    Ggml::new(2).bytes()
}

fn path(model: &Model) -> &Path {
    match &model.source {
        Source::Path(path) => path,
        Source::Bytes(_) => panic!("not a file"),
    }
}

#[test]
fn the_shipped_model_is_sound_and_the_default_of_an_empty_folder() {
    let store = Store::at("/does/not/exist");
    let model = unwatched(|watch| store.resolve(None, watch)).expect("the shipped model");
    let Source::Bytes(bytes) = &model.source else { panic!("a file") };
    assert_eq!((model.origin, &model.sha256), (Origin::Shipped, &sha256(bytes)));
    assert!(model.properties.synthetic && model.properties.cut_audio_ctx);
    assert!(header::parse(bytes).expect("a model").is_multilingual());
    let by_name = unwatched(|watch| store.resolve(Some(OsStr::new("risalah-demo")), watch)).expect("the same");
    assert_eq!(by_name.sha256, model.sha256);

    let list = store.list().expect("a list");
    assert_eq!(list.len(), officials().len() + 1);
    let default: Vec<_> = list.iter().filter(|entry| entry.is_default).map(|entry| entry.name.as_str()).collect();
    assert_eq!(default, ["risalah-demo"]);
    assert!(list.iter().take(officials().len()).all(|entry| entry.state == State::Absent));
}

#[test]
fn an_official_file_is_known_by_its_content_whatever_it_is_called() {
    let office = Office::new();
    let installed = office.import(&office.file("unduhan (1).bin", &SOUND)).expect("an official model");
    assert_eq!((installed.name.as_str(), installed.origin, installed.was_there), ("uji-q8_0", Origin::Official, false));
    assert!(fs::read(office.installed("ggml-uji-q8_0.bin")).expect("the file") == *SOUND);
    assert!(office.import(&installed.path).expect("itself").was_there);

    let model = unwatched(|watch| office.store.resolve(None, watch)).expect("the default");
    assert_eq!((model.name.as_str(), &model.sha256), ("uji-q8_0", &sha256(&SOUND)));
    assert_eq!(path(&model), installed.path);
    assert_eq!(model.properties.alignment, Alignment::Official(Size::Small));
    assert!(!model.properties.cut_audio_ctx && !model.properties.synthetic);
}

#[test]
fn the_preferred_of_the_installed_is_the_default() {
    let office = Office::new();
    let default = || office.store.best_installed().map(|official| official.name.clone());
    office.import(&office.file("b", &OTHER)).expect("a model");
    assert_eq!(default().as_deref(), Some("uji-kecil"));
    office.import(&office.file("a", &SOUND)).expect("a model");
    assert_eq!(default().as_deref(), Some("uji-q8_0"));
    fs::write(office.installed("ggml-uji-q8_0.bin"), b"cut").expect("a cut file");
    assert_eq!(default().as_deref(), Some("uji-kecil"));
    assert_eq!(office.store.list().expect("a list")[0].state, State::WrongLength(3));
}

#[test]
fn an_unofficial_model_keeps_its_name_and_its_hash() {
    let office = Office::new();
    let bytes = unofficial();
    let source = office.file("ggml-dprd-khusus.bin", &bytes);
    let installed = office.import(&source).expect("an unofficial model");
    assert_eq!((installed.name.as_str(), installed.origin), ("dprd-khusus", Origin::Unofficial));
    let note = fs::read_to_string(office.installed("ggml-dprd-khusus.bin.sha256")).expect("a note");
    assert_eq!(note, format!("{}  ggml-dprd-khusus.bin\n", sha256(&bytes)));
    assert!(office.import(&source).expect("again").was_there);

    for wish in ["dprd-khusus", "ggml-dprd-khusus.bin"] {
        let model = office.resolve(wish).expect(wish);
        assert_eq!((model.origin, path(&model)), (Origin::Unofficial, installed.path.as_path()));
        assert_eq!((model.sha256, model.properties.alignment), (sha256(&bytes), Alignment::LastLayers(1)));
    }
    assert!(office.store.best_installed().is_none());
    let listed = &office.store.list().expect("a list")[2];
    assert_eq!((listed.name.as_str(), listed.bytes), ("dprd-khusus", bytes.len() as u64));
    assert!(office.verify().iter().all(|verified| verified.found.is_ok()));
}

#[test]
fn a_model_that_changed_is_found_and_never_opened() {
    let office = Office::new();
    office.import(&office.file("a", &SOUND)).expect("official");
    office.import(&office.file("khusus.bin", &unofficial())).expect("unofficial");
    for file in ["ggml-uji-q8_0.bin", "khusus.bin"] {
        let mut bytes = fs::read(office.installed(file)).expect("the file");
        *bytes.last_mut().expect("a byte") ^= 1;
        fs::write(office.installed(file), bytes).expect("a changed file");
    }
    for name in ["uji-q8_0", "khusus"] {
        assert!(matches!(office.resolve(name), Err(Error::Hash { .. })), "{name}");
    }
    let verified = office.verify();
    let names: Vec<_> = verified.iter().map(|verified| verified.name.as_str()).collect();
    assert_eq!(names, ["uji-q8_0", "khusus", "risalah-demo"]);
    assert!(matches!(verified[0].found, Err(Error::Hash { .. })));
    assert!(matches!(verified[1].found, Err(Error::Hash { .. })));
    assert!(verified[2].found.is_ok());

    fs::write(office.installed("ggml-uji-q8_0.bin"), &SOUND[..1000]).expect("a cut file");
    assert!(matches!(office.resolve("uji-q8_0"), Err(Error::Length { found: 1000, .. })));
    fs::write(office.installed("khusus.bin"), &SOUND[..1000]).expect("a cut file");
    let Err(Error::Invalid { source, .. }) = office.resolve("khusus") else { panic!("a cut file") };
    assert!(matches!(source, HeaderError::Truncated(1000)));
    // The official content is known, so importing it again mends it.
    office.import(&office.file("a", &SOUND)).expect("official");
    assert!(office.resolve("uji-q8_0").is_ok());
}

#[test]
fn a_model_that_was_only_copied_into_the_folder_must_be_noted_first() {
    let office = Office::new();
    fs::create_dir_all(office.store.folder()).expect("a folder");
    fs::write(office.installed("salinan.bin"), unofficial()).expect("a file");
    assert!(matches!(office.resolve("salinan"), Err(Error::NotNoted(_))));
    assert!(office.import(&office.installed("salinan.bin")).expect("noted").was_there);
    assert!(office.resolve("salinan").is_ok());
    // An official one needs no note.
    fs::write(office.installed("ggml-uji-q8_0.bin"), SOUND.as_slice()).expect("a file");
    assert!(office.resolve("uji-q8_0").is_ok());
}

#[test]
fn names_are_not_taken_twice() {
    let office = Office::new();
    office.import(&office.file("khusus.bin", &unofficial())).expect("a model");
    let other = Ggml::new(3).bytes();
    for name in ["khusus.bin", "ggml-khusus.bin", "risalah-demo.bin"] {
        let imported = office.import(&office.file(name, &other));
        assert!(matches!(imported, Err(Error::NameTaken(_))), "{name}: {imported:?}");
    }
    let imported = office.import(&office.file("ggml-uji-q8_0.bin", &other));
    assert!(matches!(imported, Err(Error::Hash { .. })), "{imported:?}");
    for name in [".bin", ".ggml", "baris\nbaru.bin"] {
        let imported = office.import(&office.file(name, &other));
        assert!(matches!(imported, Err(Error::BadName(_))), "{name}: {imported:?}");
    }
    assert_eq!(office.files(), 3, "the model, its note, the lock");
}

#[test]
fn a_ggml_file_may_have_any_name() {
    let office = Office::new();
    for (seed, file, name) in [
        (2, "model", "model"),
        (3, "ündangan.bin", "ündangan"),
        (4, "ggml-rapat.ggml", "rapat"),
        (5, "v1.2-f16", "v1.2-f16"),
    ] {
        let installed = office.import(&office.file(file, &Ggml::new(seed).bytes())).expect(file);
        assert_eq!(installed.name, name);
        assert!(office.resolve(name).is_ok(), "{name}");
    }
    let source = office.file("ggml-uji-q8_0.bin", &Ggml::new(6).bytes());
    let named = unwatched(|watch| office.store.import(&source, Some("milik-kami"), watch)).expect("a name of its own");
    assert_eq!((named.name.as_str(), named.origin), ("milik-kami", Origin::Unofficial));
}

#[test]
fn weights_that_are_no_numbers_are_refused_by_name() {
    let office = Office::new();
    for (tensor, bytes) in [
        ("encoder.conv1.bias", f32::NAN.to_le_bytes().to_vec()),
        ("encoder.conv2.weight", vec![0, 0x7c]),
        ("decoder.blocks.0.mlp.2.weight", vec![0, 0x7e]),
    ] {
        let mut file = Ggml::new(2);
        file.tensor(tensor).data[..bytes.len()].copy_from_slice(&bytes);
        let source = office.file("rusak.bin", &file.bytes());
        for refused in [office.import(&source).map(drop), office.resolve(&source).map(drop)] {
            let Err(Error::Invalid { source: HeaderError::Tensor { name, .. }, .. }) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!(name, tensor);
        }
    }
    assert_eq!(office.files(), 1, "the lock");
}

#[test]
fn what_is_no_model_never_gets_into_the_folder() {
    let office = Office::new();
    let refused = |name: &str, bytes: &[u8]| match office.import(&office.file(name, bytes)) {
        Err(Error::Invalid { source, .. }) => source,
        other => panic!("{name}: {other:?}"),
    };
    assert!(matches!(refused("a.bin", b""), HeaderError::Empty));
    assert!(matches!(refused("a.bin", b"GGUF1234"), HeaderError::OtherFormat("GGUF")));
    assert!(matches!(refused("a.bin", b"<html>Masuk</html>"), HeaderError::WebPage));
    assert!(matches!(refused("ggml-uji-q8_0.bin", &SOUND[..MEGABYTE]), HeaderError::Truncated(_)));
    let english = office.file("ggml-uji.en.bin", &Ggml::with_vocabulary(51_864, 0).bytes());
    assert!(matches!(office.import(&english), Err(Error::EnglishOnly(_))));
    assert!(matches!(office.resolve(&english), Err(Error::EnglishOnly(_))));
    assert!(matches!(office.import(Path::new("/does/not/exist.bin")), Err(Error::Io { .. })));
    assert!(matches!(office.import(office.root.path()), Err(Error::Unusable { .. })));
    assert!(!office.store.folder().exists());
}

const MEGABYTE: usize = 1 << 20;

#[test]
fn a_path_is_opened_without_being_installed() {
    let office = Office::new();
    let model = office.resolve(office.file("modèl saya", &unofficial())).expect("an unofficial model");
    assert_eq!((model.name.as_str(), model.origin), ("modèl saya", Origin::Unofficial));
    let model = office.resolve(office.file("x.bin", &OTHER)).expect("an official model");
    assert_eq!((model.name.as_str(), model.origin), ("uji-kecil", Origin::Official));
    let broken = office.resolve(office.file("rusak.bin", &SOUND[..MEGABYTE]));
    assert!(matches!(broken, Err(Error::Invalid { source: HeaderError::Truncated(_), .. })));
    assert!(matches!(office.resolve(office.root.path().join("tidak-ada.bin")), Err(Error::Io { .. })));
    assert!(matches!(office.resolve(office.root.path()), Err(Error::Folder(_))));
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let office = Office::new();
    office.import(&office.file("khusus.bin", &unofficial())).expect("a model");
    for wish in ["besar", "", "besar.bin"] {
        let Err(error) = office.resolve(wish) else { panic!("{wish}") };
        assert!(error.is_usage());
        let hint = error.message().hint(Language::Indonesian).expect("a hint");
        assert!(hint.contains("uji-q8_0, uji-kecil, khusus, risalah-demo"), "{hint}");
    }
    assert!(matches!(office.resolve("uji-kecil"), Err(Error::NotInstalled(_))));
    let hub = Hub::at("http://127.0.0.1:9");
    assert!(matches!(unwatched(|watch| office.store.pull("khusus", &hub, watch)), Err(Error::Unknown { .. })));
    assert!(matches!(unwatched(|watch| office.store.pull("risalah-demo", &hub, watch)), Err(Error::PartOfProgram(_))));
}

#[test]
fn removing_leaves_nothing_of_a_model() {
    let office = Office::new();
    office.import(&office.file("a", &SOUND)).expect("a model");
    office.import(&office.file("khusus.bin", &unofficial())).expect("a model");
    fs::write(office.installed("ggml-uji-q8_0.bin.part"), b"some").expect("a part");
    assert_eq!(office.store.remove("uji-q8_0").expect("bytes"), SOUND.len() as u64 + 4);
    assert!(office.store.remove("khusus").is_ok());
    assert_eq!(office.files(), 1, "the lock");
    assert!(matches!(office.store.remove("uji-q8_0"), Err(Error::NotInstalled(_))));
    assert!(matches!(office.store.remove("khusus"), Err(Error::Unknown { .. })));
    assert!(matches!(office.store.remove("risalah-demo"), Err(Error::PartOfProgram(_))));
}

#[test]
fn a_stopped_import_leaves_nothing() {
    let office = Office::new();
    let source = office.file("khusus.bin", &unofficial());
    let mut watch = Monitor { report: &mut |_| (), cancel: &AtomicBool::new(true) };
    assert!(matches!(office.store.import(&source, None, &mut watch), Err(Error::Cancelled)));
    assert_eq!(office.files(), 1, "the lock");
}
