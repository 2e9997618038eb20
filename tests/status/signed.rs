//! The official record signed electronically: with a certificate, with a time stamp, by an e-sign
//! service; and what keeps it from being signed.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use e_risalah::common::message::Explain;
use e_risalah::lifecycle::{Manifest, State, verify};
use e_risalah::seal::SecretString;
use e_risalah::signature::{About, Certificate, Chain, Error, Method, Service, Settings, examine};

use super::authority::{Authority, PASSPHRASE, Reply, Request, SIGNER, Server, pdfsig};
use super::fixture::{Fixture, NUMBER, RAPAT, SECRETARY, SIGNED, at, done, run, stderr, words};

static NEVER: AtomicBool = AtomicBool::new(false);
const NIK: &str = "6471010203040005";

/// A verified record, with what `lembaga.toml` says of signatures.
fn verified(authority: &Authority, signing: &str) -> (tempfile::TempDir, Fixture) {
    let office = tempfile::tempdir().expect("a folder");
    fs::copy(authority.path("ca.pem"), office.path().join("akar.pem")).expect("copied");
    fs::write(office.path().join("lembaga.toml"), signing).expect("written");
    let rapat =
        RAPAT.replace("[lembaga]\n", &format!("[lembaga]\nberkas = \"{}/lembaga.toml\"\n", office.path().display()));
    let fixture = Fixture::with(&rapat, words(), true).verified();
    (office, fixture)
}

fn finalize(fixture: &Fixture, args: &[&str], typed: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    let number = NUMBER.expect("a number");
    command.arg("finalize").arg(fixture.place.path()).args(["--signed-by", SECRETARY, "--number", number]).args(args);
    command.env("RISALAH_LANG", "en").env("RUST_LOG", "trace");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let _ = child.stdin.take().expect("a pipe").write_all(typed.as_bytes());
    child.wait_with_output().expect("ends")
}

/// Nothing is stored, and the record stands where it stood.
fn nothing_stored(fixture: &Fixture) {
    let names = fs::read_dir(fixture.place.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let stored: Vec<_> = names.filter(|name| name.to_string_lossy().contains("resmi")).collect();
    assert!(stored.is_empty(), "{stored:?}");
    assert_eq!(fixture.life().state(), State::Verification);
}

fn original(fixture: &Fixture) -> Vec<u8> {
    fs::read(fixture.path("risalah-resmi.pdf")).expect("written")
}

#[test]
fn a_certificate_signs_behind_the_official_document_and_a_server_stamps_it() {
    let authority = Authority::new();
    let stamps = authority.stamps();
    let signing = format!("[tandatangan]\ntsa = \"{}/tsr\"\nakar = \"akar.pem\"\n", stamps.address);
    let (_office, fixture) = verified(&authority, &signing);
    let certificate = authority.path("signer.p12").display().to_string();

    let wrong = finalize(&fixture, &["--certificate", &certificate, "--signing-stdin"], "salah\n");
    assert_eq!(wrong.status.code(), Some(2), "{}", stderr(&wrong));
    assert!(stderr(&wrong).contains("passphrase is wrong") && !stderr(&wrong).contains("salah\n"));
    nothing_stored(&fixture);

    let typed = format!("{PASSPHRASE}\n");
    let told = finalize(&fixture, &["--certificate", &certificate, "--signing-stdin"], &typed);
    assert_eq!(told.status.code().map(|code| code == 0 || code == 3), Some(true), "{}", stderr(&told));
    assert!(stderr(&told).contains(SIGNER) && !stderr(&told).contains(PASSPHRASE), "{}", stderr(&told));
    let (plain, path) = (original(&fixture), fixture.path("risalah-resmi.tte.pdf"));
    let signed = fs::read(&path).expect("signed");
    assert!(signed.starts_with(&plain) && signed.len() > plain.len());
    let manifest = Manifest::of(fixture.place.path(), 1).expect("a manifest");
    let signature = manifest.signature.expect("signed");
    assert_eq!((signature.method, signature.is_prefix, signature.of_bytes), (Method::Certificate, true, plain.len()));
    assert_eq!(signature.by.name, SIGNER);
    assert!(signature.stamped.is_some() && manifest.documents.iter().any(|one| one.file == "risalah-resmi.tte.pdf"));

    // What another program says of it.
    let said = pdfsig(&path);
    for expected in [
        "Signature Validation: Signature is Valid.",
        "Total document signed",
        "ETSI.CAdES.detached",
        &format!("Signer Certificate Common Name: {SIGNER}"),
        "Signing Hash Algorithm: SHA-256",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let told = done(&run(&fixture, &["verify"]));
    assert!(told.contains(SIGNER) && told.contains("CA Uji") && told.contains("stempel waktu telah melihat"), "{told}");
    assert!(told.contains("berasal dari akar"), "{told}");
    let examined = &examine(&signed, Some(&authority.path("lain.pem"))).expect("examined")[0];
    assert!(examined.is_sound && examined.is_whole && examined.is_stamp_bad);
    assert_eq!(examined.chain, Chain::NotTrusted);
    assert_eq!(examine(&signed, None).expect("examined")[0].chain, Chain::NotJudged);
    assert_eq!(stamps.asked().len(), 1, "once, and not for the wrong passphrase");

    // What was changed afterwards, or added behind, is told.
    for (change, expected) in [
        ((|bytes: &mut Vec<u8>| bytes[900] ^= 1) as fn(&mut Vec<u8>), false),
        (|bytes: &mut Vec<u8>| bytes.extend(b"\n% lagi\n"), true),
    ] {
        let mut other = signed.clone();
        change(&mut other);
        let Ok(found) = examine(&other, Some(&authority.path("ca.pem"))) else { continue };
        assert_eq!((found[0].is_sound, found[0].is_sound && found[0].is_whole), (expected, false));
    }
    let mut other = signed.clone();
    other.extend(b"\n% lagi\n");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("set");
    fs::write(&path, other).expect("written");
    let told = run(&fixture, &["verify"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(stderr(&told).contains("ada yang ditambahkan sesudahnya"), "{}", stderr(&told));
}

#[test]
fn a_certificate_that_may_not_sign_leaves_nothing() {
    let authority = Authority::new();
    let (_office, fixture) = verified(&authority, "");
    let sign =
        |path: &Path, passphrase: &str| Certificate::open(path.to_owned(), passphrase.into(), at(SIGNED).timestamp());
    // Issued today, it was not valid on the day of the signature.
    let early = sign(&authority.path("signer.p12"), PASSPHRASE);
    assert!(matches!(early, Err(Error::Expired { .. })), "{early:?}");
    assert!(matches!(sign(&authority.path("ada.p12"), PASSPHRASE), Err(Error::File { .. })));
    assert!(matches!(sign(&authority.path("ca.pem"), PASSPHRASE), Err(Error::NotPkcs12 { .. })));
    authority.issue("lewat", "/CN=Lewat", &["-days", "-1"]);
    let certificate = authority.path("lewat.p12").display().to_string();
    let told = finalize(&fixture, &["--certificate", &certificate, "--signing-stdin"], &format!("{PASSPHRASE}\n"));
    assert!(stderr(&told).contains("not valid today"), "{}", stderr(&told));
    nothing_stored(&fixture);
    // A server that stamps something else, or nothing.
    for reply in
        [Reply::new(200, "application/timestamp-reply", b"bukan".to_vec()), Reply::new(500, "text/plain", Vec::new())]
    {
        let body = (reply.status, reply.body);
        let odd = Server::new(move |_| Reply::new(body.0, "text/plain", body.1.clone()));
        let (_office, fixture) = verified(&authority, &format!("[tandatangan]\ntsa = \"{}\"\n", odd.address));
        let certificate = authority.path("signer.p12").display().to_string();
        let told = finalize(&fixture, &["--certificate", &certificate, "--signing-stdin"], &format!("{PASSPHRASE}\n"));
        assert!(stderr(&told).contains("no sound time stamp"), "{}", stderr(&told));
        nothing_stored(&fixture);
    }
}

#[test]
fn a_certificate_in_an_old_cipher_signs_too_and_paper_may_be_followed_by_a_signature() {
    let authority = Authority::new();
    let words = "pkcs12 -export -legacy -in signer.pem -inkey signer.key -certfile ca.pem -out lama.p12 -passout";
    let passphrase = format!("pass:{PASSPHRASE}");
    authority.run(&words.split(' ').chain([passphrase.as_str()]).collect::<Vec<&str>>());
    let (_office, fixture) = verified(&authority, "");
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("signed on paper");
    fixture
        .advance(State::Verification, Some("tanda tangan elektronik"), "2026-03-17T09:00:00+08:00[Asia/Makassar]")
        .expect("opened again");
    let certificate = authority.path("lama.p12").display().to_string();
    let told = finalize(&fixture, &["--certificate", &certificate, "--signing-stdin"], &format!("{PASSPHRASE}\n"));
    assert!(fixture.path("risalah-resmi-2.tte.pdf").exists(), "{}", stderr(&told));
    assert!(pdfsig(&fixture.path("risalah-resmi-2.tte.pdf")).contains("Signature is Valid"));
    assert_eq!(verify(fixture.place.path(), &fixture.store).expect("examined").findings, []);
}

type Is = fn(&Error) -> bool;
/// Makes another document of one.
type Make = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// How the fake service behaves.
type Behaviour = fn(&Request, Vec<u8>) -> Option<Reply>;

/// A server that behaves as the client libraries of the e-sign service expect; `odd` may answer in
/// its place, and is given the signed document.
fn service(authority: &Authority, odd: Behaviour) -> Server {
    let certificate = authority.path("signer.p12");
    Server::new(move |request| {
        if !request.head.to_lowercase().contains("authorization: basic zxnpz246cxdlcnr5") {
            return Reply::json(401, r#"{"error":"Unauthorized"}"#);
        }
        let json = Reply::json;
        if request.line.starts_with("GET /api/user/status/") {
            return odd(request, Vec::new())
                .unwrap_or_else(|| json(200, r#"{"status_code":1111,"status":"ISSUE","message":"aktif"}"#));
        }
        if request.line.starts_with("POST /api/sign/verify") {
            assert!(request.part("signed_file").expect("a file").starts_with(b"%PDF"));
            return odd(request, Vec::new())
                .unwrap_or_else(|| json(200, r#"{"summary":"VALID","notes":"Dokumen valid","jumlah_signature":1}"#));
        }
        assert!(request.line.starts_with("POST /api/sign/pdf"), "{}", request.line);
        assert_eq!((request.text("nik"), request.text("tampilan")), (NIK.to_owned(), "invisible".to_owned()));
        if request.text("passphrase") != PASSPHRASE {
            return json(400, r#"{"error":"Passphrase anda salah","status_code":2031}"#);
        }
        let file = request.part("file").expect("a file");
        odd(request, sign(&certificate, &file))
            .unwrap_or_else(|| Reply::new(200, "application/pdf", sign(&certificate, &file)))
    })
}

fn sign(certificate: &Path, file: &[u8]) -> Vec<u8> {
    let now = jiff::Zoned::now();
    let certificate = Certificate::open(certificate.to_owned(), PASSPHRASE.into(), now.timestamp()).expect("opened");
    let about = About { name: "Layanan".to_owned(), reason: "TTE".to_owned(), location: None, at: now };
    certificate.sign(file, &about, None, &NEVER).expect("signed").bytes
}

/// Settings for a server, in a folder above the meeting's.
fn settings(address: &str, mode: u32) -> (tempfile::TempDir, Result<Settings, Error>) {
    let place = tempfile::tempdir().expect("a folder");
    let meeting = place.path().join("rapat");
    fs::create_dir(&meeting).expect("made");
    let path = place.path().join("tandatangan.toml");
    let text = format!("alamat = \"{address}/\"\npengguna = \"esign\"\nsandi = \"qwerty\"\ntunggu = 1\n");
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set");
    let read = Settings::of(&meeting);
    (place, read)
}

fn asked(address: &str, nik: &str, passphrase: &str, document: &[u8]) -> Result<e_risalah::signature::Signed, Error> {
    let (_place, settings) = settings(address, 0o600);
    let (settings, nik, passphrase) = (settings?, SecretString::from(nik), SecretString::from(passphrase));
    Service::new(&settings, &nik, &passphrase, &NEVER)?.sign(document)
}

#[test]
fn the_e_sign_service_signs_what_it_is_sent_and_both_hashes_are_kept() {
    let authority = Authority::new();
    let server = service(&authority, |_, _| None);
    let (_office, fixture) = verified(&authority, "[tandatangan]\nakar = \"akar.pem\"\n");
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("rapat");
    fs::rename(fixture.place.path(), &folder).expect("moved");
    let (place, _) = settings(&server.address, 0o600);
    fs::copy(place.path().join("tandatangan.toml"), root.path().join("tandatangan.toml")).expect("copied");
    let finalize = |typed: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
        command.arg("finalize").arg(&folder).args([
            "--signed-by",
            SECRETARY,
            "--number",
            "1",
            "--esign",
            "--signing-stdin",
        ]);
        command.env("RISALAH_LANG", "en").env("RUST_LOG", "trace").stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("runs");
        let _ = child.stdin.take().expect("a pipe").write_all(typed.as_bytes());
        child.wait_with_output().expect("ends")
    };
    for (typed, expected) in [(format!("{NIK}\nsalah\n"), "passphrase is wrong"), ("12\nx\n".to_owned(), "16 digits")] {
        let told = stderr(&finalize(&typed));
        assert!(told.contains(expected), "{told}");
        assert!(!folder.join("risalah-resmi.pdf").exists());
    }
    let told = finalize(&format!("{NIK}\n{PASSPHRASE}\n"));
    let text = stderr(&told) + &String::from_utf8_lossy(&told.stdout);
    assert!(text.contains("Dokumen valid") && text.contains(SIGNER), "{text}");
    assert!(!text.contains(NIK) && !text.contains(PASSPHRASE), "{text}");
    let manifest = Manifest::of(&folder, 1).expect("a manifest");
    let signature = manifest.signature.expect("signed");
    assert_eq!((signature.method, signature.note.as_deref()), (Method::Service, Some("Dokumen valid")));
    assert_eq!(signature.of, manifest.documents[0]);
    assert_ne!(signature.of.sha256, signature.signed.sha256);
    // The secrets stand in no file.
    for entry in fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let Ok(bytes) = fs::read(&path) else { continue };
        for secret in [NIK, PASSPHRASE] {
            assert!(super::authority::find(&bytes, secret.as_bytes()).is_none(), "{}", path.display());
        }
    }
    let asked = server.asked();
    assert!(asked.iter().any(|line| line.starts_with(&format!("GET /api/user/status/{NIK}"))), "{asked:?}");
}

#[test]
fn what_a_service_does_wrong_is_told_and_nothing_is_taken() {
    let authority = Authority::new();
    let (_office, fixture) = verified(&authority, "");
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let document = original(&fixture);
    let cases: Vec<(Behaviour, Is)> = vec![
        (
            |request, _| {
                request
                    .line
                    .contains("status")
                    .then(|| Reply::json(200, r#"{"status":"EXPIRED","message":"Sertifikat kedaluwarsa"}"#))
            },
            |error| matches!(error, Error::ServiceExpired { .. }),
        ),
        (
            |request, _| {
                request.line.contains("status").then(|| {
                    Reply::json(
                        200,
                        r#"{"status":"NOT_REGISTERED","status_code":1110,"message":"User belum terdaftar"}"#,
                    )
                })
            },
            |error| matches!(error, Error::NoCertificate { .. }),
        ),
        (
            |request, _| {
                request.line.contains("sign/pdf").then(|| Reply::json(400, r#"{"error":"Certificate has expired"}"#))
            },
            |error| matches!(error, Error::ServiceExpired { .. }),
        ),
        (
            |request, _| {
                request.line.contains("sign/pdf").then(|| Reply::new(500, "text/html", b"<h1>aduh</h1>".to_vec()))
            },
            |error| matches!(error, Error::ServiceFailed { status: 500, .. }),
        ),
        (
            |request, _| {
                request
                    .line
                    .contains("sign/pdf")
                    .then(|| Reply { hangs: true, ..Reply::new(200, "application/pdf", vec![0; 10]) })
            },
            |error| matches!(error, Error::Silent { .. }),
        ),
        (
            |request, _| {
                request.line.contains("sign/pdf").then(|| Reply::new(200, "application/pdf", vec![b'x'; 40 << 20]))
            },
            |error| matches!(error, Error::Huge { .. }),
        ),
        (
            |request, _| {
                request.line.contains("sign/pdf").then(|| Reply::new(200, "application/pdf", b"halo".to_vec()))
            },
            |error| matches!(error, Error::NotSigned { .. }),
        ),
        // The document as it was sent, unsigned.
        (
            |request, _| {
                let file = request.part("file")?;
                request.line.contains("sign/pdf").then(|| Reply::new(200, "application/pdf", file))
            },
            |error| matches!(error, Error::NotSigned { .. }),
        ),
        (
            |request, _| {
                request
                    .line
                    .contains("verify")
                    .then(|| Reply::json(200, r#"{"summary":"INVALID","notes":"tidak valid"}"#))
            },
            |error| matches!(error, Error::NotSigned { .. }),
        ),
    ];
    for (number, (odd, is)) in cases.into_iter().enumerate() {
        let server = service(&authority, odd);
        let error = asked(&server.address, NIK, PASSPHRASE, &document).expect_err("refused");
        assert!(is(&error), "{number}: {error:?}");
        assert!(error.message().hint(e_risalah::common::language::Language::English).is_some(), "{error:?}");
    }
    let closed = asked("http://127.0.0.1:1", NIK, PASSPHRASE, &document).expect_err("nobody");
    assert!(matches!(closed, Error::Unreachable { .. }), "{closed:?}");
    assert!(matches!(settings("http://esign.example", 0o600).1, Err(Error::Settings { .. })));
    assert!(matches!(settings("https://esign.example", 0o640).1, Err(Error::Private(_))));
}

#[test]
fn a_document_that_comes_back_changed_is_refused_and_one_that_is_written_anew_is_compared() {
    let authority = Authority::new();
    let (_office, fixture) = verified(&authority, "");
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let document = original(&fixture);
    let certificate = authority.path("signer.p12");
    // Each is signed by the right certificate, after a change.
    let change: Vec<(&str, bool, Make)> = vec![
        ("written anew", true, Box::new(|bytes| rewritten(bytes, |_| {}))),
        ("another word", false, Box::new(|bytes| rewritten(bytes, other_content))),
        ("a page less", false, Box::new(|bytes| rewritten(bytes, |document| document.delete_pages(&[1])))),
        ("an action", false, Box::new(|bytes| rewritten(bytes, action))),
        ("drawn over behind the old bytes", false, Box::new(behind)),
    ];
    for (what, is_taken, change) in change {
        let signed = Arc::new(Mutex::new(sign(&certificate, &change(&document))));
        let server = Server::new(move |request| {
            if request.line.contains("sign/pdf") {
                return Reply::new(200, "application/pdf", signed.lock().expect("held").clone());
            }
            Reply::json(404, "{}")
        });
        let answer = asked(&server.address, NIK, PASSPHRASE, &document);
        match answer {
            Ok(signed) => assert!(is_taken && !signed.is_prefix, "{what}"),
            Err(error) => assert!(!is_taken && matches!(error, Error::Changed { .. }), "{what}: {error:?}"),
        }
    }
}

fn rewritten(bytes: &[u8], change: impl Fn(&mut lopdf::Document)) -> Vec<u8> {
    let mut document = lopdf::Document::load_mem(bytes).expect("a PDF");
    change(&mut document);
    document.renumber_objects();
    let mut out = Vec::new();
    document.save_to(&mut out).expect("written");
    out
}

/// Draws something more on the first page.
fn other_content(document: &mut lopdf::Document) {
    let page = *document.get_pages().values().next().expect("a page");
    document.add_page_contents(page, b" 0 0 100 100 re f ".to_vec()).expect("drawn");
}

fn action(document: &mut lopdf::Document) {
    let mut action = lopdf::Dictionary::new();
    action.set("S", lopdf::Object::Name("JavaScript".into()));
    action.set("JS", lopdf::Object::string_literal("app.alert(1)"));
    document.catalog_mut().expect("a catalogue").set("OpenAction", action);
}

fn behind(bytes: &[u8]) -> Vec<u8> {
    let document = lopdf::Document::load_mem(bytes).expect("a PDF");
    let page = *document.get_pages().values().next().expect("a page");
    let mut update = lopdf::IncrementalDocument::create_from(bytes.to_vec(), document);
    let stream = lopdf::Stream::new(lopdf::Dictionary::new(), b"0 0 500 500 re f".to_vec());
    let content = update.new_document.add_object(stream);
    update.opt_clone_object_to_new_document(page).expect("a page");
    update.new_document.get_dictionary_mut(page).expect("a page").set("Contents", content);
    let mut out = Vec::new();
    update.save_to(&mut out).expect("written");
    out
}
