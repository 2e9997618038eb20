//! The index of many meetings and searches in it, on made-up transcripts.
//!
//! `cargo bench --bench search -- 100 20000` makes 100 meetings of 20,000 words each in `target/tmp` and
//! keeps them for the next run.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use e_risalah::archive::{Archive, FILE_NAME, Request};
use rusqlite::Connection;

#[path = "generated/mod.rs"]
mod generated;

use generated::{TURN, Talk, VOCABULARY, sums, transcript, vocabulary};

/// Runs of each search.
const RUNS: usize = 101;

/// Makes a meeting, where it is not there from an earlier run.
fn meeting(folder: &Path, number: usize, words: usize, vocabulary: &[String], sums: &[f64]) {
    if folder.join("siap").exists() {
        return;
    }
    fs::create_dir_all(folder).expect("made");
    let (year, month, day) = (2000 + number / 336, 1 + number / 28 % 12, 1 + number % 28);
    let text = format!(
        "orang = [{{ id = \"a\", nama = \"Siti Aminah\" }}, {{ id = \"b\", nama = \"Rusdi Hanafi\" }}]\n\
         kursi = [{{ kanal = 1, orang = \"a\" }}, {{ kanal = 2, orang = \"b\" }}]\n\
         [rapat]\njenis = \"komisi\"\ntanggal = {year}-{month:02}-{day:02}\nacara = [\"Acara {number}\"]\n"
    );
    fs::write(folder.join("rapat.toml"), text).expect("written");
    transcript(folder, number, &Talk { words, turn: 150_000, pause: 10_000 }, vocabulary, sums);
    fs::write(folder.join("siap"), "").expect("written");
}

fn main() {
    // What the test runner and cargo add is no number.
    let mut given = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (meetings, words) = (given.next().unwrap_or(100), given.next().unwrap_or(20_000));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/tmp/search-{meetings}-{words}"));
    let vocabulary = vocabulary();
    let sums = sums();
    let sum = sums[sums.len() - 1];
    for number in 0..meetings {
        meeting(&root.join(format!("rapat-{number:05}")), number, words, &vocabulary, &sums);
    }
    let bytes: u64 = (0..meetings).map(|number| text_bytes(&root.join(format!("rapat-{number:05}")))).sum();

    let never = AtomicBool::new(false);
    let begun = Instant::now();
    let mut archive = Archive::rebuild(&root).expect("opened");
    archive.update(&never, None, &mut |_, _| {}).expect("updated");
    let built = begun.elapsed();
    drop(archive);
    let size = fs::metadata(root.join(FILE_NAME)).expect("an index").len();
    println!("{meetings} meetings of {words} words, {:.1} MB of text", bytes as f64 / 1e6);
    println!("built in {:.1} s, {:.0} ms a meeting", built.as_secs_f64(), built.as_secs_f64() * 1e3 / meetings as f64);
    println!("index {:.1} MB, {:.2} of the text", size as f64 / 1e6, size as f64 / bytes as f64);

    let mut archive = Archive::open(&root).expect("opened");
    let (median, most) = timed(&mut || {
        archive.update(&never, None, &mut |_, _| {}).expect("updated");
    });
    println!("looking for changes, which is a part of each search: median {median:.1} ms, 95 % {most:.1} ms");

    // By how many of the turns have a word: its share of all words, times the words of a turn.
    let share = |rank: usize| TURN as f64 / (rank as f64 + 2.7) / sum;
    let of_share = |wanted: f64| (0..VOCABULARY).find(|rank| share(*rank) <= wanted).unwrap_or(VOCABULARY - 1);
    let (common, some) = (&vocabulary[of_share(0.01)], &vocabulary[of_share(0.1)]);
    let rare = &vocabulary[VOCABULARY - 1000];
    let mut misheard: Vec<char> = vocabulary[of_share(0.0002)].chars().collect();
    misheard[2] = if misheard[2] == 'x' { 'y' } else { 'x' };
    for (name, query) in [
        ("rare word", format!("\"{rare}\"")),
        ("word in 1 % of the turns", format!("\"{common}\"")),
        ("the same in all its forms", common.clone()),
        ("word in 10 % of the turns", format!("\"{some}\"")),
        ("phrase", format!("\"{} {some}\"", vocabulary[3])),
        ("two words", format!("\"{common}\" \"{some}\"")),
        ("misheard name", misheard.into_iter().collect()),
    ] {
        let request = Request { words: query, limit: 20, ..Request::default() };
        let mut found = (0, 0);
        let (median, most) = timed(&mut || {
            let told = archive.search(&request, &never, None, &mut |_, _| {}).expect("searched");
            found = (told.total, told.also.len());
        });
        println!("{name}: {} found, {} alike; median {median:.1} ms, 95 % {most:.1} ms", found.0, found.1);
    }
}

/// Median and 95 % of the milliseconds that something takes.
fn timed(work: &mut dyn FnMut()) -> (f64, f64) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let ms = |place: usize| times[place].as_secs_f64() * 1e3;
    (ms(RUNS / 2), ms(RUNS * 95 / 100))
}

fn text_bytes(folder: &Path) -> u64 {
    let database = Connection::open(folder.join("transkrip.db")).expect("opened");
    database.query_row("SELECT sum(length(text) + 1) FROM utterance", [], |row| row.get(0)).expect("counted")
}
