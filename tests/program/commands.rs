//! What the documentation tells people to type, typed: every block of commands in README.md and
//! below docs/, each page in an empty folder with relative paths and a home of its own. What a line
//! names is there under that name: the shipped meeting as `risalah demo` makes it (`hasil/`),
//! recordings made of it, its description, a printer.
//!
//! The words after `sh` in a block's info string say what this test cannot have:
//! - `setup`: changes the machine or needs the network; not run, only counted.
//! - `device`, `speaker`: needs a sound device, or a recording that is running; only whether the
//!   command is understood is looked at.
//! - `questions`: asks; every answer is left empty.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::fake::{Fake, Reply};
use e_risalah::audio::{Input, Source};
use ipp::model::{DelimiterTag, Operation, StatusCode};
use ipp::value::IppValue;

/// The printer of the documentation's examples.
const PRINTER: &str = "192.168.1.20";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and the pages of docs/ and its folders, in the order of their names.
fn pages() -> Vec<PathBuf> {
    let mut docs = Vec::new();
    for folder in ["docs", "docs/guide", "docs/panduan"] {
        let entries = fs::read_dir(root().join(folder)).expect("docs");
        docs.extend(entries.map(|entry| entry.expect("a file").path()));
    }
    docs.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    // The help of every command, which is compared with the program as a whole.
    docs.retain(|path| !path.ends_with("command-line.md"));
    docs.sort();
    [vec![root().join("README.md")], docs].concat()
}

struct Block {
    /// Where it begins, `README.md:48`.
    place: String,
    /// `sh`, and what is said of it.
    info: Vec<String>,
    lines: Vec<String>,
}

fn blocks(page: &Path) -> Vec<Block> {
    let name = page.strip_prefix(root()).expect("below").display().to_string();
    let text = fs::read_to_string(page).expect("readable");
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        // A block may stand in a list.
        let line = line.trim_start();
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(info), None) => {
                let info = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { place: format!("{name}:{}", number + 1), info, lines: Vec::new() });
            }
            (None, Some(mut block)) => {
                block.lines.push(line.to_owned());
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{name}: a block without end");
    blocks
}

/// A folder like that of somebody who follows the documentation.
struct Desk {
    place: tempfile::TempDir,
    printer: Fake,
}

impl Desk {
    fn new() -> Self {
        let printer = Fake::but(|operation, _| match operation {
            Operation::CupsGetDefault | Operation::CupsGetPrinters => {
                let name = IppValue::new_name_without_language("kantor").expect("a name");
                Some(Reply::Ipp(
                    StatusCode::SuccessfulOk,
                    vec![(DelimiterTag::PrinterAttributes, "printer-name", name)],
                ))
            }
            _ => None,
        });
        let place = tempfile::tempdir().expect("a folder");
        fs::create_dir(place.path().join("rumah")).expect("made");
        fs::create_dir(place.path().join("kerja")).expect("made");
        Self { place, printer }
    }

    fn work(&self) -> PathBuf {
        self.place.path().join("kerja")
    }

    fn authority(&self) -> &str {
        self.printer.address.trim_start_matches("ipp://").trim_end_matches("/ipp/print")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let programs = Path::new(env!("CARGO_BIN_EXE_risalah")).parent().expect("a folder");
        command
            .current_dir(self.work())
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
            .env("HOME", self.place.path().join("rumah"))
            .env("LANG", "C.UTF-8")
            .env("CUPS_SERVER", self.authority());
        command
    }

    /// One line as a shell takes it, with empty answers to whatever it asks.
    fn run(&self, line: &str) -> Output {
        let line = line.replace(PRINTER, self.authority());
        let mut child = self
            .command("sh")
            .args(["-c", &line])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh");
        // A command that asks nothing may be gone already.
        let _ = child.stdin.take().expect("a pipe").write_all(&[b'\n'; 200]);
        child.wait_with_output().expect("ends")
    }

    /// Puts what the line names where it is looked for.
    fn provide(&self, line: &str) {
        let meant = |name: &str| line.split([' ', '=']).any(|word| word == name) && !self.work().join(name).exists();
        if meant("rapat.toml") {
            // Recordings of its beginning alone would end before its events.
            let text = description();
            let (before, _) = text.split_once("[[peristiwa]]").expect("events");
            fs::write(self.work().join("rapat.toml"), before).expect("written");
        }
        // A folder that the line itself makes is not laid out for it.
        if meant("hasil/") && !line.contains("-o hasil/") {
            copy(transcribed(), &self.work().join("hasil"));
        }
        if line.contains("sekretariat/") {
            copy(&root().join("fixtures/sekretariat"), &self.work().join("sekretariat"));
        }
        if meant("paripurna.wav") {
            record(&self.work().join("paripurna.wav"), 0..9, 40);
        }
        if meant("gladi.wav") {
            record(&self.work().join("gladi.wav"), 0..9, 5);
        }
        if meant("rekaman-rapat/") {
            fs::create_dir(self.work().join("rekaman-rapat")).expect("made");
            for index in 0..9 {
                let name = format!("rekaman-rapat/{:02}.wav", index + 1);
                record(&self.work().join(name), index..index + 1, 20);
            }
        }
        for (index, name) in ["01.flac", "02.flac", "03.flac"].into_iter().enumerate() {
            if meant(name) {
                let wav = self.work().join(name).with_extension("wav");
                record(&wav, index..index + 1, 20);
                let done = self.command("flac").args(["-s", "--delete-input-file"]).arg(&wav).status();
                assert!(done.expect("flac: apt-get install flac").success());
            }
        }
        // The working copy as somebody has saved it, and as a member who had nothing to correct.
        let working = self.work().join("hasil/risalah-kerja.docx");
        if meant("koreksi.docx") {
            corrected(&working, &self.work().join("koreksi.docx"));
        }
        if meant("siti.docx") {
            fs::copy(working, self.work().join("siti.docx")).expect("copied");
        }
    }
}

/// The description of the shipped meeting, held in the past: a meeting that is still to be held
/// cannot become official.
fn description() -> String {
    let text = fs::read_to_string(root().join("fixtures/paripurna/rapat.toml")).expect("shipped");
    let held = text.replace("tanggal = 2027-03-09", "tanggal = 2026-03-10");
    assert_ne!(held, text);
    held
}

/// The shipped meeting with its transcript and documents, made once.
fn transcribed() -> &'static Path {
    static MADE: OnceLock<(Desk, PathBuf)> = OnceLock::new();
    let made = || {
        let desk = Desk::new();
        let folder = desk.work().join("hasil");
        fs::create_dir(&folder).expect("made");
        fs::write(folder.join("rapat.toml"), description()).expect("written");
        let output = desk.run("risalah demo -o hasil/");
        assert!(output.status.success(), "{}", told("the shipped meeting", "risalah demo -o hasil/", &output));
        (desk, folder)
    };
    &MADE.get_or_init(made).1
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

/// A WAV file with the first seconds of these channels of the shipped meeting.
fn record(path: &Path, channels: std::ops::Range<usize>, seconds: u32) {
    let files: Vec<PathBuf> =
        channels.map(|index| root().join(format!("fixtures/paripurna/{:02}.ogg", index + 1))).collect();
    let input = match files.as_slice() {
        [file] => Input::File(file.clone()),
        _ => Input::from_paths(&files).expect("the shipped meeting"),
    };
    let mut source = Source::open(&input).expect("the shipped meeting");
    let (count, rate) = (source.channels(), source.clock().rate());
    let spec = hound::WavSpec {
        channels: count,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("created");
    let mut block = vec![0.0; usize::from(count) * rate as usize];
    for _ in 0..seconds {
        let frames = source.read(&mut block).expect("readable");
        for sample in &block[..frames * usize::from(count)] {
            writer.write_sample((sample * 32_767.0) as i16).expect("written");
        }
    }
    writer.finalize().expect("finished");
}

/// Saves a working copy under another name with one word of it corrected.
fn corrected(from: &Path, to: &Path) {
    let mut archive = zip::ZipArchive::new(fs::File::open(from).expect("a working copy")).expect("a document");
    let mut out = zip::ZipWriter::new(fs::File::create(to).expect("created"));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("read");
        if part.name() == "word/document.xml" {
            let text = String::from_utf8(content).expect("text");
            content = text.replacen("Selamat siang.", "Selamat sore.", 1).into_bytes();
        }
        out.start_file(part.name(), zip::write::SimpleFileOptions::default()).expect("a part");
        out.write_all(&content).expect("written");
    }
    out.finish().expect("finished");
}

/// Whether the program understands a command, without doing it.
fn understood(desk: &Desk, line: &str) -> Output {
    let line = line.split_once("  #").map_or(line, |(line, _)| line);
    desk.run(&format!("{} --help", line.trim_end()))
}

fn told(place: &str, line: &str, output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{place}: {line}\nexit {:?}\n{out}{err}", output.status.code())
}

/// How many commands of some pages were run, and how many could not be.
#[derive(Default)]
struct Count {
    run: usize,
    understood: usize,
    left_out: usize,
}

/// Types every command of these pages.
fn type_all(pages: impl Iterator<Item = PathBuf>) -> Count {
    let mut count = Count::default();
    for page in pages {
        let desk = Desk::new();
        let mut prints = 0;
        for block in blocks(&page).iter().filter(|block| block.info.first().is_some_and(|kind| kind == "sh")) {
            let marks: Vec<&str> = block.info[1..].iter().map(String::as_str).collect();
            for line in block.lines.iter().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
                let output = match marks.as_slice() {
                    ["setup"] => {
                        count.left_out += 1;
                        continue;
                    }
                    ["device" | "speaker"] => {
                        count.understood += 1;
                        if !line.starts_with("risalah ") {
                            continue;
                        }
                        understood(&desk, line)
                    }
                    [] | ["questions"] => {
                        count.run += 1;
                        desk.provide(line);
                        desk.run(line)
                    }
                    other => panic!("{}: the marks {other:?} are not known to this test", block.place),
                };
                assert!(output.status.success(), "{}", told(&block.place, line, &output));
                let sends = ["risalah print ", "risalah cetak "].iter().any(|command| line.starts_with(command));
                prints += usize::from(marks.is_empty() && sends && !line.contains("--printers"));
            }
        }
        assert_eq!(desk.printer.count(Operation::PrintJob), prints, "{}: not every print was printed", page.display());
        for (name, made) in [
            ("guide/describe.md", "paripurna-8/rapat.toml"),
            ("guide/official.md", "hasil/risalah-resmi.pdf"),
            ("panduan/mencetak.md", "hasil/risalah-resmi.pdf"),
        ] {
            assert!(!page.ends_with(name) || desk.work().join(made).is_file(), "{name}: no {made}");
        }
    }
    count
}

// A command that could be run must not hide behind a mark: what is not run is counted exactly.

#[test]
fn every_command_of_the_english_guide_does_what_it_says() {
    let count = type_all(pages().into_iter().filter(|page| !page.starts_with(root().join("docs/panduan"))));
    assert!(count.run >= 45, "only {} commands were run", count.run);
    assert_eq!(count.understood, 39, "commands that need a device, or somebody who types a password");
    assert_eq!(count.left_out, 35, "commands that change the machine or need the network");
}

#[test]
fn every_command_of_the_indonesian_guide_does_what_it_says() {
    let count = type_all(pages().into_iter().filter(|page| page.starts_with(root().join("docs/panduan"))));
    assert!(count.run >= 35, "only {} commands were run", count.run);
    assert_eq!(count.understood, 38, "commands that need a device, or somebody who types a password");
    assert_eq!(count.left_out, 4, "commands that change the machine or need the network");
}

/// Where the links of a page lead, without those into the web and into the page itself.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets.filter(|target| !target.contains("://") && !target.starts_with('#'))
}

/// The name that a heading gets as the target of a link.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c)).collect::<String>().replace(' ', "-")
}

#[test]
fn every_link_of_the_documentation_leads_somewhere() {
    let others = ["CONTRIBUTING.md", "SECURITY.md", "models/README.md", "benches/README.md", "fixtures/README.md"];
    for page in pages().into_iter().chain(others.map(|name| root().join(name))) {
        let text = fs::read_to_string(&page).expect("readable");
        for link in links(&text) {
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let target = page.parent().expect("a folder").join(file);
            assert!(target.exists(), "{}: {link}", page.display());
            if !part.is_empty() {
                let there = fs::read_to_string(&target).expect("readable");
                let found = there.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == part);
                assert!(found, "{}: {link}", page.display());
            }
        }
    }
}

#[test]
fn the_pictures_are_small_and_all_are_shown() {
    let folder = root().join("docs/panduan/gambar");
    let shown: String = pages().iter().map(|page| fs::read_to_string(page).expect("readable")).collect();
    let mut bytes = 0;
    for entry in fs::read_dir(folder).expect("pictures") {
        let entry = entry.expect("a picture");
        bytes += entry.metadata().expect("a file").len();
        let name = entry.file_name().into_string().expect("a plain name");
        assert!(shown.contains(&format!("gambar/{name})")), "{name} is shown nowhere");
    }
    assert!(bytes < 400_000, "{bytes} bytes");
    let front = fs::metadata(root().join("README.md")).expect("README").len();
    assert!(front < 4_500, "README.md has {front} bytes");
}

#[test]
fn every_command_that_is_named_in_passing_is_understood() {
    let desk = Desk::new();
    let mut seen = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("readable");
        // Between the fences of blocks no single back quotes stand.
        let spans =
            text.split('`').skip(1).step_by(2).filter(|span| span.starts_with("risalah ") && !span.contains('\n'));
        for span in spans.filter(|span| !span.contains(['…', '>'])) {
            let output = understood(&desk, span);
            assert!(output.status.success(), "{}", told(&page.display().to_string(), span, &output));
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} commands were found");
}

#[test]
fn every_block_that_looks_like_commands_says_that_it_is_one() {
    for page in pages() {
        for block in blocks(&page) {
            let typed = |line: &String| ["risalah ", "make ", "cargo ", "$ "].iter().any(|word| line.starts_with(word));
            let commands = block.lines.iter().any(typed);
            assert!(!commands || block.info.first().is_some_and(|kind| kind == "sh"), "{}", block.place);
        }
    }
}
