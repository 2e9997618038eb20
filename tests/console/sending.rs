//! A record that is signed through the page by the office's e-sign service, and what was sent of
//! one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use e_risalah::audit::{Action, Trail};
use e_risalah::distribution::{self, Disposition, Order, Scope, Settings};
use e_risalah::document::risalah::{Sheet, Templates};
use e_risalah::meeting::{Recipient, Way};
use e_risalah::signature::{About, Certificate};
use serde_json::json;

use super::authority::{Authority, PASSPHRASE, Reply, Server};
use super::meetings::{KNOWN, known};
use super::official::verified;
use super::server::Served;

static NEVER: AtomicBool = AtomicBool::new(false);
const NIK: &str = "6471010203040005";

fn of(what: &str) -> String {
    format!("/api/v1/meetings/{KNOWN}/{what}")
}

/// A service that signs with the certificate of a test.
fn service(authority: &Authority) -> Server {
    let path = authority.path("signer.p12");
    Server::new(move |request| {
        if !request.line.contains("sign/pdf") {
            return Reply::json(404, "{}");
        }
        if request.text("passphrase") != PASSPHRASE {
            return Reply::json(400, r#"{"error":"Passphrase anda salah","status_code":2031}"#);
        }
        let now = jiff::Zoned::now();
        let certificate = Certificate::open(path.clone(), PASSPHRASE.into(), now.timestamp()).expect("opened");
        let about = About { name: "Layanan".to_owned(), reason: "TTE".to_owned(), location: None, at: now };
        let file = request.part("file").expect("a file");
        let signed = certificate.sign(&file, &about, None, &NEVER).expect("signed");
        Reply::new(200, "application/pdf", signed.bytes)
    })
}

#[test]
fn the_page_has_a_record_signed_by_the_service_and_keeps_no_secret() {
    let root = known();
    let served = Served::new(root.path());
    verified(&served);
    let finalize = |nik: &str, passphrase: &str| {
        let esign = json!({ "nik": nik, "passphrase": passphrase });
        let body = json!({ "signed_by": "bambang", "number": "1", "esign": esign });
        served.ask("POST", &of("finalize"), Some(&body))
    };
    assert_eq!(served.get(&of("state")).good()["esign"], false);
    assert_eq!(finalize(NIK, PASSPHRASE).code(422), "signature.no_service");
    let authority = Authority::new();
    let server = service(&authority);
    let path = root.path().join("tandatangan.toml");
    fs::write(&path, format!("alamat = \"{}\"\npengguna = \"a\"\nsandi = \"b\"\n", server.address)).expect("written");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
    assert_eq!(served.get(&of("state")).good()["esign"], true);
    assert_eq!(finalize("12", PASSPHRASE).code(422), "signature.not_nik");
    assert_eq!(finalize(NIK, "salah").code(422), "signature.wrong_passphrase");
    let made = finalize(NIK, PASSPHRASE).good();
    assert!(made["files"].as_array().expect("files").contains(&json!("risalah-resmi.tte.pdf")), "{made}");
    let signed = served.get(&of("official/risalah-resmi.tte.pdf"));
    assert_eq!(signed.body, fs::read(root.path().join(KNOWN).join("risalah-resmi.tte.pdf")).expect("read"));
    let trail = fs::read_to_string(root.path().join(e_risalah::audit::FILE_NAME)).expect("read");
    assert!(trail.contains("by bambang, e-sign service") && !trail.contains(NIK) && !trail.contains(PASSPHRASE));
}

fn send(folder: &Path, inbox: &Path) -> String {
    let way = Way::Folder(inbox.to_owned());
    let order = Order {
        recipients: vec![Recipient { name: "Dinas".to_owned(), office: None, way, closed: false }],
        scope: Scope::Record,
        number: Some("1".to_owned()),
        date: None,
        subject: None,
        disposition: Disposition { due: Some(jiff::civil::date(2026, 4, 1)), ..Disposition::default() },
        by: "Sari".to_owned(),
    };
    let typeset = |sheet: &Sheet| sheet.typeset(&Templates::built_in());
    let made = distribution::make(folder, &order, &jiff::Zoned::now(), &typeset).expect("made");
    made[0].parcel.id.clone()
}

#[test]
fn what_was_sent_is_listed_and_what_is_heard_of_it_is_entered() {
    let root = known();
    let served = Served::new(root.path());
    verified(&served);
    let body = json!({ "signed_by": "bambang", "number": "170/12/DPRD/2026" });
    served.ask("POST", &of("finalize"), Some(&body)).good();
    assert_eq!(served.get(&of("distribution")).good()["parcels"], json!([]));
    let inbox = tempfile::tempdir().expect("a folder");
    let folder = root.path().join(KNOWN);
    let id = send(&folder, inbox.path());
    let mark = |mark: &str, text: &str| {
        let body = json!({ "mark": mark, "text": text, "by": "Sari" });
        served.ask("POST", &of(&format!("distribution/{id}")), Some(&body))
    };
    assert_eq!(mark("opened", "").code(409), "distribution.not_sent");
    distribution::send(&folder, None, &[], "Sari", &Settings::default(), &NEVER, &mut |_, _| {}).expect("sent");
    let parcel = &served.get(&of("distribution")).good()["parcels"][0];
    assert_eq!(
        (&parcel["standing"], &parcel["late"], &parcel["name"]),
        (&json!("sent"), &json!(true), &json!("Dinas"))
    );
    assert_eq!(mark("lain", "").code(422), "page.error.mark");
    assert_eq!(mark("answered", " ").code(422), "distribution.no_text");
    let gone = json!({ "mark": "opened", "by": "Sari" });
    assert_eq!(served.ask("POST", &of("distribution/x"), Some(&gone)).code(404), "distribution.no_parcel");
    let answered = mark("answered", "Sudah dianggarkan").good();
    assert_eq!((&answered["standing"], &answered["late"]), (&json!("answered"), &json!(false)));
    assert_eq!(answered["events"].as_array().map(Vec::len), Some(4), "{answered}");
    let entered = Trail::of(root.path()).read().expect("read");
    assert!(entered.iter().any(|line| line.entry.action == Action::Distributed), "{entered:?}");
}
