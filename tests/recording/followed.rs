//! A reader of a recording that grows hears what a reader of the finished one hears.

use std::sync::atomic::AtomicBool;
use std::thread;

use e_risalah::audio::{Block, Input, Source, SpeechStream};
use e_risalah::recording::{Cause, End, folder_of};

use crate::make::{begin, bytes, format};
use e_risalah::recording::Sample;

fn heard(source: Source) -> (Vec<Vec<f32>>, Vec<String>) {
    let mut sound = SpeechStream::new(source).expect("a stream");
    let mut block = Block::default();
    let mut all = vec![Vec::new(); usize::from(sound.source().channels())];
    while sound.read(&mut block, 4_000).expect("read") > 0 {
        for (all, samples) in all.iter_mut().zip(block.channels()) {
            all.extend_from_slice(samples);
        }
    }
    (all, sound.warnings().into_iter().map(|warning| format!("{warning:?}")).collect())
}

#[test]
fn live_and_afterwards_the_same_is_heard() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let place = tempfile::tempdir().expect("a folder");
    let format = format(48_000, 2, Sample::I24);
    let folder = folder_of(place.path());
    let mut writer = begin(place.path(), format);
    let input = Input::Recording(folder.clone());
    let live = Source::follow(&input, &STOP).expect("opened before there is any sound");
    let follower = thread::spawn(move || heard(live));
    let mut at = 0;
    // Odd pieces, two losses, and a segment's end between them.
    for (frames, lost) in [(1, 0), (47_999, 480), (333_333, 0), (7, 96_000), (2_600_000, 0), (50, 11)] {
        writer.append(&bytes(format, at, frames)).expect("written");
        writer.gap(lost, Cause::Overrun).expect("counted");
        at += frames + lost;
        thread::yield_now();
    }
    writer.finish(End::Asked).expect("closed");
    let live = follower.join().expect("followed");
    let finished = heard(Source::open(&input).expect("opened"));
    assert_eq!(live.0[0].len() as u64, (at * 16_000).div_ceil(48_000));
    assert!(live.0 == finished.0, "the sound differs");
    assert_eq!(live.1, finished.1);
    assert_eq!(live.1.iter().filter(|warning| warning.starts_with("Lost")).count(), 3);
}

#[test]
fn a_reader_that_is_told_to_stop_does_not_wait() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let place = tempfile::tempdir().expect("a folder");
    let format = format(16_000, 1, Sample::I16);
    let mut writer = begin(place.path(), format);
    writer.append(&bytes(format, 0, 16_000)).expect("written");
    let mut source = Source::follow(&Input::Recording(folder_of(place.path())), &STOP).expect("opened");
    let follower = thread::spawn(move || {
        let mut samples = vec![0.0; 32_000];
        source.read(&mut samples).expect("read")
    });
    STOP.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(follower.join().expect("it ends") <= 16_000);
    drop(writer);
}
