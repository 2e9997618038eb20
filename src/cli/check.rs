//! `risalah check`: what a meeting's record still lacks, field by field.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::common::message::{Explain, Message};
use e_risalah::lifecycle::folder::MEETING;
use e_risalah::meeting::{Attendance, Finding, Meeting, Need, QuorumRule, Recorded, checks};
use e_risalah::meeting_folder;

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::paper::missing_paper;

const RULES: [QuorumRule; 3] = [QuorumRule::MoreThanHalf, QuorumRule::TwoThirds, QuorumRule::ThreeQuarters];

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "RAPAT.TOML|DIR", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub meeting: PathBuf,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let meeting = meeting(&args.meeting)?;
    let findings = checks(&meeting, recorded(&args.meeting)?.as_ref());
    let paper = missing_paper(meeting.paper);
    if args.output_args.json {
        print(&json(&meeting, &findings, console).to_string());
    } else {
        for need in [Need::Provisional, Need::Official, Need::Advice] {
            tell(need, &findings, console);
        }
        for message in shadowed(&meeting).iter().chain(&paper) {
            print(&format!("  {:<22} {}", "", console.sentence(message)));
            print(&format!("  {:<22} {}", "", message.hint(console.language()).unwrap_or_default()));
        }
        if !args.output_args.quiet {
            if let Some(path) = &meeting.institution {
                print(&console.sentence(&Message::new("check.institution").with("path", path.display())));
            }
            for proposal in proposals(&meeting) {
                print(&console.sentence(&proposal));
            }
        }
    }
    let wanting = findings.iter().any(|finding| finding.need() != Need::Advice);
    Ok(End::warned_if(wanting))
}

/// A description, or that of a folder with what was entered while it was recorded.
fn meeting(path: &Path) -> Result<Meeting, Failure> {
    if path.is_dir() { Ok(meeting_folder::describe(path)?) } else { Ok(Meeting::read(path)?) }
}

/// What is known of the recording beside a description; `None` where there is none yet.
fn recorded(path: &Path) -> Result<Option<Recorded>, Failure> {
    let folder = if path.is_dir() { path } else { path.parent().filter(|_| path.ends_with(MEETING)).unwrap_or(path) };
    Ok(meeting_folder::recorded(folder)?)
}

/// That a copy of the institution's file is used which says something else than the one above it.
fn shadowed(meeting: &Meeting) -> Option<Message> {
    let own = meeting.institution.as_ref()?;
    let above = Meeting::institution_of(own.parent()?.parent()?)?;
    let differ = fs::read(own).ok()? != fs::read(&above).ok()?;
    let message = Message::new("check.shadowed").with("own", own.display()).with("above", above.display());
    differ.then_some(message)
}

fn tell(need: Need, findings: &[Finding], console: Console) {
    let own: Vec<&Finding> = findings.iter().filter(|finding| finding.need() == need).collect();
    let key = if own.is_empty() { "complete" } else { "wanting" };
    if !(own.is_empty() && need == Need::Advice) {
        print(&console.sentence(&Message::new(&format!("check.{key}.{}", need.key())).with("count", own.len())));
    }
    for finding in own {
        let message = finding.message();
        print(&format!("  {:<22} {}", finding.field(), console.sentence(&message)));
        if let Some(hint) = message.hint(console.language()) {
            print(&format!("  {:<22} {hint}", ""));
        }
    }
}

/// What the attendance comes to, by group, and whether it makes a quorum. The chair announces; this
/// only reckons.
fn proposals(meeting: &Meeting) -> Vec<Message> {
    let Some(attendance) = meeting.attendance else { return Vec::new() };
    let Attendance { members, in_room, online, excused, absent } = attendance;
    let mut lines = vec![
        Message::new("check.present")
            .with("present", attendance.present())
            .with("members", members)
            .with("in_room", in_room)
            .with("online", online)
            .with("excused", excused)
            .with("absent", absent),
    ];
    for group in &meeting.groups {
        if let (Some(present), Some(members)) = (group.present, group.members) {
            let line = Message::new("check.group").with("code", &group.code);
            lines.push(line.with("present", present).with("members", members));
        }
    }
    for rule in RULES.into_iter().filter(|rule| meeting.quorum.is_none_or(|quorum| quorum.rule == *rule)) {
        let required = rule.required(members);
        let key = if attendance.present() >= required { "check.reached" } else { "check.not_reached" };
        let line = Message::new(key).with("rule", rule.name()).with("required", required);
        lines.push(line.with("present", attendance.present()));
    }
    lines
}

fn json(meeting: &Meeting, findings: &[Finding], console: Console) -> serde_json::Value {
    let line = |finding: &Finding| {
        let message = finding.message();
        serde_json::json!({
            "need": finding.need().key(),
            "field": finding.field(),
            "check": message.key,
            "what": console.sentence(&message),
            "hint": message.hint(console.language()),
        })
    };
    let complete = |need: Need| findings.iter().all(|finding| finding.need() != need);
    let attendance = meeting.attendance.map(|attendance| {
        let rules = RULES.map(|rule| {
            let required = rule.required(attendance.members);
            serde_json::json!({ "rule": rule, "required": required, "reached": attendance.present() >= required })
        });
        let groups: Vec<serde_json::Value> = meeting
            .groups
            .iter()
            .map(|group| serde_json::json!({ "code": group.code, "present": group.present, "members": group.members }))
            .collect();
        serde_json::json!({
            "members": attendance.members,
            "present": attendance.present(),
            "in_room": attendance.in_room,
            "online": attendance.online,
            "excused": attendance.excused,
            "absent": attendance.absent,
            "groups": groups,
            "quorum": rules,
        })
    });
    serde_json::json!({
        "provisional": complete(Need::Provisional),
        "official": complete(Need::Provisional) && complete(Need::Official),
        "findings": findings.iter().map(line).collect::<Vec<_>>(),
        "attendance": attendance,
        "institution": meeting.institution,
    })
}
