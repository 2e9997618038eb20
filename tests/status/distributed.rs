//! Official records on their way to others: parcels into folders, by e-mail through a real server,
//! and to a system that fails, hangs and forgets what it has; and who may not have them.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use e_risalah::distribution::{
    self, Error, Event, LOG, Log, Mark, Order, Report, SETTINGS, Scope, Settings, Standing, What, mark, recipients,
};
use e_risalah::document::risalah::{Sheet, Templates};
use e_risalah::lifecycle::State;
use e_risalah::meeting::{Meeting, Recipient, Way};
use serde_json::Value;

use super::authority::{Authority, Reply, Request, Server};
use super::fixture::{Fixture, LATER, NUMBER, RAPAT, SECRETARY, SIGNED, at, done, pages, stderr, stdout, words};

static NEVER: AtomicBool = AtomicBool::new(false);

/// An office: a folder of meetings with an official record, and what lies above it.
struct Office {
    place: tempfile::TempDir,
    folder: PathBuf,
    store: e_risalah::transcript::store::Store,
}

impl Office {
    fn new(change: impl Fn(&str) -> String) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let rapat = RAPAT.replace(
            "    { jenis = \"setuju\"",
            "    { jenis = \"acara\", pada = \"00:00:12\", butir = 1 },\n    { jenis = \"setuju\"",
        );
        assert_ne!(rapat, RAPAT);
        let fixture = Fixture::with(&change(&rapat), words(), true).verified();
        fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
        let folder = place.path().join("rapat-7");
        let Fixture { place: made, store, .. } = fixture;
        fs::rename(made.path(), &folder).expect("moved");
        drop(store);
        let store = e_risalah::transcript::store::Store::open_to_read(&folder).expect("a store");
        Self { place, folder, store }
    }

    fn open() -> Self {
        Self::new(str::to_owned)
    }

    fn inbox(&self, name: &str) -> PathBuf {
        let path = self.place.path().join(name);
        fs::create_dir_all(&path).expect("made");
        path
    }

    fn settings(&self, text: &str) -> Settings {
        let path = self.place.path().join(SETTINGS);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
        Settings::of(&self.folder).expect("settings")
    }

    fn make(&self, to: Vec<Recipient>, scope: Scope) -> Result<Vec<distribution::Made>, Error> {
        let order = Order {
            recipients: to,
            scope,
            number: Some("170/45/DPRD/2026".to_owned()),
            date: Some(jiff::civil::date(2026, 3, 20)),
            subject: None,
            disposition: distribution::Disposition {
                to: Some("Kepala Bidang Persampahan".to_owned()),
                instruction: Some("Tindak lanjuti".to_owned()),
                due: Some(jiff::civil::date(2026, 4, 1)),
            },
            by: "Sari".to_owned(),
        };
        let typeset = |sheet: &Sheet| sheet.typeset(&Templates::built_in());
        distribution::make(&self.folder, &order, &at(LATER), &typeset)
    }

    fn send(&self, settings: &Settings, again: &[String]) -> Result<Report, Error> {
        distribution::send(&self.folder, None, again, "Sari", settings, &NEVER, &mut |_, _| {})
    }

    fn standing(&self, id: &str) -> Standing {
        Log::read(&self.folder).expect("read").parcel(id).expect("a parcel").standing()
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
        command.arg("distribute").arg(&self.folder).args(args).env("RISALAH_LANG", "en");
        command.output().expect("the program runs")
    }
}

fn to(name: &str, way: Way) -> Recipient {
    Recipient { name: name.to_owned(), office: Some("Kepala Dinas".to_owned()), way, closed: false }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_folder_gets_record_letter_and_metadata_once() {
    let office = Office::open();
    let inbox = office.inbox("masuk");
    let recipient = to("Dinas Lingkungan Hidup", Way::Folder(inbox.clone()));
    let made = office.make(vec![recipient.clone()], Scope::Record).expect("made");
    assert!(made[0].is_new && made[0].parcel.standing() == Standing::Made);
    let report = office.send(&Settings::default(), &[]).expect("sent");
    assert_eq!((report.sent.len(), report.failed.len()), (1, 0), "{report:?}");
    let id = &made[0].parcel.id;
    let parcel = inbox.join(id);
    assert_eq!(
        files(&parcel),
        ["metadata.json", "metadata.xml", "risalah-resmi.manifest.json", "risalah-resmi.pdf", "surat-pengantar.pdf"]
    );
    let record = fs::read(parcel.join("risalah-resmi.pdf")).expect("read");
    assert_eq!(record, fs::read(office.folder.join("risalah-resmi.pdf")).expect("read"));
    let letter = pages(&parcel.join("surat-pengantar.pdf"));
    for (page, expected) in [
        (0, "170/45/DPRD/2026"),
        (0, "Tanjung Contoh, 20 Maret 2026"),
        (0, "Dinas Lingkungan Hidup"),
        (0, "BAMBANG WIRAWAN, S.H., M.H."),
        (1, "LEMBAR DISPOSISI"),
        (1, "Kepala Bidang Persampahan"),
        (1, "Tindak lanjuti"),
        (1, "1 April 2026"),
    ] {
        assert!(letter[page].contains(expected), "{expected}: {}", letter[page]);
    }
    assert_eq!(letter.len(), 2);
    let json: Value = serde_json::from_slice(&fs::read(parcel.join("metadata.json")).expect("read")).expect("JSON");
    assert_eq!((&json["nomor"], &json["id"]), (&Value::from("170/45/DPRD/2026"), &Value::from(id.as_str())));
    let xml = fs::read_to_string(parcel.join("metadata.xml")).expect("read");
    let xml = roxmltree::Document::parse(&xml).expect("XML");
    let text = |name: &str| xml.descendants().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
    assert_eq!((text("id"), text("instruksi")), (Some(id.as_str()), Some("Tindak lanjuti")));
    assert_eq!(xml.descendants().filter(|node| node.has_tag_name("berkas")).count(), 3);

    // Taken from there, it is not put there again; the same order makes nothing new.
    fs::remove_dir_all(&parcel).expect("taken");
    let again = office.make(vec![recipient], Scope::Record).expect("made");
    assert!(!again[0].is_new && again[0].parcel.id == *id);
    let report = office.send(&Settings::default(), &[]).expect("sent");
    assert_eq!((report.sent.len(), report.before), (0, 1));
    assert!(!parcel.exists());

    // What the recipient does is kept and shown.
    assert!(matches!(mark(&office.folder, "x", Mark::Opened, "", "Sari"), Err(Error::NoParcel { .. })));
    assert!(matches!(mark(&office.folder, id, Mark::Answered, " ", "Sari"), Err(Error::NoText)));
    assert!(matches!(mark(&office.folder, id, Mark::Opened, "", " "), Err(Error::Nameless)));
    let late = |office: &Office| {
        Log::read(&office.folder)
            .expect("read")
            .parcel(id)
            .expect("it")
            .is_late(at(LATER).date() + jiff::Span::new().days(30))
    };
    assert!(late(&office));
    mark(&office.folder, id, Mark::Acknowledged, "", "Sari").expect("kept");
    mark(&office.folder, id, Mark::Answered, "Sudah dianggarkan", "Sari").expect("kept");
    mark(&office.folder, id, Mark::Opened, "", "Sari").expect("kept");
    assert_eq!(office.standing(id), Standing::Marked(Mark::Answered));
    assert!(!late(&office));
    let told = done(&office.run(&["--status"]));
    assert!(
        told.contains(id.as_str()) && told.contains("answered") && told.contains("Dinas Lingkungan Hidup"),
        "{told}"
    );
}

#[test]
fn an_extract_has_the_turns_of_one_person_or_one_item_only() {
    let office = Office::open();
    let inbox = office.inbox("kutipan");
    let recipient = || vec![to("Siti Aminah", Way::Folder(inbox.clone()))];
    let member = office.make(recipient(), Scope::Member("Siti Aminah, S.Pd.".to_owned())).expect("made");
    let item = office.make(recipient(), Scope::Agenda(1)).expect("made");
    assert_eq!(office.send(&Settings::default(), &[]).expect("sent").sent.len(), 2);
    let text = |made: &[distribution::Made], file: &str| {
        pages(&inbox.join(&made[0].parcel.id).join(file)).join("\n").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = text(&member, "kutipan-siti-aminah--s-pd-.pdf");
    assert!(said.contains("Kami menyetujui rancangan ini.") && said.contains("KUTIPAN RISALAH RESMI"), "{said}");
    assert!(!said.contains("dapat disetujui") && !said.contains("terbuka untuk umum"), "{said}");
    assert!(said.contains("Risalah resmi nomor 170/12/DPRD/2026, edisi 1, segel "), "{said}");
    let said = text(&item, "kutipan-acara-1.pdf");
    assert!(said.contains("Apakah rancangan ini dapat disetujui?") && !said.contains("saya nyatakan dibuka"), "{said}");
    for scope in
        [Scope::Member("mariana".to_owned()), Scope::Member("siapa".to_owned()), Scope::Agenda(0), Scope::Agenda(2)]
    {
        assert!(matches!(office.make(recipient(), scope.clone()), Err(Error::NothingOf { .. })), "{scope:?}");
    }
    // Of another description, it would be no extract of what was signed.
    let path = office.folder.join("rapat.toml");
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replace("Siti Aminah, S.Pd.\", fraksi", "Siti Aminah, M.Pd.\", fraksi")).expect("written");
    assert!(matches!(office.make(recipient(), Scope::Agenda(1)), Err(Error::Changed { .. })));
}

#[test]
fn who_may_not_have_a_record_gets_none_and_nobody_else_either() {
    let closed = |text: &str| text.replace("sifat = \"terbuka\"", "sifat = \"tertutup\"");
    let office = Office::new(closed);
    let inbox = office.inbox("masuk");
    let entitled = |way: Way| Recipient { closed: true, ..to("Ketua", way) };
    let folder = || Way::Folder(inbox.clone());
    let mail = Way::Mail("ketua@dprd.example".to_owned());
    let hook = Way::Webhook("https://surat.example/masuk".to_owned());
    let make = |recipients: Vec<Recipient>| office.make(recipients, Scope::Record);
    assert!(
        matches!(make(vec![entitled(folder()), to("Pers", folder())]), Err(Error::NotEntitled { name }) if name == "Pers")
    );
    assert!(matches!(make(vec![entitled(mail)]), Err(Error::ClosedInTheOpen { way: "mail", .. })));
    assert!(matches!(make(vec![entitled(hook)]), Err(Error::ClosedInTheOpen { way: "webhook", .. })));
    assert!(!office.folder.join(LOG).exists() && files(&inbox).is_empty());
    make(vec![entitled(folder())]).expect("made");
    assert_eq!(office.send(&Settings::default(), &[]).expect("sent").sent.len(), 1);
    let letter = pages(&inbox.join(&files(&inbox)[0]).join("surat-pengantar.pdf")).join("\n");
    assert!(letter.matches("RAPAT TERTUTUP").count() == 2, "{letter}");

    let fixture = Fixture::new().verified();
    let order = Order {
        recipients: vec![to("Dinas", folder())],
        scope: Scope::Record,
        number: None,
        date: None,
        subject: None,
        disposition: distribution::Disposition::default(),
        by: "Sari".to_owned(),
    };
    let typeset = |sheet: &Sheet| sheet.typeset(&Templates::built_in());
    let refused = distribution::make(fixture.place.path(), &order, &at(LATER), &typeset);
    assert!(matches!(refused, Err(Error::NotOfficial { state: State::Verification })), "{refused:?}");
}

#[test]
fn recipients_are_those_of_the_institution_and_of_lists() {
    let place = tempfile::tempdir().expect("a folder");
    let list = place.path().join("daftar.csv");
    fs::write(
        &list,
        "nama,jabatan,surel,folder,webhook,tertutup\nKomisi II,,komisi2@dprd.example,,,\nArsip,Kepala,,arsip,,ya\n",
    )
    .expect("written");
    let text = "[[edaran]]\nnama = \"Dinas\"\nsurel = \"dinas@kota.example\"\n";
    let meeting = Meeting::parse_institution(text, "lembaga.toml").expect("read");
    let named = |names: &[&str]| recipients(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), &meeting);
    let found = named(&["dinas", list.to_str().expect("a path"), "Dinas"]).expect("found");
    let ways: Vec<String> = found.iter().map(|one| one.way.address()).collect();
    assert_eq!(ways[..2], ["dinas@kota.example", "komisi2@dprd.example"]);
    assert!(ways[2].ends_with("/arsip") && found[2].closed && ways.len() == 3, "{ways:?}");
    assert!(matches!(named(&["Siapa"]), Err(Error::Unknown { .. })));
    for (row, named_line) in [
        ("A,,bukan surel,,,", 2),
        ("A,,,,,", 2),
        ("A,,a@b.c,x,,", 2),
        ("A,,,,http://x.example,", 2),
        ("A,,a@b.c,,,mungkin", 2),
    ] {
        fs::write(&list, format!("nama,jabatan,surel,folder,webhook,tertutup\n{row}\n")).expect("written");
        let found = named(&[list.to_str().expect("a path")]);
        assert!(matches!(&found, Err(Error::List { line, .. }) if *line == named_line), "{row}: {found:?}");
    }
    for wrong in [
        "[[edaran]]\nnama = \"A\"\n",
        "[[edaran]]\nnama = \"A\"\nsurel = \"a@b.c\"\nfolder = \"/x\"\n",
        "[[edaran]]\nnama = \"A\"\nfolder = \"relatif\"\n",
        "[[edaran]]\nnama = \"A\"\nwebhook = \"http://luar.example/\"\n",
        "[tandatangan]\ntsa = \"tsa.example\"\n",
    ] {
        assert!(Meeting::parse_institution(wrong, "lembaga.toml").is_err(), "{wrong}");
    }
}

struct Mail {
    child: Child,
    port: u16,
    place: tempfile::TempDir,
}

impl Mail {
    fn new(authority: &Authority) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        authority.write("surel.cnf", "[signer]\nsubjectAltName=IP:127.0.0.1\n");
        let mut command = Command::new(root.join(".venv/bin/python"));
        command.arg(root.join("tests/status/smtp.py")).args([authority.path("surel.pem"), authority.path("surel.key")]);
        let mut child = command.arg(place.path()).stdout(Stdio::piped()).spawn().expect(".venv; run `make test`");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a port");
        Self { child, port: line.trim().parse().expect("a port"), place }
    }

    fn letters(&self) -> Vec<String> {
        files(self.place.path())
            .iter()
            .map(|name| fs::read_to_string(self.place.path().join(name)).expect("a letter"))
            .collect()
    }
}

impl Drop for Mail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_mail_server_gets_each_letter_once_under_tls() {
    let authority = Authority::new();
    authority.write("ext.cnf", "[signer]\nsubjectAltName=IP:127.0.0.1\n[tsa]\nbasicConstraints=CA:FALSE\n");
    authority.issue("surel", "/CN=127.0.0.1", &[]);
    let server = Mail::new(&authority);
    let office = Office::open();
    fs::copy(authority.path("ca.pem"), office.place.path().join("ca.pem")).expect("copied");
    let text = |password: &str| {
        format!(
            "[surel]\nserver = \"127.0.0.1\"\nport = {}\npengguna = \"kantor\"\nsandi = \"{password}\"\ndari = \"Sekretariat DPRD <setwan@dprd.example>\"\nsertifikat = \"ca.pem\"\n[ulang]\ntunggu = 10\n",
            server.port
        )
    };
    let mail = |name: &str, address: &str| to(name, Way::Mail(address.to_owned()));
    let made = office
        .make(vec![mail("Siti", "siti@dprd.example"), mail("Tolak", "tolak@dprd.example")], Scope::Record)
        .expect("made");
    let (siti, refused) = (&made[0].parcel.id, &made[1].parcel.id);
    // Without settings, and with a wrong password, nothing goes out.
    assert_eq!(office.send(&Settings::default(), &[]).expect("told").failed.len(), 2);
    assert_eq!(office.send(&office.settings(&text("salah")), &[]).expect("told").failed.len(), 2);
    assert!(server.letters().is_empty());
    let report = office.send(&office.settings(&text("rahasia surel")), &[]).expect("sent");
    assert_eq!((report.sent.len(), report.failed.len()), (1, 1), "{report:?}");
    assert_eq!((office.standing(siti), office.standing(refused)), (Standing::Sent, Standing::Failed));
    let letter = server.letters().pop().expect("a letter");
    for expected in [
        "From: \"Sekretariat DPRD\" <setwan@dprd.example>",
        "surat-pengantar.pdf",
        "risalah-resmi.pdf",
        "metadata.xml",
        &format!("Message-ID: <{siti}@dprd.example>"),
    ] {
        assert!(letter.contains(expected), "{expected}: {letter:.2000}");
    }
    // Once more: only what was refused is tried.
    let report = office.send(&office.settings(&text("rahasia surel")), &[]).expect("sent");
    assert_eq!((report.sent.len(), report.failed.len(), report.before), (0, 1, 1));
    assert_eq!(server.letters().len(), 1);
    // What was being sent when the program ended, a person decides.
    let settings = office.settings(&text("rahasia surel"));
    let made = office.make(vec![mail("Yusuf", "yusuf@dprd.example")], Scope::Record).expect("made");
    let id = made[0].parcel.id.clone();
    begun(&office, &id);
    let report = office.send(&settings, &[]).expect("told");
    assert_eq!((report.uncertain.len(), server.letters().len()), (1, 1));
    assert_eq!(office.send(&settings, std::slice::from_ref(&id)).expect("sent").sent.len(), 1);
    assert_eq!((server.letters().len(), office.standing(&id)), (2, Standing::Sent));
    // Nor does anybody know what became of a letter of which the server said nothing.
    let made = office.make(vec![mail("Putus", "putus@dprd.example")], Scope::Record).expect("made");
    for _ in 0..2 {
        assert_eq!(office.send(&settings, &[]).expect("told").uncertain.len(), 1);
        assert_eq!(office.standing(&made[0].parcel.id), Standing::Uncertain);
    }
    // The password stands in nothing that is kept.
    let log = fs::read_to_string(office.folder.join(LOG)).expect("read");
    assert!(!log.contains("rahasia surel"));
    fs::set_permissions(office.place.path().join(SETTINGS), Permissions::from_mode(0o644)).expect("set");
    assert!(matches!(Settings::of(&office.folder), Err(Error::Private(_))));
}

/// As a crash leaves it: that it was begun, and nothing more.
fn begun(office: &Office, id: &str) {
    let path = office.folder.join(LOG);
    let text = fs::read_to_string(&path).expect("read");
    let last = text.lines().last().expect("a line");
    let event = Event { at: jiff::Timestamp::now(), by: "Sari".to_owned(), parcel: id.to_owned(), what: What::Sending };
    let mut line = serde_json::json!({
        "line": text.lines().count() + 1,
        "before": e_risalah::common::digest::sha256(last.as_bytes()),
    });
    let event = serde_json::to_value(event).expect("JSON");
    line.as_object_mut().expect("an object").extend(event.as_object().expect("an object").clone());
    let mut file = fs::OpenOptions::new().append(true).open(path).expect("opened");
    writeln!(file, "{line}").expect("written");
}

/// What a system that receives has taken: by the number of the parcel.
type Taken = Arc<Mutex<Vec<String>>>;

fn header(request: &Request, name: &str) -> String {
    let line = request.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
    line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// Whether the signature is that of the shared secret, as `openssl` computes it.
fn is_signed(request: &Request, secret: &str) -> bool {
    let (at, given) = (header(request, "risalah-timestamp"), header(request, "risalah-signature"));
    let mut child = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", secret])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(at.as_bytes())
        .and_then(|()| stdin.write_all(b"."))
        .and_then(|()| stdin.write_all(&request.body))
        .expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("ends");
    let right = String::from_utf8_lossy(&output.stdout).trim().rsplit(' ').next().map(str::to_owned);
    given.strip_prefix("v1=").map(str::to_owned) == right
}

#[test]
fn another_system_that_fails_hangs_and_repeats_has_each_parcel_once() {
    let taken: Taken = Arc::default();
    let (seen, count) = (Arc::clone(&taken), Arc::new(Mutex::new(0)));
    let server = Server::new(move |request| {
        assert!(is_signed(request, "kunci bersama"), "{}", request.head);
        let key = header(request, "idempotency-key");
        let mut count = count.lock().expect("held");
        *count += 1;
        match *count {
            1 => Reply::json(500, "{}"),
            2 => Reply { hangs: true, ..Reply::json(200, "{\"diterima\":true}") },
            3 => {
                // It takes the parcel, and fails to say so.
                seen.lock().expect("held").push(key);
                Reply::json(503, "{}")
            }
            _ => {
                let mut seen = seen.lock().expect("held");
                if !seen.contains(&key) {
                    seen.push(key);
                }
                Reply::json(200, "{\"diterima\":true}")
            }
        }
    });
    let office = Office::open();
    let address = format!("{}/masuk", server.address);
    let text = format!(
        "[[webhook]]\nalamat = \"{address}\"\nrahasia = \"kunci bersama\"\n[ulang]\npercobaan = 5\njeda = 0.01\ntunggu = 1\n"
    );
    let settings = office.settings(&text);
    let made = office.make(vec![to("Surat", Way::Webhook(address.clone()))], Scope::Record).expect("made");
    let report = office.send(&settings, &[]).expect("sent");
    assert_eq!(report.sent.len(), 1, "{report:?}");
    assert_eq!((server.asked().len(), taken.lock().expect("held").clone()), (4, vec![made[0].parcel.id.clone()]));
    assert_eq!(office.send(&settings, &[]).expect("sent").before, 1);
    assert_eq!(server.asked().len(), 4);
    // After a crash in between, it may be sent again: the other side knows it.
    begun(&office, &made[0].parcel.id);
    assert_eq!(office.standing(&made[0].parcel.id), Standing::Uncertain);
    assert_eq!(office.send(&settings, &[]).expect("sent").sent.len(), 1);
    assert_eq!(taken.lock().expect("held").len(), 1);

    // What is wrong with the request is not tried again; what is patient, as often as is set.
    for (status, attempts) in [(400, 1), (500, 5)] {
        let server = Server::new(move |_| Reply::json(status, "{\"salah\":1}"));
        let office = Office::open();
        let address = server.address.clone();
        let text = format!("[[webhook]]\nalamat = \"{address}\"\nrahasia = \"x\"\n[ulang]\njeda = 0.01\ntunggu = 1\n");
        let settings = office.settings(&text);
        office.make(vec![to("Surat", Way::Webhook(address))], Scope::Record).expect("made");
        let report = office.send(&settings, &[]).expect("told");
        assert_eq!((report.failed.len(), server.asked().len()), (1, attempts), "{status}");
    }
}

#[test]
fn what_was_kept_is_not_changed_without_being_noticed() {
    let office = Office::open();
    let inbox = office.inbox("masuk");
    let made = office.make(vec![to("Dinas", Way::Folder(inbox.clone()))], Scope::Record).expect("made");
    let parcel = office.folder.join(distribution::FOLDER).join(&made[0].parcel.id);
    // A file of the parcel that is not as it was made does not go out.
    let letter = parcel.join("surat-pengantar.pdf");
    let before = fs::read(&letter).expect("read");
    fs::write(&letter, "lain").expect("written");
    let report = office.send(&Settings::default(), &[]).expect("told");
    assert_eq!((report.failed.len(), files(&inbox).len()), (1, 0));
    fs::write(&letter, before).expect("written");
    assert_eq!(office.send(&Settings::default(), &[]).expect("sent").sent.len(), 1);
    let path = office.folder.join(LOG);
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replacen("Sari", "Sara", 1)).expect("written");
    assert!(matches!(office.send(&Settings::default(), &[]), Err(Error::Log(_))));
    let told = office.run(&["--status"]);
    assert!(told.status.code() == Some(1) && stderr(&told).contains("does not follow"), "{}", stderr(&told));
    // What a power cut left of a line is mended by the next one.
    fs::write(&path, format!("{text}{{\"line\":")).expect("torn");
    mark(&office.folder, &made[0].parcel.id, Mark::Opened, "", "Sari").expect("kept");
    assert_eq!(Log::read(&office.folder).expect("read").finding(), None);
    drop(office.store);
    std::thread::sleep(Duration::ZERO);
}

#[test]
fn the_command_sends_says_what_it_did_and_enters_it_in_the_audit_trail() {
    let office = Office::open();
    let inbox = office.inbox("masuk");
    let list = office.place.path().join("daftar.csv");
    fs::write(&list, format!("nama,folder\nDinas,{}\nHilang,{}/tidak-ada\n", inbox.display(), inbox.display()))
        .expect("written");
    fs::write(office.place.path().join(e_risalah::audit::FILE_NAME), "").expect("written");
    let list = list.display().to_string();
    let order = ["--to", list.as_str(), "--number", "1", "--by", "Sari", "--due", "2026-04-01"];
    let told = office.run(&order);
    assert_eq!(told.status.code(), Some(1));
    assert!(
        stdout(&told).contains("sent") && stderr(&told).contains("Hilang") && stderr(&told).contains("--resume"),
        "{}{}",
        stdout(&told),
        stderr(&told)
    );
    fs::create_dir(inbox.join("tidak-ada")).expect("made");
    let told = office.run(&["--resume", "--by", "Sari", "--json"]);
    let lines = done(&told);
    let line: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&line["standing"], &line["recipient"]["name"]), (&Value::from("sent"), &Value::from("Hilang")));
    let id = line["id"].as_str().expect("a number");
    done(&office.run(&["--mark", id, "--as", "answered", "--text", "siap", "--by", "Sari"]));
    assert!(done(&office.run(&order)).is_empty(), "nothing is sent twice");
    for wrong in [
        vec!["--to", list.as_str()],
        vec!["--mark", id, "--by", "Sari"],
        vec![],
        vec!["--status", "--resume", "--by", "x"],
    ] {
        assert_eq!(office.run(&wrong).status.code(), Some(2), "{wrong:?}");
    }
    let trail = fs::read_to_string(office.place.path().join(e_risalah::audit::FILE_NAME)).expect("read");
    assert_eq!(trail.matches("\"distributed\"").count(), 4, "{trail}");
}
