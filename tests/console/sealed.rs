//! A sealed meeting on the page: that it is there, and nothing of it.

use std::fs;

use e_risalah::recording::{Claim, End, Format, Sample, Start, Writer, folder_of};
use e_risalah::seal::{self, Holder, Identity, MeetingKey, Role};

use super::meetings::known;
use super::sample;
use super::server::Served;

const ID: &str = "2026-03-11-bk-2";
const SAID: &str = "Terperiksa membantah seluruh tuduhan.";

#[test]
fn of_a_sealed_meeting_it_is_told_that_it_is_sealed_and_nothing_else() {
    let root = known();
    let folder = root.path().join(ID);
    fs::create_dir(&folder).expect("made");
    // Whatever its description says by now.
    fs::write(folder.join("rapat.toml"), include_str!("../status/rapat.toml")).expect("written");
    let (key, identity) = (MeetingKey::generate(), Identity::generate("Sari"));
    let holder = Holder::new("Sari", Role::Sekretaris, &identity.recipient()).expect("a holder");
    let format = Format { rate: 16_000.try_into().expect("a rate"), channels: 2, sample: Sample::I16 };
    let start = Start {
        utc: "2026-03-11T02:00:00Z".parse().expect("a moment"),
        zone: jiff::tz::TimeZone::UTC,
        format,
        device: "uji".into(),
        names: Vec::new(),
        seal: Some(key.seal(&[holder]).expect("a seal")),
    };
    let mut writer = Writer::begin(Claim::take(&folder_of(&folder)).expect("a folder"), start).expect("begun");
    writer.append(&vec![1; format.bytes(60 * 16_000) as usize]).expect("written");
    writer.finish(End::Asked).expect("closed");
    seal::hold(key);
    let transcript = sample::transcript(2, vec![sample::utterance(1, 20, 90, SAID, &[])]);
    drop(sample::stored(&folder, &transcript, "small-q8_0"));
    assert!(folder.join("transkrip.db.age").is_file() && !folder.join("transkrip.db").exists());

    let served = Served::new(root.path());
    let list = served.get("/api/v1/meetings").good();
    let told =
        list["meetings"].as_array().into_iter().flatten().find(|told| told["id"] == ID).expect("it is in the list");
    assert!(told["problem"].to_string().contains("seal.sealed"), "{told}");
    for of in ["turns", "audio?channel=1&from=0&to=16000"] {
        let refused = served.get(&format!("/api/v1/meetings/{ID}/{of}"));
        assert_eq!(refused.status, 422, "{of}: {}", refused.text());
        assert!(refused.text().contains("seal.sealed"), "{of}: {}", refused.text());
    }
    // The audit trail keeps what was searched for, and so another word of the sentence is looked
    // for below.
    let found = served.get("/api/v1/search?q=tuduhan").good();
    assert_eq!(found["total"].as_u64(), Some(0), "{found}");
    assert!(!served.get(&format!("/meetings/{ID}")).text().contains("membantah"));
    for entry in fs::read_dir(root.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let content = if path.is_file() { fs::read(&path).expect("read") } else { Vec::new() };
        assert!(!content.windows(9).any(|word| word == b"membantah"), "{}", path.display());
    }
}
