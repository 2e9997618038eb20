//! With the official weights of `base`, which `make test-models` fetches: what the shipped model
//! cannot show.

#[path = "../noises/mod.rs"]
mod noises;
#[path = "../oracle/mod.rs"]
#[allow(dead_code, reason = "the text is compared with the shipped model")]
mod oracle;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use e_risalah::audio::{Input, Source};
use e_risalah::recognise::models::{Alignment, Model, Monitor, Store};
use e_risalah::recognise::speech::{Engine, Hints, Languages, Loaded, Recogniser};
use risalah_whisper::{Kernel, Precision};

/// The name under which `models/fetch-base.py` imports it.
const BASE: &str = "base-ct2";

fn base() -> Model {
    let mut watch = Monitor { report: &mut |_| {}, cancel: &AtomicBool::new(false) };
    let store = Store::from_env().expect("a store");
    store.resolve(Some(BASE.as_ref()), &mut watch).expect("the official weights: run `make test-models`")
}

/// Seconds of a microphone of the shipped meeting.
fn spoken(file: &str, from: usize, to: usize) -> Vec<f32> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna").join(file);
    let mut source = Source::open(&Input::File(file)).expect("opened");
    let mut sound = vec![0.0; 16_000 * to];
    let read = source.read(&mut sound).expect("read");
    sound.truncate(read);
    sound.split_off(16_000 * from)
}

#[test]
fn scores_are_those_of_whisper_cpp() {
    let (model, sound) = (base(), spoken("01.ogg", 4, 14));
    for kernel in Kernel::available().into_iter().filter(|kernel| kernel.name() != "scalar") {
        for (precision, most) in [(Precision::F32, 0.03), (Precision::Int8, 0.08)] {
            let compared = oracle::compare(&model, precision, kernel, &sound);
            assert!(compared.tokens > 10, "{compared:?}");
            assert!(compared.off < most, "{kernel:?} {precision:?}: {compared:?}");
            assert!(10 * compared.agreed >= 9 * compared.tokens, "{kernel:?} {precision:?}: {compared:?}");
        }
    }
}

#[test]
fn an_imported_model_has_the_heads_of_its_architecture() {
    // As OpenAI publishes them in `whisper/__init__.py`.
    let heads = vec![(3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)];
    assert_eq!(base().properties.alignment, Alignment::Heads(heads));
}

#[test]
fn words_follow_one_another_inside_the_sound() {
    let loaded = Loaded::new(&base(), &Languages::parse("id", &[]), &Hints::default(), Engine::Cpu).expect("loaded");
    let mut recogniser = loaded.recogniser().expect("a recogniser");
    for (file, from, to) in [("01.ogg", 4, 14), ("01.ogg", 0, 9), ("03.ogg", 30, 55)] {
        let sound = spoken(file, from, to);
        let heard = recogniser.recognise(&sound).expect("recognised");
        assert!(heard.words.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{heard:?}");
        assert!(
            heard.words.iter().all(|word| word.span.end <= sound.len() as u64 && !word.span.is_empty()),
            "{heard:?}"
        );
        assert_eq!(recogniser.recognise(&sound).expect("recognised"), heard);
    }
}

#[test]
fn ten_minutes_without_speech_give_no_unflagged_word() {
    let place = tempfile::tempdir().expect("a folder");
    let (input, folder) = (place.path().join("sunyi.wav"), place.path().join("hasil"));
    noises::write(&input);
    let output = Command::new(env!("CARGO_BIN_EXE_risalah"))
        .arg("transcribe")
        .arg(&input)
        .args(["--model", BASE, "--quiet", "-o"])
        .arg(&folder)
        .output()
        .expect("the program runs");
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&output.stderr));
    let json = std::fs::read_to_string(folder.join("transkrip.json")).expect("written");
    let transcript: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let unflagged: Vec<&str> = transcript["utterances"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|utterance| utterance["flags"].as_array().is_none_or(Vec::is_empty))
        .filter_map(|utterance| utterance["text"].as_str())
        .filter(|text| !text.is_empty())
        .collect();
    assert_eq!(unflagged, Vec::<&str>::new());
}
