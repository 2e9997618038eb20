//! What was recognised or previewed before leaves no trace in the final words.

use std::path::Path;
use std::sync::atomic::AtomicBool;

#[cfg(feature = "whisper-cpp")]
use crate::oracle;
use e_risalah::audio::{Input, Source};
use e_risalah::recognise::models::{Alignment, Model, Monitor, Store};
use e_risalah::recognise::speech::{AnyRecogniser, Engine, Error, Hints, Languages, Loaded, Recogniser};
#[cfg(feature = "whisper-cpp")]
use risalah_whisper::{Kernel, Precision};

/// Some seconds of the chair's microphone in the shipped meeting.
fn spoken() -> Vec<f32> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna/01.ogg");
    let mut source = Source::open(&Input::File(file)).expect("opened");
    let mut sound = vec![0.0; 16_000 * 14];
    let read = source.read(&mut sound).expect("read");
    sound.truncate(read);
    sound.split_off(16_000 * 4)
}

fn shipped() -> Model {
    let mut watch = Monitor { report: &mut |_| {}, cancel: &AtomicBool::new(false) };
    let store = Store::from_env().expect("a store");
    store.resolve(Some("risalah-demo".as_ref()), &mut watch).expect("the shipped model")
}

fn recogniser(model: &Model, engine: Engine) -> AnyRecogniser {
    helped(model, engine, &[])
}

/// One that knows these names.
fn helped(model: &Model, engine: Engine, names: &[&str]) -> AnyRecogniser {
    let languages = Languages::parse("id", &[]);
    let hints = Hints { names: names.iter().map(|&name| name.to_owned()).collect() };
    Loaded::new(model, &languages, &hints, engine).expect("loaded").recogniser().expect("a recogniser")
}

#[test]
fn names_that_nobody_says_are_not_heard() {
    let model = shipped();
    let plain = recogniser(&model, Engine::Cpu).recognise(&spoken()).expect("recognised").text();
    let absent = ["Endriartono", "Sutarto", "Panigoro", "Yusril", "Rapatono", "Dewanto", "Sidangkara", "Anggotawati"];
    let heard = helped(&model, Engine::Cpu, &absent).recognise(&spoken()).expect("recognised").text();
    assert!(absent.iter().all(|name| !heard.contains(name)), "{heard}");
    assert_eq!(heard.split_whitespace().count(), plain.split_whitespace().count(), "{heard}\n{plain}");
}

#[test]
fn a_language_that_is_not_known_is_refused() {
    for (_, engine) in Engine::NAMES {
        let languages = Languages::parse("id,xx", &[]);
        let refused = Loaded::new(&shipped(), &languages, &Hints::default(), engine).err();
        assert!(matches!(refused, Some(Error::Language { ref language }) if language == "xx"), "{refused:?}");
    }
}

#[test]
fn languages_come_from_the_command_the_office_or_councils() {
    let codes = |text: &str, office: &[&str]| {
        let office: Vec<String> = office.iter().map(|&code| code.to_owned()).collect();
        Languages::parse(text, &office).codes().join(" ")
    };
    assert_eq!(codes("id", &["id", "jw"]), "id");
    assert_eq!(codes("id, su", &[]), "id su");
    assert_eq!(codes("auto", &["id", "jw"]), "id jw");
    assert_eq!(codes("auto", &[]), "id jw su en ar");
}

#[test]
fn only_whole_windows_with_word_times_are_shared() {
    for (cut_audio_ctx, alignment, shared) in [
        (false, Alignment::LastLayers(1), true),
        (false, Alignment::Letters, false),
        (true, Alignment::LastLayers(1), false),
    ] {
        let mut model = shipped();
        (model.properties.cut_audio_ctx, model.properties.alignment) = (cut_audio_ctx, alignment.clone());
        let recogniser = recogniser(&model, Engine::default());
        assert_eq!(recogniser.window().is_some(), shared, "cut {cut_audio_ctx}, {alignment:?}");
    }
}

#[test]
fn what_came_before_changes_no_final_word() {
    for (_, engine) in Engine::NAMES {
        what_came_before_changes_nothing_with(engine);
    }
}

fn what_came_before_changes_nothing_with(engine: Engine) {
    let model = shipped();
    let mut recogniser = recogniser(&model, engine);
    let sound = spoken();
    let before = recogniser.recognise(&sound).expect("recognised");
    assert!(before.words.len() > 3, "{}", before.text());

    // Others before it, in whatever number: the workers of a live run and of a later one share their
    // work otherwise.
    let quarter = &sound[..sound.len() / 4];
    for _ in 0..2 {
        recogniser.recognise(quarter).expect("recognised");
        assert_eq!(recogniser.recognise(&sound).expect("recognised"), before);
    }

    let half = &sound[..sound.len() / 2];
    assert_eq!(recogniser.preview(half, Box::new(|| true)).expect("given up"), None);
    assert_eq!(recogniser.recognise(&sound).expect("recognised"), before);

    let preview = recogniser.preview(half, Box::new(|| false)).expect("previewed").expect("not given up");
    assert!(!preview.words.is_empty());
    assert_eq!(recogniser.recognise(&sound).expect("recognised"), before);
}

#[cfg(feature = "whisper-cpp")]
#[test]
fn scores_and_text_are_those_of_whisper_cpp() {
    // The shipped weights are bytes: whisper.cpp makes bytes of what it multiplies, in single precision
    // the own engine does not.
    for (precision, most) in [(Precision::F32, 0.03), (Precision::Int8, 0.06)] {
        let compared = oracle::compare(&shipped(), precision, Kernel::best(), &spoken());
        assert!(compared.tokens > 10, "{compared:?}");
        assert!(compared.off < most, "{precision:?}: {compared:?}");
        assert_eq!(compared.agreed, compared.tokens + 1, "{precision:?}: {compared:?}");
        assert!(compared.same_text, "{precision:?}: {compared:?}");
    }
}
