//! Nothing is invented: sound that holds no speech gives no words.

use std::process::Command;

use crate::noises;

#[test]
fn ten_minutes_without_speech_give_no_words() {
    let place = tempfile::tempdir().expect("a folder");
    let (input, folder) = (place.path().join("sunyi.wav"), place.path().join("hasil"));
    noises::write(&input);
    let output = Command::new(env!("CARGO_BIN_EXE_risalah"))
        .arg("transcribe")
        .arg(&input)
        .env("RISALAH_LANG", "en")
        .args(["--model", "risalah-demo", "--quiet", "-o"])
        .arg(&folder)
        .output()
        .expect("the program runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    // The noise in it is loud enough to hide a voice, which is told.
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("Microphone ch01 carries so much noise"), "{stderr}");
    let json = std::fs::read_to_string(folder.join("transkrip.json")).expect("written");
    let transcript: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let words: Vec<&str> = transcript["utterances"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|utterance| utterance["text"].as_str())
        .filter(|text| !text.is_empty())
        .collect();
    assert_eq!(words, Vec::<&str>::new());
}
