//! `risalah play`: what was said at a time of the recording, from the loudspeaker or as a file.

use std::path::Path;
use std::sync::atomic::Ordering;

use e_risalah::audio::Input;
use e_risalah::common::clock::Channel;
use e_risalah::common::message::Message;
use e_risalah::meeting::Meeting;
use e_risalah::record::playback::{self, Clip};
use e_risalah::transcript::store::{self, Store};

use super::args::Play;
use super::show::{Console, Share, print};
use super::{End, Failure, STOP, export, given};

/// How much is heard when no end is named, in milliseconds.
const USUAL: u64 = 30_000;

pub fn run(args: &Play, console: Console) -> Result<End, Failure> {
    let until = args.until.unwrap_or(args.from.saturating_add(USUAL));
    if until <= args.from {
        return Err(Failure::usage(Message::new("play.no_time")));
    }
    let channel = args.channel.and_then(Channel::new);
    let clip = Clip::of(&sound(&args.recording)?, args.from, until, channel)?;
    if let Some(path) = &args.output {
        clip.write(path)?;
        console.file(path);
        return Ok(End::Done);
    }
    let clock = clip.clock;
    let what = Message::new(if channel.is_some() { "play.channel" } else { "play.mix" })
        .with("channel", channel.map_or(0, Channel::number))
        .with("from", clock.hms(clip.span.start))
        .with("until", clock.hms(clip.span.end));
    console.note(&what);
    let whole = clock.millis(clip.span.len()).max(1);
    let mut share = Share::new(console, "cli.progress.playing", args.output_args.quiet || args.output_args.json);
    let played = playback::play(&clip, &STOP, &mut |done| share.report(done * 1000 / whole));
    share.end();
    played?;
    if args.output_args.json {
        let (from, until) = (clock.decimal_seconds(clip.span.start), clock.decimal_seconds(clip.span.end));
        let whole = !STOP.load(Ordering::Relaxed);
        print(&serde_json::json!({ "start_time": from, "end_time": until, "whole": whole }).to_string());
    }
    Ok(End::Done)
}

/// The sound: in the folder, else where it was when its words were recognised.
fn sound(recording: &Path) -> Result<Input, Failure> {
    let mut paths = vec![recording.to_owned()];
    let mut meeting = Meeting::bare();
    if recording.is_dir() {
        meeting = export::description(recording)?;
        let known = match Store::open(recording) {
            Err(store::Error::Missing { .. }) => Vec::new(),
            store => store?.sound()?,
        };
        if !known.is_empty() {
            paths = known;
        }
    }
    if let Some(gone) = paths.iter().find(|path| !path.exists()) {
        return Err(Failure::usage(Message::new("play.gone").with("path", gone.display())));
    }
    given::input(&paths, &meeting)
}
