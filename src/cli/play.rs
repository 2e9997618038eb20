//! `risalah play`: what was said at a time of the recording, from the loudspeaker or as a file.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use clap::ValueHint;
use e_risalah::common::clock::Channel;
use e_risalah::common::message::Message;
use e_risalah::meeting_folder;
use e_risalah::record::playback::{self, Clip};

use super::console::{Console, print};
use super::interrupt::STOP;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::progress::ShareProgress;
use super::recording_time::offset;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub recording: PathBuf,
    #[arg(value_name = "HH:MM:SS", value_parser = offset)]
    pub from: u64,
    #[arg(long, value_name = "HH:MM:SS", value_parser = offset)]
    pub until: Option<u64>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channel: Option<u16>,
    #[arg(short, long, value_name = "OUT.WAV", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub output_args: OutputArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
}

/// How much is heard when no end is named, in milliseconds.
const USUAL: u64 = 30_000;

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let until = args.until.unwrap_or(args.from.saturating_add(USUAL));
    if until <= args.from {
        return Err(Failure::usage(Message::new("play.no_time")));
    }
    let channel = args.channel.and_then(Channel::new);
    let clip = Clip::of(&meeting_folder::sound(&args.recording)?, args.from, until, channel)?;
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
    let mut progress = ShareProgress::new(console, "cli.progress.playing", args.output_args.hides_progress());
    let played = playback::play(&clip, &STOP, &mut |done| progress.report(done * 1000 / whole));
    progress.end();
    played?;
    if args.output_args.json {
        let (from, until) = (clock.decimal_seconds(clip.span.start), clock.decimal_seconds(clip.span.end));
        let whole = !STOP.load(Ordering::Relaxed);
        print(&serde_json::json!({ "start_time": from, "end_time": until, "whole": whole }).to_string());
    }
    Ok(End::Done)
}
