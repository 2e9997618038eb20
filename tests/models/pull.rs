use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use e_risalah::recognise::models::{Error, Hub, Monitor, Progress, Stage, State, Store};
use tempfile::TempDir;

use crate::ggml::{OTHER, SOUND};
use crate::server::{
    Reply, Request, Server, answer, broken_off, redirect, rest, rest_broken_off, silent_after, tunnel, unannounced,
    whole,
};
use crate::{official, unwatched};

/// An empty models folder whose one official model is [`SOUND`] under the name `uji`.
struct Folder {
    root: TempDir,
}

impl Folder {
    fn new() -> Self {
        Self { root: tempfile::tempdir().expect("a folder") }
    }

    fn store(&self) -> Store {
        Store::at(self.root.path().join("modèl")).with_officials(vec![official("uji", &SOUND)])
    }

    fn model(&self) -> PathBuf {
        self.store().folder().join("ggml-uji.bin")
    }

    fn part(&self) -> PathBuf {
        self.store().folder().join("ggml-uji.bin.part")
    }

    /// As an earlier download left it.
    fn with_part(self, bytes: &[u8]) -> Self {
        fs::create_dir_all(self.store().folder()).expect("a folder");
        fs::write(self.part(), bytes).expect("a part");
        self
    }

    /// Pulls from a hub with these replies; returns the causes of new attempts too.
    fn pull(&self, server: &Server) -> (Result<(), Error>, Vec<String>) {
        self.pull_within(HOUR, server)
    }

    fn pull_within(&self, stall: Duration, server: &Server) -> (Result<(), Error>, Vec<String>) {
        let hub = Hub::at(&server.address).with_patience(stall, Duration::ZERO);
        let mut causes = Vec::new();
        let mut report = |progress: Progress| {
            if let Progress::Retry { cause, .. } = progress {
                causes.push(cause.key);
            }
        };
        let mut watch = Monitor { report: &mut report, cancel: &AtomicBool::new(false) };
        let pulled = self.store().pull("uji", &hub, &mut watch).map(drop);
        (pulled, causes)
    }

    fn assert_complete(&self) {
        assert!(fs::read(self.model()).expect("the model") == *SOUND);
        assert!(!self.part().exists());
    }

    fn assert_absent(&self) {
        assert!(!self.model().exists());
    }
}

/// So long that a slow machine does not look like a silent line.
const HOUR: Duration = Duration::from_hours(1);
const MIDDLE: usize = 1_300_000;

#[test]
fn a_pull_brings_the_file_and_reports_how_far_it_is() {
    let folder = Folder::new();
    let server = Server::start(vec![whole(&SOUND)]);
    let (mut last, total) = (0, SOUND.len() as u64);
    let mut report = |progress: Progress| {
        let Progress::Bytes { stage: Stage::Downloading, done, total: of } = progress else { panic!("{progress:?}") };
        assert!(done > last && of == total);
        last = done;
    };
    let mut watch = Monitor { report: &mut report, cancel: &AtomicBool::new(false) };
    let installed = folder.store().pull("ggml-uji.bin", &Hub::at(&server.address), &mut watch).expect("a model");
    assert_eq!((installed.name.as_str(), installed.path, installed.was_there), ("uji", folder.model(), false));
    assert_eq!(last, total);
    folder.assert_complete();
    let requests = server.requests();
    let path = "GET /ggerganov/whisper.cpp/resolve/5359861c739e955e79d9a303bcbc70fb988958b1/ggml-uji.bin HTTP/1.1";
    assert_eq!((requests.len(), requests[0].line.as_str(), requests[0].header("range")), (1, path, None));
    assert_eq!(requests[0].header("accept-encoding"), Some("identity"));

    let again = unwatched(|watch| folder.store().pull("uji", &Hub::at(&server.address), watch)).expect("it is there");
    assert!(again.was_there);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_pull_goes_on_where_the_last_one_stopped() {
    let folder = Folder::new().with_part(&SOUND[..MIDDLE]);
    assert_eq!(folder.store().list().expect("a list")[0].state, State::Partial(MIDDLE as u64));
    let server = Server::start(vec![rest(&SOUND)]);
    folder.pull(&server).0.expect("a model");
    folder.assert_complete();
    assert_eq!(server.requests()[0].start(), MIDDLE);
}

#[test]
fn a_part_that_is_complete_needs_no_connection() {
    let folder = Folder::new().with_part(&SOUND);
    let server = Server::start(Vec::new());
    folder.pull(&server).0.expect("a model");
    folder.assert_complete();
}

#[test]
fn a_part_that_is_too_long_is_started_over() {
    let folder = Folder::new().with_part(&[OTHER.as_slice(), b"more"].concat());
    let server = Server::start(vec![whole(&SOUND)]);
    folder.pull(&server).0.expect("a model");
    folder.assert_complete();
    assert_eq!(server.requests()[0].start(), 0);
}

#[test]
fn a_hub_without_ranges_sends_the_whole_again() {
    let folder = Folder::new().with_part(&OTHER[..MIDDLE]);
    let server = Server::start(vec![whole(&SOUND)]);
    folder.pull(&server).0.expect("a model");
    folder.assert_complete();
}

#[test]
fn another_range_than_asked_for_is_refused() {
    let (last, length) = (SOUND.len() - 1, SOUND.len());
    let ranges = [
        format!("bytes {}-{last}/{length}", MIDDLE + 1),
        format!("bytes {MIDDLE}-{}/{}", last - 1, length - 1),
        format!("bytes */{length}"),
        String::new(),
    ];
    for range in ranges {
        let folder = Folder::new().with_part(&SOUND[..MIDDLE]);
        let header = format!("Content-Range: {range}\r\n").leak();
        let server = Server::start(vec![answer("206 Partial Content", header)]);
        let (pulled, causes) = folder.pull(&server);
        let Err(Error::WrongRange { asked, got, .. }) = pulled else { panic!("{range}: {pulled:?}") };
        assert_eq!((asked, got, causes.len()), (MIDDLE as u64, range, 0));
        assert_eq!(fs::read(folder.part()).expect("the part").len(), MIDDLE);
    }
}

#[test]
fn a_line_that_breaks_off_is_taken_up_again() {
    let folder = Folder::new();
    let server = Server::start(vec![
        broken_off(&SOUND, 700_000),
        answer("503 Service Unavailable", ""),
        rest_broken_off(&SOUND, 600_000),
        rest_broken_off(&SOUND, 0),
        rest(&SOUND),
    ]);
    let (pulled, causes) = folder.pull(&server);
    pulled.expect("a model");
    folder.assert_complete();
    assert_eq!(causes, ["models.broken", "models.refused", "models.broken", "models.broken"]);
    let starts: Vec<_> = server.requests().iter().map(Request::start).collect();
    assert_eq!(starts, [0, 700_000, 700_000, MIDDLE, MIDDLE]);
}

#[test]
fn an_answer_without_a_length_may_break_off_too() {
    let folder = Folder::new();
    let server = Server::start(vec![unannounced(SOUND[..MIDDLE].to_vec()), rest(&SOUND)]);
    let (pulled, causes) = folder.pull(&server);
    pulled.expect("a model");
    folder.assert_complete();
    assert_eq!(causes, ["models.broken"]);
}

#[test]
fn it_gives_up_when_nothing_gets_further_and_keeps_what_came() {
    let replies: Vec<Reply> = (0..6).map(|_| broken_off(&SOUND, MIDDLE)).collect();
    let folder = Folder::new();
    let server = Server::start(replies);
    let (pulled, causes) = folder.pull(&server);
    assert!(matches!(pulled, Err(Error::Broken { .. })));
    // The first attempt got somewhere, the four after it no further.
    assert_eq!((server.requests().len(), causes.len()), (5, 4));
    assert_eq!(fs::read(folder.part()).expect("the part"), &SOUND[..MIDDLE]);
    folder.assert_absent();
}

#[test]
fn a_line_that_goes_silent_is_taken_up_again() {
    let folder = Folder::new();
    let server = Server::start(vec![silent_after(&SOUND, MIDDLE, || ()), rest(&SOUND)]);
    let (pulled, causes) = folder.pull_within(Duration::from_secs(5), &server);
    pulled.expect("a model");
    folder.assert_complete();
    assert_eq!(causes, ["models.stalled"]);
    assert_eq!(server.requests()[1].start(), MIDDLE);
}

#[test]
fn a_stop_wakes_a_silent_line_and_keeps_what_came() {
    let folder = Folder::new();
    let stop = Arc::new(AtomicBool::new(false));
    let stopper = Arc::clone(&stop);
    let server =
        Server::start(vec![silent_after(&SOUND, MIDDLE, move || stopper.store(true, Ordering::Relaxed)), rest(&SOUND)]);
    let hub = Hub::at(&server.address).with_patience(HOUR, Duration::ZERO);
    let mut watch = Monitor { report: &mut |_| (), cancel: &stop };
    assert!(matches!(folder.store().pull("uji", &hub, &mut watch), Err(Error::Cancelled)));
    let kept = fs::read(folder.part()).expect("the part");
    assert!(SOUND.starts_with(&kept));
    folder.assert_absent();

    folder.pull(&server).0.expect("a model");
    folder.assert_complete();
    assert_eq!(server.requests()[1].start(), kept.len());
}

#[test]
fn wrong_content_is_thrown_away() {
    for (before, reply) in [(&[][..], whole(&OTHER)), (&OTHER[..MIDDLE], rest(&SOUND))] {
        let folder = Folder::new().with_part(before);
        let server = Server::start(vec![reply]);
        let (pulled, _) = folder.pull(&server);
        assert!(matches!(pulled, Err(Error::WrongContent { .. })), "{pulled:?}");
        assert!(!folder.part().exists());
        folder.assert_absent();
    }
}

#[test]
fn wrong_lengths_are_refused() {
    let length = SOUND.len() as u64;
    let page = answer("200 OK", "Content-Length: 15\r\nContent-Type: text/html\r\n");
    for (reply, expected) in [(whole(&SOUND[1..]), length - 1), (page, 15)] {
        let folder = Folder::new();
        let (pulled, causes) = folder.pull(&Server::start(vec![reply]));
        assert!(matches!(pulled, Err(Error::WrongLength { found, .. }) if found == expected), "{pulled:?}");
        assert_eq!(causes.len(), 0);
        folder.assert_absent();
    }
    let folder = Folder::new();
    let (pulled, _) = folder.pull(&Server::start(vec![unannounced([SOUND.as_slice(), b"more"].concat())]));
    assert!(matches!(pulled, Err(Error::WrongLength { found, .. }) if found > length), "{pulled:?}");
    folder.assert_absent();
}

#[test]
fn a_refusal_is_final_and_a_refused_range_starts_over() {
    let folder = Folder::new();
    let server = Server::start(vec![answer("404 Not Found", "")]);
    let (pulled, causes) = folder.pull(&server);
    assert!(matches!(pulled, Err(Error::Refused { status: 404, .. })));
    assert_eq!(causes.len(), 0);

    let folder = Folder::new().with_part(&SOUND[..MIDDLE]);
    let server = Server::start(vec![answer("416 Range Not Satisfiable", ""), whole(&SOUND)]);
    folder.pull(&server).0.expect("a model");
    folder.assert_complete();
    assert_eq!(server.requests()[1].start(), 0);
}

#[test]
fn redirects_are_followed_with_the_range() {
    let folder = Folder::new().with_part(&SOUND[..MIDDLE]);
    let store = Server::start(vec![rest(&SOUND)]);
    let hub = Server::start(vec![redirect(&format!("{}/blob/uji", store.address))]);
    folder.pull(&hub).0.expect("a model");
    folder.assert_complete();
    assert_eq!(store.requests()[0].line, "GET /blob/uji HTTP/1.1");
    assert_eq!(store.requests()[0].start(), MIDDLE);
}

#[test]
fn without_a_network_it_says_so_at_once() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let folder = Folder::new();
    let mut report = |progress: Progress| panic!("{progress:?}");
    let mut watch = Monitor { report: &mut report, cancel: &AtomicBool::new(false) };
    let pulled = folder.store().pull("uji", &Hub::at(&format!("http://{closed}")), &mut watch);
    assert!(matches!(pulled, Err(Error::Unreachable { .. })), "{pulled:?}");
}

#[test]
fn a_hub_must_have_an_address() {
    let folder = Folder::new();
    for base in ["mirror", "", "http://", "ht tp://x"] {
        let pulled = unwatched(|watch| folder.store().pull("uji", &Hub::at(base), watch));
        assert!(matches!(pulled, Err(Error::BadHub(_))), "{base}: {pulled:?}");
    }
}

#[test]
fn a_damaged_model_is_pulled_anew() {
    let folder = Folder::new();
    fs::create_dir_all(folder.store().folder()).expect("a folder");
    fs::write(folder.model(), OTHER.as_slice()).expect("a model");
    folder.pull(&Server::start(vec![whole(&SOUND)])).0.expect("a model");
    folder.assert_complete();
}

#[test]
fn only_one_process_at_a_time_pulls() {
    let folder = Folder::new();
    let server = Server::start(vec![whole(&SOUND)]);
    let second = Server::start(Vec::new());
    let mut refused = 0;
    let mut report = |_| {
        let (pulled, _) = folder.pull(&second);
        assert!(matches!(pulled, Err(Error::Busy(_))), "{pulled:?}");
        refused += 1;
    };
    let mut watch = Monitor { report: &mut report, cancel: &AtomicBool::new(false) };
    folder.store().pull("uji", &Hub::at(&server.address), &mut watch).expect("a model");
    assert!(refused > 0);
    folder.assert_complete();
}

/// Set for the process that the test below starts with an environment of its own.
const CHILD: &str = "RISALAH_TEST_CHILD";

#[test]
fn the_environment_names_folder_mirror_and_proxy() {
    if std::env::var_os(CHILD).is_some() {
        let store = Store::from_env().expect("a folder").with_officials(vec![official("uji", &SOUND)]);
        unwatched(|watch| store.pull("uji", &Hub::from_env(), watch)).expect("a model");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let inner = Arc::new(Mutex::new(Vec::new()));
    let proxy = Server::start(vec![tunnel(whole(&SOUND), Arc::clone(&inner))]);
    let child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "pull::the_environment_names_folder_mirror_and_proxy"])
        .env_clear()
        .env(CHILD, "1")
        .env("RISALAH_MODELS", folder.path())
        .env("RISALAH_MODEL_HUB", "http://cermin.invalid/")
        .env("HTTPS_PROXY", &proxy.address)
        .output()
        .expect("a process");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert!(fs::read(folder.path().join("ggml-uji.bin")).expect("the model") == *SOUND);
    assert_eq!(proxy.requests()[0].line, "CONNECT cermin.invalid:80 HTTP/1.1");
    let request = &inner.lock().expect("the log")[0];
    assert!(request.line.starts_with("GET /ggerganov/whisper.cpp/resolve/"), "{}", request.line);
}
