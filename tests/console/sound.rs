//! The sound, exact to the sample.

use e_risalah::audio::{Block, Input, Source, SpeechStream};

use super::meetings::{KNOWN, LENGTH, known, tone, tones};
use super::server::{Answer, Served};

fn audio(served: &Served, query: &str, range: Option<&str>) -> Answer {
    let bearer = format!("Bearer {}", served.token);
    let mut headers = vec![("Authorization", bearer.as_str())];
    headers.extend(range.map(|range| ("Range", range)));
    served.raw("GET", &format!("/api/v1/meetings/{KNOWN}/audio{query}"), &headers, b"")
}

fn samples(answer: &Answer) -> Vec<i16> {
    let mut reader = hound::WavReader::new(&answer.body[..]).expect("a WAV file");
    assert_eq!((reader.spec().channels, reader.spec().sample_rate, reader.spec().bits_per_sample), (1, 16_000, 16));
    reader.samples::<i16>().map(|sample| sample.expect("a sample")).collect()
}

/// Every microphone from the beginning, at 16 kHz.
fn whole(path: &std::path::Path) -> Vec<Vec<i16>> {
    let source = Source::open(&Input::File(path.to_owned())).expect("opened");
    let mut stream = SpeechStream::new(source).expect("resampled");
    let (mut block, mut channels) = (Block::default(), vec![Vec::new(); 2]);
    while stream.read(&mut block, 10_000).expect("read") > 0 {
        for (whole, part) in channels.iter_mut().zip(block.channels()) {
            whole.extend(part.iter().map(|sample| (sample * 32_768.0).round() as i16));
        }
    }
    channels
}

#[test]
fn a_passage_from_the_middle_is_as_if_all_had_been_read() {
    let root = known();
    for rate in [48_000, 44_100, 16_000, 8_000] {
        let file = tones(&root.path().join(KNOWN), rate);
        let whole = whole(&file);
        assert_eq!(whole[0].len(), LENGTH as usize * 16_000);
        let served = Served::new(root.path());
        for (channel, from, to) in
            [(1, 0, 500), (2, 1, 16_000), (2, 123_457, 130_001), (1, 959_000, 960_000), (2, 400_000, 400_001)]
        {
            let cut = samples(&audio(&served, &format!("?channel={channel}&from={from}&to={to}"), None));
            assert!(cut == whole[channel - 1][from..to], "{rate} Hz, {channel}, {from}");
        }
    }
    let file = tones(&root.path().join(KNOWN), 16_000);
    assert_eq!(whole(&file)[1][4_711], tone(4_711, 2));
}

#[test]
fn without_a_microphone_all_are_heard_together() {
    let root = known();
    tones(&root.path().join(KNOWN), 16_000);
    let served = Served::new(root.path());
    let mix = samples(&audio(&served, "?from=1000&to=3000", None));
    let sum: Vec<i16> = (1000..3000)
        .map(|at| i32::from(tone(at, 1)) + i32::from(tone(at, 2)))
        .map(|sum| sum.clamp(-32_768, 32_767) as i16)
        .collect();
    assert!(mix == sum);
    let all = samples(&audio(&served, "?channel=1", None));
    assert_eq!(all.len(), LENGTH as usize * 16_000);
}

#[test]
fn parts_of_a_passage_are_those_of_the_whole() {
    let root = known();
    let served = Served::new(root.path());
    let query = "?channel=1&from=30000&to=200000";
    let whole = audio(&served, query, None);
    assert_eq!(whole.body.len(), 44 + 2 * 170_000);
    for (range, from, to) in [
        // A player gets the first eight seconds, and asks for the rest.
        ("bytes=0-", 0, 256 << 10),
        ("bytes=262144-", 256 << 10, whole.body.len()),
        ("bytes=10-99", 10, 100),
        ("bytes=-7", whole.body.len() - 7, whole.body.len()),
        ("bytes=1001-4000", 1001, 4001),
    ] {
        let part = audio(&served, query, Some(range));
        assert_eq!(part.status, 206, "{range}");
        assert!(part.body == whole.body[from..to], "{range}");
        assert_eq!(part.headers["content-range"], format!("bytes {from}-{}/{}", to - 1, whole.body.len()));
    }
    assert_eq!(audio(&served, query, Some("bytes=999999-")).code(416), "page.error.no_sound_there");
}

#[test]
fn where_there_is_no_sound_that_is_said() {
    let root = known();
    let served = Served::new(root.path());
    for (query, status) in [
        ("?channel=3", 404),
        ("?channel=65", 404),
        ("?channel=0", 404),
        ("?channel=1&from=960000", 422),
        ("?from=5&to=5", 422),
        ("?from=9&to=3", 422),
        ("?channel=x", 422),
        ("?from=99999999999999999999", 422),
    ] {
        let answer = audio(&served, query, None);
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
        assert!(answer.json()["what"].is_string());
    }
    std::fs::remove_dir_all(root.path().join(KNOWN).join("rekaman")).expect("removed");
    let answer = audio(&served, "?from=0&to=5", None);
    assert!((400..500).contains(&answer.status), "{}", answer.text());
}
