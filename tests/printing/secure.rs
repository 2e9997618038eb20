//! Printers that are spoken to over TLS.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto};

use super::fake::{http, message, office_printer};
use super::office::{NetworkPrinter, free_port};

/// Asks whether the printer is there: a folder without a meeting is refused only afterwards.
fn print(home: &Path, folder: &Path, address: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.arg("cetak").arg(folder).args(["--printer", address]).args(more);
    command.env("RISALAH_LANG", "id").env("RISALAH_PRINTERS", home).env("CUPS_SERVER", "127.0.0.1:1");
    command.output().expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_first_certificate_is_kept_and_another_is_refused_until_it_is_accepted() {
    let (home, folder) = (tempfile::tempdir().expect("a folder"), super::program::folder());
    let (home, folder) = (home.path(), folder.path());
    let port = free_port();
    let address = format!("ipps://localhost:{port}/ipp/print");
    let first = NetworkPrinter::launch("exit 0", port);
    let output = print(home, folder, &address, &["--paper", "a4"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("sertifikatnya disimpan"), "{}", said(&output));
    assert_eq!(first.received().len(), 1);
    let again = print(home, folder, &address, &["--paper", "a4"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert!(!said(&again).contains("sertifikat"), "{}", said(&again));

    // Another machine in its place.
    drop(first);
    let second = NetworkPrinter::launch("exit 0", port);
    let refused = print(home, folder, &address, &["--paper", "a4"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("--new-certificate") && said(&refused).contains(':'), "{}", said(&refused));
    assert!(second.received().is_empty());
    let accepted = print(home, folder, &address, &["--paper", "a4", "--new-certificate"]);
    assert_eq!(accepted.status.code(), Some(0), "{}", said(&accepted));
    assert_eq!(print(home, folder, &address, &["--paper", "a4"]).status.code(), Some(0));
    assert_eq!(second.received().len(), 2);
}

#[test]
fn a_certificate_that_cannot_be_kept_or_read_lets_nothing_be_sent() {
    let (home, folder) = (tempfile::tempdir().expect("a folder"), super::program::folder());
    let network = NetworkPrinter::launch("exit 0", free_port());
    let address = network.address.replace("ipp://", "ipps://");
    let file = home.path().join("berkas");
    fs::write(&file, "").expect("written");
    let output = print(&file, folder.path(), &address, &["--paper", "a4"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("RISALAH_PRINTERS"), "{}", said(&output));

    assert_eq!(print(home.path(), folder.path(), &address, &["--paper", "a4"]).status.code(), Some(0));
    let pins = fs::read_dir(home.path()).expect("read").filter_map(Result::ok);
    let pin = pins.map(|entry| entry.path()).find(|path| path.extension().is_some()).expect("a pin");
    fs::write(&pin, "{\"printer\":").expect("damaged");
    let output = print(home.path(), folder.path(), &address, &["--paper", "a4"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(network.received().len(), 1);
}

/// Shows one machine's certificate and signs with the key of another.
#[derive(Debug)]
struct Impostor(Arc<CertifiedKey>);

impl ResolvesServerCert for Impostor {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A certificate and its key, made by `openssl`.
fn certificate(place: &Path, name: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let (key, cert) = (place.join(format!("{name}.key")), place.join(format!("{name}.crt")));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-subj", "/CN=localhost", "-days", "30", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .output()
        .expect("openssl: apt-get install openssl");
    assert!(made.status.success(), "{}", said(&made));
    (CertificateDer::from_pem_file(&cert).expect("a certificate"), PrivateKeyDer::from_pem_file(&key).expect("a key"))
}

/// A server that answers every question as an office printer, with this certificate and key.
fn serve(certificate: CertificateDer<'static>, key: &PrivateKeyDer<'static>, port: u16) -> u16 {
    let key = crypto::ring::sign::any_supported_type(key).expect("a key");
    let impostor = Impostor(Arc::new(CertifiedKey::new(vec![certificate], key)));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(impostor));
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            thread::spawn(move || answer(StreamOwned::new(connection, stream)));
        }
    });
    port
}

fn answer(mut stream: StreamOwned<ServerConnection, TcpStream>) {
    let mut asked = vec![0; 64 << 10];
    // A client that goes away is what some of these tests are about.
    if stream.read(&mut asked).is_ok_and(|bytes| bytes > 0) {
        let attributes = message(ipp::model::StatusCode::SuccessfulOk, office_printer());
        let _ = stream.write_all(&http(&attributes)).and_then(|()| stream.flush());
    }
}

#[test]
fn who_has_only_the_certificate_of_a_printer_and_not_its_key_is_not_the_printer() {
    let (home, place, folder) =
        (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"), super::program::folder());
    let (own, _) = certificate(place.path(), "milik");
    let (_, other) = certificate(place.path(), "lain");
    let port = serve(own, &other, 0);
    let output = print(home.path(), folder.path(), &format!("ipps://127.0.0.1:{port}/ipp/print"), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("Sambungan aman"), "{}", said(&output));
    assert_eq!(fs::read_dir(home.path()).expect("read").count(), 0, "its certificate was kept");
}

#[test]
fn a_printer_without_tls_at_a_secure_address_is_told() {
    let (home, folder) = (tempfile::tempdir().expect("a folder"), super::program::folder());
    let fake = super::fake::Fake::but(|_, _| None);
    let output = print(home.path(), folder.path(), &fake.address.replace("ipp://", "ipps://"), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).starts_with("galat: "), "{}", said(&output));
    assert_eq!(fs::read_dir(home.path()).expect("read").count(), 0);
}
