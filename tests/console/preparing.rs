//! A meeting is prepared: its description as a form, its attendance, its computer and its sound.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::meetings::{KNOWN, known};
use super::server::{Answer, Served};

/// The way of a form.
fn base(name: &str) -> String {
    format!("/api/v1/meetings/{name}")
}

fn described(served: &Served) -> Value {
    served.get(&format!("{}/description", base(KNOWN))).good()
}

fn put(served: &Served, told: &Value) -> Answer {
    let change = json!({ "revision": told["revision"], "description": told["description"] });
    served.ask("PUT", &format!("{}/description", base(KNOWN)), Some(&change))
}

fn file(root: &Path) -> String {
    fs::read_to_string(root.join(KNOWN).join("rapat.toml")).expect("read")
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect()
}

/// Sends a file as a list of attendance.
fn upload(served: &Served, name: &str, bytes: &[u8]) -> Answer {
    let bearer = format!("Bearer {}", served.token);
    let revision = described(served)["revision"].as_str().expect("a revision").to_owned();
    let path = format!("{}/attendance/list?name={name}&revision={revision}", base(KNOWN));
    served.raw("PUT", &path, &[("Authorization", &bearer), ("Content-Type", "application/octet-stream")], bytes)
}

#[test]
fn a_form_writes_what_was_changed_and_keeps_a_persons_comments() {
    let root = known();
    let served = Served::new(root.path());
    let path = root.path().join(KNOWN).join("rapat.toml");
    let before = format!("# catatan saya\n{}\n# di akhir\n", file(root.path()));
    fs::write(&path, &before).expect("written");
    let mut told = described(&served);
    assert_eq!(put(&served, &told).status, 200);
    assert_eq!(file(root.path()), before, "nothing was changed");
    told["description"]["rapat"]["tempat"] = json!("  Ruang Komisi I  ");
    told["description"]["rapat"]["acara"] = json!(["Satu", "Dua \"kutip\""]);
    let orang = told["description"]["orang"].as_array_mut().expect("people");
    orang.push(json!({ "id": "tamu", "nama": "Tamu, S.E.", "instansi": "Dinas" }));
    told["description"]["kursi"].as_array_mut().expect("seats").push(json!({ "kanal": 9, "orang": "tamu" }));
    told["description"]["keputusan"] = json!([{ "isi": "Menyetujui.", "pada": "00:00:50" }]);
    told["description"]["peristiwa"] = json!([{ "jenis": "catatan", "pada": "00:00:30", "isi": "Doa bersama" }]);
    let after = put(&served, &told).good();
    assert_ne!(after["revision"], told["revision"]);
    assert_eq!(after["description"]["rapat"]["tempat"], "Ruang Komisi I");
    assert_eq!(after["description"]["rapat"]["acara"], json!(["Satu", "Dua \"kutip\""]));
    let text = file(root.path());
    for comment in comments(&before) {
        assert!(text.contains(comment), "{comment} is gone:\n{text}");
    }
    let one = served.get(&base(KNOWN)).good();
    assert!(one["microphones"].as_array().expect("a list").iter().any(|seat| seat["name"] == "Tamu, S.E."), "{one}");
}

#[test]
fn two_who_change_one_meeting_never_overwrite_each_other() {
    let root = known();
    let served = Served::new(root.path());
    let mut first = described(&served);
    let mut second = first.clone();
    first["description"]["rapat"]["tempat"] = json!("Aula");
    second["description"]["rapat"]["tempat"] = json!("Ruang Komisi");
    put(&served, &first).good();
    assert_eq!(put(&served, &second).code(409), "page.error.description_changed");
    assert!(file(root.path()).contains("Aula"));
    // A change by hand counts too.
    let mut third = described(&served);
    let text = file(root.path()) + "\n# dengan tangan\n";
    fs::write(root.path().join(KNOWN).join("rapat.toml"), &text).expect("written");
    third["description"]["rapat"]["tempat"] = json!("Lain");
    assert_eq!(put(&served, &third).code(409), "page.error.description_changed");
    assert_eq!(file(root.path()), text);
}

#[test]
fn what_cannot_be_written_is_refused_with_its_field_and_changes_nothing() {
    let root = known();
    let served = Served::new(root.path());
    let before = file(root.path());
    for (place, value, field) in [
        ("/description/rapat/tempat", json!("a\u{7}b"), "rapat.tempat"),
        ("/description/rapat/tanggal", json!("2026-02-31"), "tanggal"),
        ("/description/rapat/ketua", json!("tidak-ada"), "ketua"),
        ("/description/rapat/mulai", json!("jam tiga"), "mulai"),
        ("/description/kursi/0/kanal", json!(99), "kanal"),
        ("/description/rapat/nama", json!("x".repeat(9_000)), "rapat.nama"),
        ("/description/hadir/daftar", json!("../../etc/passwd"), "hadir.daftar"),
        ("/description/hadir/daftar", json!("/etc/passwd"), "hadir.daftar"),
    ] {
        let mut told = described(&served);
        *told.pointer_mut(place).expect(place) = value;
        let answer = put(&served, &told);
        answer.code(422);
        assert_eq!(answer.json()["field"], field, "{}", answer.text());
        assert_eq!(file(root.path()), before, "{place}");
    }
    for broken in ["bukan toml [", "[rapat]\nruang = 1\n", "rapat = 7\n", "\u{0}"] {
        fs::write(root.path().join(KNOWN).join("rapat.toml"), broken).expect("written");
        served.get(&format!("{}/description", base(KNOWN))).code(422);
        assert_eq!(file(root.path()), broken);
    }
}

#[test]
fn what_is_missing_is_told_with_its_field() {
    let root = tempfile::tempdir().expect("a folder");
    let served = Served::new(root.path());
    served.ask("POST", "/api/v1/meetings", Some(&json!({ "kind": "komisi", "date": "2027-03-09" }))).good();
    let path = "/api/v1/meetings/2027-03-09-komisi/description";
    let told = served.get(path).good();
    let fields: Vec<&str> =
        told["findings"].as_array().expect("a list").iter().filter_map(|one| one["field"].as_str()).collect();
    assert!(fields.contains(&"rapat.zona") && fields.contains(&"kursi"), "{fields:?}");
    // One that contradicts itself is shown all the same, with what is wrong.
    let file = root.path().join("2027-03-09-komisi/rapat.toml");
    let text = fs::read_to_string(&file).expect("read");
    fs::write(&file, text + "\n[[kursi]]\nkanal = 1\norang = \"hilang\"\n").expect("written");
    let mut told = served.get(path).good();
    assert!(told["problem"]["what"].as_str().is_some_and(|what| what.contains("hilang")), "{told}");
    told["description"]["kursi"] = json!([]);
    let change = json!({ "revision": told["revision"], "description": told["description"] });
    assert_eq!(served.ask("PUT", path, Some(&change)).good()["problem"], Value::Null);
}

#[test]
fn attendance_is_ticked_or_sent_as_a_list() {
    let root = known();
    let served = Served::new(root.path());
    let told = described(&served);
    let members: Vec<Value> = told["people"]
        .as_array()
        .expect("people")
        .iter()
        .filter(|one| one["group"].is_string())
        .zip(["hadir", "izin", "daring", "tanpa keterangan"].into_iter().cycle())
        .map(|(one, came)| json!({ "nama": one["name"], "fraksi": one["group"], "kehadiran": came }))
        .collect();
    assert!(!members.is_empty());
    let tick = json!({ "revision": told["revision"], "members": members });
    let after = served.ask("PUT", &format!("{}/attendance", base(KNOWN)), Some(&tick)).good();
    assert_eq!(after["description"]["hadir"]["daftar"], "daftar-hadir.csv");
    assert!(root.path().join(KNOWN).join("daftar-hadir.csv").is_file());
    // The list is part of what may be changed by two.
    assert_eq!(
        served.ask("PUT", &format!("{}/attendance", base(KNOWN)), Some(&tick)).code(409),
        "page.error.description_changed"
    );
    let list = "nama,fraksi,kehadiran\n".to_owned()
        + &members
            .iter()
            .map(|one| {
                format!(
                    "\"{}\",{},hadir\n",
                    one["nama"].as_str().unwrap_or_default(),
                    one["fraksi"].as_str().unwrap_or_default()
                )
            })
            .collect::<Vec<_>>()
            .concat();
    let after = upload(&served, "Hadir%207.CSV", list.as_bytes()).good();
    let name = after["description"]["hadir"]["daftar"].as_str().expect("a name").to_owned();
    assert!(name.starts_with("daftar-hadir-") && name.ends_with(".csv"), "{name}");
    assert!(root.path().join(KNOWN).join(name).is_file());
}

#[test]
fn a_list_that_is_none_is_refused_and_not_kept() {
    let root = known();
    let served = Served::new(root.path());
    let before = file(root.path());
    let files = || fs::read_dir(root.path().join(KNOWN)).expect("a folder").count();
    let count = files();
    upload(&served, "hadir.exe", b"MZ").code(422);
    upload(&served, "../../hadir", b"nama\n").code(422);
    upload(&served, "hadir.xlsx", b"PK\x03\x04 rusak").code(422);
    upload(&served, "hadir.xlsx", &bomb()).code(422);
    upload(&served, "hadir.csv", b"apa,saja\n1,2\n").code(422);
    // Told by its head, before it is taken.
    let bearer = format!("Bearer {}", served.token);
    let path = format!("{}/attendance/list?name=a.csv&revision=x", base(KNOWN));
    let large =
        served.raw("PUT", &path, &[("Authorization", &bearer), ("Content-Type", "text/csv")], &vec![b'a'; 17 << 20]);
    assert_eq!(large.status, 413);
    assert_eq!(file(root.path()), before);
    assert_eq!(files(), count);
}

/// A workbook whose sheet has a thousand times its size.
fn bomb() -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("xl/workbook.xml", options).expect("begun");
    zip.write_all(b"<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>")
        .expect("written");
    zip.start_file("xl/_rels/workbook.xml.rels", options).expect("begun");
    zip.write_all(b"<Relationships><Relationship Id=\"rId1\" Type=\"worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>").expect("written");
    zip.start_file("xl/worksheets/sheet1.xml", options).expect("begun");
    let block = vec![b' '; 1 << 20];
    for _ in 0..80 {
        zip.write_all(&block).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

#[test]
fn the_computer_is_looked_at_line_by_line() {
    let root = known();
    let served = Served::new(root.path());
    let told = served.get(&format!("/api/v1/doctor?meeting={KNOWN}")).good();
    let lines = told["lines"].as_array().expect("lines");
    assert!(lines.iter().any(|line| line["code"] == "doctor.disk" || line["code"] == "doctor.disk_reckoned"), "{told}");
    for line in lines {
        assert!(["ok", "warn", "fail"].contains(&line["result"].as_str().unwrap_or_default()), "{line}");
        let hint = line["hint"].as_str().unwrap_or_default();
        assert!(!hint.contains("--") && !hint.contains("rapat.toml"), "{line}");
    }
    served.get("/api/v1/doctor?meeting=tidak-ada").code(404);
}

#[test]
fn the_microphones_are_left_to_a_recording() {
    let root = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let source = super::meetings::tones(elsewhere.path(), 16_000);
    let served = Served::with(root.path(), &["--source", source.to_str().expect("text")]);
    let made = served.ask("POST", "/api/v1/meetings", Some(&json!({ "date": "2027-03-09" }))).good();
    let base = base(made["id"].as_str().expect("a name"));
    served.ask("POST", &format!("{base}/recording"), None).good();
    assert_eq!(served.get("/api/v1/doctor").code(409), "page.error.devices_taken");
    served.ask("POST", &format!("{base}/recording/stop"), None);
    super::until("the recording ends", || served.get(&format!("{base}/recording")).good()["running"] == false);
    assert_eq!(served.get("/api/v1/doctor").status, 200);
}
