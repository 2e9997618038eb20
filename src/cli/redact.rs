//! `risalah redact`: what is taken out of the published copy, and proposals for it.

use std::path::PathBuf;

use clap::{ArgGroup, ValueHint};
use e_risalah::common::clock::{Channel, Clock, Span, moment};
use e_risalah::common::message::Message;
use e_risalah::floor::CLOCK;
use e_risalah::meeting::{Meeting, offset};
use e_risalah::meeting_folder;
use e_risalah::publication::redaction::{self, Error, Proposal, Reason, Redaction, Wish};
use e_risalah::transcript::store::Store;

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;

#[derive(clap::Args)]
#[command(group = ArgGroup::new("redaction").args(["from", "list", "propose", "withdraw"]))]
pub struct Args {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "FROM", requires_all = ["reason", "by"])]
    pub from: Option<String>,
    #[arg(value_name = "UNTIL")]
    pub until: Option<String>,
    #[arg(long, value_name = "REASON", requires = "from")]
    pub reason: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), requires = "from")]
    pub channel: Option<u16>,
    #[arg(long, value_name = "TEXT", requires = "from")]
    pub words: Option<String>,
    #[arg(long)]
    pub list: bool,
    #[arg(long)]
    pub propose: bool,
    #[arg(long, value_name = "NUMBER", requires = "by")]
    pub withdraw: Option<u64>,
    #[arg(long, value_name = "REASON", requires = "withdraw")]
    pub why: Option<String>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

impl Args {
    /// What is entered in the audit trail where it changes something.
    pub fn change(&self) -> Option<String> {
        let by = self.by.as_deref().unwrap_or_default();
        match (&self.from, self.withdraw) {
            (Some(from), _) => Some(format!("{from} by {by}")),
            (None, Some(id)) => Some(format!("withdraw {id} by {by}")),
            (None, None) => None,
        }
    }
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let meeting = meeting_folder::describe(&args.folder)?;
    if let Some(from) = &args.from {
        return add(args, from, &meeting, console);
    }
    if let Some(id) = args.withdraw {
        let store = Store::open(&args.folder)?;
        let by = args.by.as_deref().unwrap_or_default();
        redaction::withdraw(&store, id, by, args.why.as_deref(), &meeting_folder::now(&meeting))?;
        told(
            args,
            &serde_json::json!({ "withdrawn": id }),
            &Message::new("redaction.withdrawn").with("id", id),
            console,
        );
        return Ok(End::Done);
    }
    if !args.list && !args.propose {
        return Err(Failure::usage(Message::new("redaction.no_from")));
    }
    let store = Store::open_to_read(&args.folder)?;
    let (transcript, redactions) = (store.current()?, store.redactions()?);
    let clock = transcript.recording.clock;
    if args.list {
        for one in &redactions {
            list_line(one, clock, args, console);
        }
        if redactions.is_empty() && !args.output_args.json {
            console.note(&Message::new("redaction.none"));
        }
        return Ok(End::Done);
    }
    let proposals = redaction::propose(&meeting, &transcript, &redactions);
    for proposal in &proposals {
        proposal_line(proposal, clock, args);
    }
    if !args.output_args.json {
        console.note(&match proposals.len() {
            0 => Message::new("redaction.none_proposed"),
            count => Message::new("redaction.proposed").with("count", count),
        });
    }
    Ok(End::Done)
}

fn add(args: &Args, from: &str, meeting: &Meeting, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.folder)?;
    let clock = store.load()?.recording.clock;
    let reason: Reason = args.reason.as_deref().unwrap_or_default().parse().map_err(|_| Error::NoReason)?;
    let wish = Wish {
        span: span(from, args.until.as_deref(), clock)?,
        channel: args.channel.and_then(Channel::new),
        words: args.words.clone(),
        reason,
        by: args.by.clone().unwrap_or_default(),
    };
    let added = redaction::add(&mut store, &wish, &meeting_folder::now(meeting))?;
    let ids: Vec<String> = added.ids.iter().map(u64::to_string).collect();
    let key = if added.words.is_empty() { "redaction.added_silence" } else { "redaction.added" };
    let message = Message::new(key).with("ids", ids.join(", ")).with("words", added.words.join(" / "));
    told(args, &serde_json::json!({ "ids": added.ids, "words": added.words }), &message, console);
    let (raw, current) = (store.load()?, store.current()?);
    let hiding = redaction::hide(&current, &raw, &store.redactions()?, &[]);
    let mut warnings = hiding.warnings;
    warnings.extend(redaction::repeated(meeting, &hiding.transcript, &hiding.texts));
    Ok(End::warned_if(console.warnings(&warnings)))
}

/// A passage as it is typed. Whole seconds are meant from their beginning to their end.
fn span(from: &str, until: Option<&str>, clock: Clock) -> Result<Span, Failure> {
    let time = |text: &str| {
        offset(text).ok_or_else(|| Failure::usage(Message::new("redaction.not_a_time").with("value", text)))
    };
    let whole = |text: &str| !text.contains(['.', ',']);
    let last = until.unwrap_or(from);
    let end = time(last)? + if whole(last) { 1_000 } else { 0 };
    Ok(Span::new(clock.at_millis(time(from)?), clock.at_millis(end)))
}

fn told(args: &Args, json: &serde_json::Value, message: &Message, console: Console) {
    if args.output_args.json {
        print(&json.to_string());
    } else if !args.output_args.quiet {
        print(&console.sentence(message));
    }
}

/// `hh:mm:ss.mmm`, as the command takes it.
fn exact(position: u64, clock: Clock) -> String {
    let millis = clock.millis(position);
    format!("{:02}:{:02}:{:02}.{:03}", millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60, millis % 1_000)
}

fn list_line(one: &Redaction, clock: Clock, args: &Args, console: Console) {
    let words: Vec<&str> = one.hidden.iter().map(|hidden| hidden.words.as_str()).collect();
    if args.output_args.json {
        let withdrawn = one
            .withdrawn
            .as_ref()
            .map(|withdrawn| serde_json::json!({ "by": withdrawn.by, "when": withdrawn.when, "why": withdrawn.why }));
        let line = serde_json::json!({
            "id": one.id, "channel": one.channel, "from": clock.convert(one.from, CLOCK),
            "until": clock.convert(one.until, CLOCK), "reason": one.reason, "by": one.by, "when": one.when,
            "words": words, "withdrawn": withdrawn,
        });
        print(&line.to_string());
        return;
    }
    let channel = one.channel.map_or_else(|| "–".to_owned(), |channel| channel.to_string());
    let mut line = format!(
        "{}  {}–{}  {channel}  {}  {} ({}, {})",
        one.id,
        exact(one.from, clock),
        exact(one.until, clock),
        one.reason,
        words.join(" / "),
        one.by,
        moment(&one.when)
    );
    if let Some(withdrawn) = &one.withdrawn {
        let message = Message::new("redaction.withdrawn_by").with("by", &withdrawn.by);
        line = format!("{line} {}", console.sentence(&message.with("when", moment(&withdrawn.when))));
    }
    print(&line);
}

fn proposal_line(proposal: &Proposal, clock: Clock, args: &Args) {
    let (from, until) = (exact(proposal.from, clock), exact(proposal.until, clock));
    if args.output_args.json {
        let line = serde_json::json!({
            "reason": proposal.reason, "channel": proposal.channel, "from": clock.convert(proposal.from, CLOCK),
            "until": clock.convert(proposal.until, CLOCK), "from_time": from, "until_time": until, "words": proposal.words, "sentence": proposal.sentence,
        });
        print(&line.to_string());
        return;
    }
    print(&format!("{from} {until}  {}  {}: {}", proposal.channel, proposal.reason, proposal.words));
    print(&format!("    {}", proposal.sentence));
}
