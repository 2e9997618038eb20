//! Weights of other programs: taken over as they are, or refused by the name of what is wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::recognise::models::header;
use e_risalah::recognise::models::import::{Fault, TensorFault, VocabularyFault};
use e_risalah::recognise::models::{Alignment, Error, Installed, Monitor, Origin, Store};
use serde_json::json;
use tempfile::TempDir;

use crate::checkpoint::{CTranslate2, HuggingFace, Number, ROWS, Tensor, WIDTH, tokens};
use crate::{sha256, unwatched};

struct Desk {
    root: TempDir,
    store: Store,
}

impl Desk {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let store = Store::at(root.path().join("models"));
        Self { root, store }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn import(&self, folder: &Path) -> Result<Installed, Error> {
        unwatched(|watch| self.store.import(folder, None, watch))
    }

    /// The bytes of the file that is made of this model.
    fn made(&self, name: &str, write: impl Fn(&Path)) -> Vec<u8> {
        let folder = self.folder(name);
        write(&folder);
        let installed = self.import(&folder).expect(name);
        fs::read(installed.path).expect("the file")
    }

    fn kept(&self) -> Vec<String> {
        let Ok(found) = fs::read_dir(self.store.folder()) else { return Vec::new() };
        let names = found.map(|item| item.expect("an item").file_name().into_string().expect("a name"));
        let mut names: Vec<String> = names.filter(|name| name != ".lock").collect();
        names.sort();
        names
    }
}

/// What is wrong with this folder; nothing of it is stored, and it is told in a sentence.
fn refused(write: impl FnOnce(&Path)) -> Fault {
    let desk = Desk::new();
    let folder = desk.folder("uji");
    write(&folder);
    let error = desk.import(&folder).expect_err("refused");
    for language in [Language::Indonesian, Language::English] {
        let (what, hint) = (error.message().what(language), error.message().hint(language).expect("a hint"));
        assert!(!what.contains("%{") && !hint.contains("%{") && !what.contains('\n'), "{what} {hint}");
    }
    assert!(desk.kept().is_empty(), "{:?}", desk.kept());
    match error {
        Error::Unusable { fault, .. } => fault,
        other => panic!("{other:?}"),
    }
}

fn fault_of(wrong: impl FnOnce(&mut HuggingFace)) -> Fault {
    let mut model = HuggingFace::new(1);
    wrong(&mut model);
    refused(|folder| model.write(folder))
}

fn tensor(name: &str, fault: TensorFault) -> Fault {
    Fault::Tensor { name: name.to_owned(), fault }
}

#[test]
fn every_form_of_the_same_weights_becomes_the_same_file() {
    let desk = Desk::new();
    let mut model = HuggingFace::new(1);
    let plain = desk.made("plain", |folder| model.write(folder));
    let header = header::parse(&plain).expect("a model");
    assert_eq!((header.vocabulary, u64::from(header.state), header.audio_layers), (51_865, WIDTH, 1));

    let shards = desk.made("shards", |folder| model.write_shards(folder));
    assert!(shards == plain, "shards");
    model.prefix = "";
    assert!(desk.made("bare", |folder| model.write(folder)) == plain, "without the prefix");
    model.prefix = "model.";
    model.all(Number::F16);
    assert!(desk.made("f16", |folder| model.write(folder)) == plain, "f16");
    model.all(Number::BF16);
    assert!(desk.made("bf16", |folder| model.write(folder)) == plain, "bf16");
    model.tensor("encoder.conv1.weight").number = Number::F32;
    model.tensor("decoder.layers.0.fc1.weight").number = Number::F16;
    assert!(desk.made("mixed", |folder| model.write(folder)) == plain, "mixed");

    model.all(Number::F32);
    let mut other = CTranslate2::of(&model);
    assert!(desk.made("ct2", |folder| other.write(folder)) == plain, "CTranslate2 f32");
    for number in [Number::F16, Number::BF16] {
        other.all(number);
        let name = if number == Number::F16 { "ct2-f16" } else { "ct2-bf16" };
        assert!(desk.made(name, |folder| other.write(folder)) == plain, "{name}");
    }
    other.aliases.clear();
    assert!(desk.made("ct2-bare", |folder| other.write(folder)) == plain, "without an alias");
}

#[test]
fn whole_numbers_keep_their_scales() {
    let desk = Desk::new();
    let model = HuggingFace::new(1);
    let plain = desk.made("plain", |folder| model.write(folder));
    let mut whole = CTranslate2::of(&model);
    whole.all(Number::I8);
    let made = desk.made("int8", |folder| whole.write(folder));
    assert_eq!(made.len(), plain.len());
    // The decoder's table is a row of blocks of two bytes of scale and 32 numbers: quantised twice,
    // none is far from where it was.
    let numbers = |file: &[u8]| {
        let (name, length) = (b"decoder.token_embedding.weight", 2 * WIDTH as usize / 32 * 34);
        let begin = file.windows(name.len()).position(|window| window == name).expect("the table") + name.len();
        file[begin..begin + length].to_vec()
    };
    let pairs = numbers(&plain).into_iter().zip(numbers(&made)).enumerate();
    for (place, (one, other)) in pairs.filter(|(place, _)| place % 34 >= 2) {
        assert!((i16::from(one as i8) - i16::from(other as i8)).abs() <= 2, "{place}: {one} {other}");
    }
}

#[test]
fn a_model_that_was_taken_over_is_kept_with_its_origin() {
    let desk = Desk::new();
    let folder = desk.folder("whisper-uji-id");
    HuggingFace::new(1).write(&folder);
    let weights = sha256(&fs::read(folder.join("model.safetensors")).expect("weights"));
    let installed = desk.import(&folder).expect("a model");
    assert_eq!((installed.name.as_str(), installed.origin), ("whisper-uji-id", Origin::Unofficial));
    assert!(!installed.was_there && desk.import(&folder.join("model.safetensors")).expect("again").was_there);
    assert_eq!(desk.kept(), ["whisper-uji-id.bin", "whisper-uji-id.bin.sha256", "whisper-uji-id.bin.toml"]);

    let model = unwatched(|watch| desk.store.resolve(Some("whisper-uji-id".as_ref()), watch)).expect("a model");
    assert_eq!(model.origin_sha256, Some(weights));
    assert_eq!(model.sha256, sha256(&fs::read(&installed.path).expect("the file")));
    assert_eq!(model.properties.alignment, Alignment::Heads(vec![(0, 0)]));
    let list = desk.store.list().expect("a list");
    let entry = list.iter().find(|entry| entry.name == "whisper-uji-id").expect("an entry");
    assert_eq!(entry.language.as_deref(), Some("id"));

    HuggingFace::new(2).write(&folder);
    assert!(matches!(desk.import(&folder), Err(Error::NameTaken(_))), "other weights of that name");
    let named = unwatched(|watch| desk.store.import(&folder, Some("lain"), watch)).expect("another name");
    assert_eq!(named.name, "lain");
    for taken in ["small-q8_0", "risalah-demo"] {
        let import = unwatched(|watch| desk.store.import(&folder, Some(taken), watch));
        assert!(matches!(import, Err(Error::NameTaken(_))), "{taken}: {import:?}");
    }
    for wrong in ["a/b", "", "..", "a\nb", &"a".repeat(300)] {
        let import = unwatched(|watch| desk.store.import(&folder, Some(wrong), watch));
        assert!(matches!(import, Err(Error::BadName(_))), "{wrong:?}: {import:?}");
    }
    desk.store.remove("whisper-uji-id").expect("removed");
    assert_eq!(desk.kept(), ["lain.bin", "lain.bin.sha256", "lain.bin.toml"]);
}

#[test]
fn a_repository_in_the_cache_of_the_hub_has_its_own_name() {
    let desk = Desk::new();
    let folder = desk.folder("models--cahya--whisper-small-id/snapshots/0123abcd");
    HuggingFace::new(1).write(&folder);
    assert_eq!(desk.import(&folder).expect("a model").name, "whisper-small-id");
}

#[test]
fn tokens_beyond_whispers_own_are_left_out_and_told() {
    let desk = Desk::new();
    for (name, rows, size, added) in
        [("large", 51_866, 51_866, 0), ("padded", 51_872, 51_865, 7), ("more", 51_867, 51_865, 2)]
    {
        let mut model = HuggingFace::with_rows(rows, 1);
        model.tokens = tokens(if rows == 51_866 { 51_866 } else { ROWS });
        if name == "more" {
            model.tokens.extend(["interupsi".to_owned(), "paripurna".to_owned()]);
        }
        let folder = desk.folder(name);
        model.write(&folder);
        let installed = desk.import(&folder).expect(name);
        let header = header::parse(&fs::read(&installed.path).expect("the file")).expect("a model");
        assert_eq!((header.vocabulary, installed.added_tokens), (size, added), "{name}");
    }
}

#[test]
fn the_vocabulary_may_lie_in_other_files() {
    let desk = Desk::new();
    let model = HuggingFace::new(1);
    let plain = desk.made("tokenizer", |folder| model.write(folder));
    let vocab = desk.made("vocab", |folder| {
        model.write(folder);
        fs::remove_file(folder.join("tokenizer.json")).expect("removed");
        let ids = |tokens: &[String], from: u64| {
            let map: serde_json::Map<_, _> = tokens.iter().cloned().zip((from..).map(|id| json!(id))).collect();
            serde_json::Value::Object(map).to_string()
        };
        fs::write(folder.join("vocab.json"), ids(&model.tokens[..50_257], 0)).expect("written");
        fs::write(folder.join("added_tokens.json"), ids(&model.tokens[50_257..], 50_257)).expect("written");
    });
    assert!(vocab == plain);
    let list = desk.made("list", |folder| {
        CTranslate2::of(&model).write(folder);
        fs::remove_file(folder.join("vocabulary.txt")).expect("removed");
        fs::write(folder.join("vocabulary.json"), json!(model.tokens).to_string()).expect("written");
    });
    assert!(list == plain);
}

#[test]
fn the_output_is_that_of_the_input_or_refused() {
    let desk = Desk::new();
    let mut model = HuggingFace::new(1);
    let plain = desk.made("tied", |folder| model.write(folder));
    let output = model.tensor("decoder.embed_tokens.weight").clone();
    model.tensors.insert("proj_out.weight".to_owned(), output);
    model.config["tie_word_embeddings"] = json!(false);
    assert!(desk.made("twice", |folder| model.write(folder)) == plain, "the same, written twice");
    model.tensor("proj_out.weight").values[7] += 0.25;
    assert_eq!(refused(|folder| model.write(folder)), tensor("proj_out.weight", TensorFault::Untied));
    // Unless told otherwise, transformers itself takes the input's.
    model.config["tie_word_embeddings"] = json!(true);
    assert!(desk.made("overruled", |folder| model.write(folder)) == plain, "overruled");
    let mut other = CTranslate2::of(&model);
    other.aliases.clear();
    other.tensors.insert("decoder/projection/weight".to_owned(), model.tensors["proj_out.weight"].clone());
    assert_eq!(refused(|folder| other.write(folder)), tensor("decoder/projection/weight", TensorFault::Untied));
}

#[test]
fn a_tensor_that_does_not_fit_is_refused_by_name() {
    let bias = "encoder.layers.0.fc1.bias";
    assert_eq!(fault_of(|model| drop(model.tensors.remove(bias))), tensor(bias, TensorFault::Missing));
    let extra = |model: &mut HuggingFace| drop(model.tensors.insert("encoder.extra".into(), Tensor::new(&[2], 1)));
    assert_eq!(fault_of(extra), tensor("encoder.extra", TensorFault::Unknown));
    let longer = fault_of(|model| *model.tensor(bias) = Tensor::new(&[WIDTH], 1));
    let Fault::Tensor { name, fault: TensorFault::Shape { expected, found } } = longer else { panic!("{longer:?}") };
    assert_eq!(
        (name.as_str(), expected.as_str(), found.as_str()),
        ("model.encoder.layers.0.fc1.bias", "[256]", "[64]")
    );
    for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let fault = fault_of(|model| model.tensor("decoder.layers.0.fc2.weight").values[100] = wrong);
        assert_eq!(fault, tensor("model.decoder.layers.0.fc2.weight", TensorFault::NotFinite));
    }
    let large = fault_of(|model| model.tensor("encoder.conv1.weight").values[3] = 1e30);
    assert_eq!(large, tensor("model.encoder.conv1.weight", TensorFault::TooLarge));
    let kind = fault_of(|model| model.tensor("encoder.conv1.weight").number = Number::I8);
    assert_eq!(kind, tensor("model.encoder.conv1.weight", TensorFault::Type("I8".to_owned())));
}

#[test]
fn a_configuration_that_contradicts_the_tensors_is_refused() {
    for (field, value) in [
        ("d_model", json!(63)),
        ("d_model", json!(4_294_967_296_u64)),
        ("encoder_layers", json!(0)),
        ("decoder_layers", json!(1_000_000_000)),
        ("encoder_attention_heads", json!(3)),
        ("decoder_attention_heads", json!(0)),
        ("num_mel_bins", json!(81)),
        ("encoder_ffn_dim", json!(100)),
        ("max_source_positions", json!(3000)),
        ("vocab_size", json!(51_866)),
        ("activation_function", json!("relu")),
    ] {
        match fault_of(|model| model.config[field] = value.clone()) {
            Fault::Field { field: found, .. } => assert_eq!(found, field),
            other => panic!("{field} {value}: {other:?}"),
        }
    }
    let layers = fault_of(|model| model.config["encoder_layers"] = json!(2));
    assert!(matches!(layers, Fault::Tensor { fault: TensorFault::Missing, .. }), "{layers:?}");
    let mels = fault_of(|model| model.config["num_mel_bins"] = json!(128));
    assert!(matches!(mels, Fault::Tensor { fault: TensorFault::Shape { .. }, .. }), "{mels:?}");
    let heads = fault_of(|model| model.generation["alignment_heads"] = json!([[1, 0]]));
    assert!(matches!(heads, Fault::Field { .. }), "{heads:?}");
    assert_eq!(fault_of(|model| model.config["model_type"] = json!("bert")), Fault::OtherModel("bert".to_owned()));
    for wrong in [json!(-1), json!("64"), json!(1.5)] {
        assert!(matches!(fault_of(|model| model.config["d_model"] = wrong), Fault::Json { .. }));
    }
}

#[test]
fn a_vocabulary_of_another_length_is_refused() {
    let count = |fault: Fault| match fault {
        Fault::Vocabulary { fault: VocabularyFault::Count { expected, found }, .. } => (expected, found),
        other => panic!("{other:?}"),
    };
    assert_eq!(count(fault_of(|model| model.tokens.push("lebih".to_owned()))), (ROWS, ROWS + 1));
    let short = fault_of(|model| model.tokens.truncate(1000));
    assert!(matches!(short, Fault::Vocabulary { fault: VocabularyFault::Hole(1000), .. }), "{short:?}");
    let model = HuggingFace::new(1);
    let mut other = CTranslate2::of(&model);
    other.tokens.pop();
    assert_eq!(count(refused(|folder| other.write(folder))), (ROWS, ROWS - 1));
    let not_text = refused(|folder| {
        model.write(folder);
        fs::write(folder.join("tokenizer.json"), b"{\"model\": \xff\xfe}").expect("written");
    });
    assert!(matches!(not_text, Fault::Vocabulary { fault: VocabularyFault::NotUtf8, .. }), "{not_text:?}");
}

#[test]
fn english_weights_are_told() {
    let desk = Desk::new();
    let model = HuggingFace::with_rows(51_864, 1);
    let folder = desk.folder("whisper-base.en");
    model.write(&folder);
    assert!(matches!(desk.import(&folder), Err(Error::EnglishOnly(_))));
    CTranslate2::of(&model).write(&desk.folder("ct2"));
    assert!(matches!(desk.import(&desk.folder("ct2")), Err(Error::EnglishOnly(_))));
    assert!(desk.kept().is_empty());
}

#[test]
fn shards_of_two_models_are_not_mixed() {
    let model = HuggingFace::new(1);
    let first = "model-00001-of-00002.safetensors";
    let swapped = refused(|folder| {
        model.write_shards(folder);
        fs::copy(folder.join("model-00002-of-00002.safetensors"), folder.join(first)).expect("copied");
    });
    assert!(matches!(&swapped, Fault::Shard { file, .. } if file == first), "{swapped:?}");
    let outside = refused(|folder| {
        model.write_shards(folder);
        let index = json!({ "weight_map": { "a": "../model-00001-of-00002.safetensors" } });
        fs::write(folder.join("model.safetensors.index.json"), index.to_string()).expect("written");
    });
    assert!(matches!(outside, Fault::MissingFile(_)), "{outside:?}");
    let gone = refused(|folder| {
        model.write_shards(folder);
        fs::remove_file(folder.join(first)).expect("removed");
    });
    assert_eq!(gone, Fault::MissingFile(first.to_owned()));
    let empty = refused(|folder| {
        model.texts(folder);
        fs::write(folder.join("model.safetensors.index.json"), "{\"weight_map\": {}}").expect("written");
    });
    assert!(matches!(empty, Fault::Tensor { fault: TensorFault::Missing, .. }), "{empty:?}");
}

#[test]
fn files_that_are_cut_or_of_another_kind_are_refused() {
    let model = HuggingFace::new(1);
    let cut = |name: &'static str, write: &dyn Fn(&Path), keep: u64| {
        refused(|folder| {
            write(folder);
            let file = fs::OpenOptions::new().write(true).open(folder.join(name)).expect("opened");
            file.set_len(keep).expect("cut");
        })
    };
    let safetensors = |keep| cut("model.safetensors", &|folder| model.write(folder), keep);
    assert!(matches!(safetensors(5), Fault::Truncated { .. }));
    assert!(matches!(safetensors(1000), Fault::Truncated { .. }));
    assert!(matches!(safetensors(1_000_000), Fault::Tensor { fault: TensorFault::Place, .. }));
    let other = CTranslate2::of(&model);
    let whole = other.model().len() as u64;
    for keep in [0, 20, 1000, 1_000_000, whole - 5] {
        let fault = cut("model.bin", &|folder| other.write(folder), keep);
        assert!(matches!(fault, Fault::Truncated { .. }), "{keep}: {fault:?}");
    }
    let older = refused(|folder| {
        other.write(folder);
        let mut bytes = other.model();
        bytes[0] = 5;
        fs::write(folder.join("model.bin"), bytes).expect("written");
    });
    assert_eq!(older, Fault::OtherVersion(5));
    let mut changed = CTranslate2::of(&model);
    changed.settings[0].1 = 0;
    assert!(matches!(refused(|folder| changed.write(folder)), Fault::Field { .. }));

    for (file, expected) in [
        ("pytorch_model.bin", Fault::Pickle("pytorch_model.bin".to_owned())),
        ("adapter_model.safetensors", Fault::Adapter("adapter_model.safetensors".to_owned())),
        ("catatan.txt", Fault::NoWeights),
    ] {
        let found = refused(|folder| {
            fs::create_dir_all(folder).expect("a folder");
            fs::write(folder.join(file), b"x").expect("written");
        });
        assert_eq!(found, expected);
    }
    let bare = refused(|folder| {
        model.write(folder);
        fs::remove_file(folder.join("config.json")).expect("removed");
    });
    assert_eq!(bare, Fault::MissingFile("config.json".to_owned()));
}

#[test]
fn a_model_that_is_too_large_is_refused_before_it_is_read() {
    let desk = Desk::new();
    let folder = desk.folder("besar");
    HuggingFace::new(1).write(&folder);
    let small = Store::at(desk.store.folder()).with_memory(300 << 20);
    let import = unwatched(|watch| small.import(&folder, None, watch));
    let Err(error @ Error::TooLarge { .. }) = import else { panic!("{import:?}") };
    assert!(error.message().what(Language::English).contains("315 MB"), "{}", error.message().what(Language::English));
    assert!(desk.kept().is_empty());
    let installed = desk.import(&folder).expect("a larger machine");
    for wish in ["besar".as_ref(), installed.path.as_os_str()] {
        let opened = unwatched(|watch| small.resolve(Some(wish), watch));
        assert!(matches!(opened, Err(Error::TooLarge { .. })), "{opened:?}");
    }
}

#[test]
fn an_import_that_is_stopped_or_comes_second_leaves_nothing() {
    let desk = Desk::new();
    let folder = desk.folder("uji");
    HuggingFace::new(1).write(&folder);
    let cancel = AtomicBool::new(false);
    let mut steps = 0;
    let mut report = |_| {
        steps += 1;
        cancel.store(steps > 20, std::sync::atomic::Ordering::Relaxed);
    };
    let import = desk.store.import(&folder, None, &mut Monitor { report: &mut report, cancel: &cancel });
    assert!(matches!(import, Err(Error::Cancelled)), "{import:?}");
    assert!(desk.kept().is_empty(), "{:?}", desk.kept());

    let lock = fs::File::create(desk.store.folder().join(".lock")).expect("the lock");
    lock.lock().expect("held");
    assert!(matches!(desk.import(&folder), Err(Error::Busy(_))));
    drop(lock);
    // What a killed import left is in nobody's way.
    fs::write(desk.store.folder().join("uji.bin.import"), b"half").expect("written");
    desk.import(&folder).expect("a model");
    assert_eq!(desk.kept(), ["uji.bin", "uji.bin.sha256", "uji.bin.toml"]);
}

#[test]
fn a_disk_that_ends_during_an_import_leaves_nothing() {
    let desk = Desk::new();
    let folder = desk.folder("uji");
    HuggingFace::new(1).write(&folder);
    fs::create_dir_all(desk.store.folder()).expect("a folder");
    // No file may grow beyond a megabyte: writing fails as it does on a full disk.
    let script = "ulimit -f 1024; trap '' XFSZ; exec \"$0\" models import \"$1\"";
    let program = env!("CARGO_BIN_EXE_risalah");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, program]).arg(&folder).env("RISALAH_MODELS", desk.store.folder());
    let output = command.env("RISALAH_LANG", "en").output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("uji.bin.import") && said.contains("hint: "), "{said}");
    assert!(desk.kept().is_empty(), "{:?}", desk.kept());
}
