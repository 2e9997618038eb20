//! Real printers in software: `ippeveprinter`, and a CUPS server of the test's own.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use e_risalah::document::printing::{Patience, Spooler, find};
use tempfile::TempDir;

use super::until;

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `ippeveprinter` insists on announcing itself, so there must be somebody to announce it to. Where
/// no such service runs, one is started that ends with the whole of these tests.
fn announcer() {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        let bus = "/run/dbus/system_bus_socket";
        leash(bus, "mkdir -p /run/dbus; exec /usr/bin/dbus-daemon --system --nofork --nopidfile");
        leash("/run/avahi-daemon/socket", "exec /usr/sbin/avahi-daemon --no-drop-root --no-chroot --no-proc-title");
    });
}

/// Starts a service unless its socket answers already. Its keeper reads from this process, and ends
/// it when there is nothing more to read.
fn leash(socket: &str, service: &str) {
    if UnixStream::connect(socket).is_ok() {
        return;
    }
    let script = format!("({service}) >/dev/null 2>&1 & service=$!; cat >/dev/null; kill $service");
    let keeper = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).spawn().expect("sh");
    // Its end of the pipe must live as long as this process.
    std::mem::forget(keeper);
    until(&format!("{socket} answers"), || UnixStream::connect(socket).is_ok());
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// A printer of the network that keeps what it was sent.
pub struct NetworkPrinter {
    pub address: String,
    pub place: TempDir,
    _running: Running,
}

impl NetworkPrinter {
    /// `command` is run for each job, with the document as its argument; what it says on stderr as
    /// `STATE: …` becomes the printer's state.
    pub fn start(command: &str) -> Self {
        let port = free_port();
        let network = Self::launch(command, port);
        until("the printer answers", || find(Some(&network.address), Patience::default()).is_ok());
        network
    }

    /// The same, and nobody has asked it anything. It makes itself a certificate when it is first
    /// spoken to over TLS.
    pub fn launch(command: &str, port: u16) -> Self {
        announcer();
        let place = tempfile::tempdir().expect("a folder");
        let script = place.path().join("cetak");
        fs::write(&script, format!("#!/bin/sh\n{command}\n")).expect("written");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("made executable");
        fs::create_dir(place.path().join("spool")).expect("made");
        fs::create_dir(place.path().join("kunci")).expect("made");
        let child = Command::new("/usr/sbin/ippeveprinter")
            .args([
                "-d",
                "spool",
                "-k",
                "-p",
                &port.to_string(),
                "-r",
                "off",
                "-f",
                "application/pdf",
                "-n",
                "localhost",
            ])
            .arg("-K")
            .arg(place.path().join("kunci"))
            .arg("-c")
            .arg(&script)
            .arg(format!("uji {port}"))
            .current_dir(place.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ippeveprinter: apt-get install cups-ipp-utils");
        let running = Running(child);
        let address = format!("ipp://localhost:{port}/ipp/print");
        until("the printer listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { address, place, _running: running }
    }

    /// The documents that it was sent.
    pub fn received(&self) -> Vec<Vec<u8>> {
        let folder = fs::read_dir(self.place.path().join("spool")).expect("the spool");
        let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("a file").path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
        files.sort();
        files.iter().map(|path| fs::read(path).expect("read")).collect()
    }
}

/// A print server without any queue.
pub struct Cups {
    pub authority: String,
    _place: TempDir,
    _running: Running,
}

impl Cups {
    pub fn start() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        // As root, CUPS does its work under another name, which must be able to come here.
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("opened");
        let path = |name: &str| place.path().join(name).display().to_string();
        for folder in ["root", "cache", "state", "spool", "tmp", "log"] {
            fs::create_dir(path(folder)).expect("made");
        }
        let authority = format!("127.0.0.1:{}", free_port());
        let everybody = "Order allow,deny\nAllow all\n";
        let server = format!(
            "Listen {authority}\nBrowsing No\nDefaultAuthType None\nWebInterface No\n<Location />\n{everybody}</Location>\n\
             <Policy default>\nJobPrivateAccess default\nJobPrivateValues none\nSubscriptionPrivateAccess default\n\
             SubscriptionPrivateValues none\n<Limit All>\n{everybody}</Limit>\n</Policy>\n"
        );
        let files = format!(
            "ServerRoot {}\nCacheDir {}\nStateDir {}\nRequestRoot {}\nTempDir {}\nErrorLog {}\nAccessLog {}\nPageLog {}\n",
            path("root"),
            path("cache"),
            path("state"),
            path("spool"),
            path("tmp"),
            path("log/error"),
            path("log/access"),
            path("log/page"),
        );
        fs::write(path("cupsd.conf"), server).expect("written");
        fs::write(path("cups-files.conf"), files).expect("written");
        let child = Command::new("/usr/sbin/cupsd")
            .args(["-f", "-c", &path("cupsd.conf"), "-s", &path("cups-files.conf")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("cupsd: apt-get install cups");
        let cups = Self { authority, _place: place, _running: Running(child) };
        until("the print server answers", || cups.spooler().printers().is_ok());
        cups
    }

    pub fn spooler(&self) -> Spooler {
        Spooler::at(&self.authority, Patience::default())
    }

    /// A command of CUPS's own, asked of this server.
    pub fn run(&self, program: &str, args: &[&str]) -> Output {
        let output =
            Command::new(format!("/usr/sbin/{program}")).args(args).env("CUPS_SERVER", &self.authority).output();
        let output = output.unwrap_or_else(|error| panic!("{program} ({error}): apt-get install cups"));
        assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Makes a queue that hands on what it is given, unchanged.
    pub fn add(&self, name: &str, device: &str) {
        self.run("lpadmin", &["-p", name, "-E", "-v", device, "-m", "raw"]);
    }
}
