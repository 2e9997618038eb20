//! `risalah search`: what was said, decided and by whom in all meetings of a folder.

use std::path::PathBuf;

use clap::ValueHint;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use e_risalah::archive::{Archive, Found, Hit, Of, Request, Text, What};
use e_risalah::common::date::day;
use e_risalah::common::message::Message;
use e_risalah::floor::CLOCK;
use e_risalah::meeting::Kind;
use e_risalah::meeting_folder::usual_folder;
use jiff::civil::Date;

use super::console::{Console, print};
use super::date_arg::date;
use super::interrupt::STOP;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::progress::ShareProgress;

/// Columns of the text.
const WIDTH: usize = 80;
/// Columns before a sentence.
const INDENT: usize = 12;

#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags")]
pub struct Args {
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    #[arg(long, value_name = "NAME")]
    pub member: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub fraksi: Option<String>,
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    pub kind: Option<Kind>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub until: Option<Date>,
    #[arg(long, value_name = "TEXT")]
    pub agenda: Option<String>,
    #[arg(long)]
    pub said: bool,
    #[arg(long, conflicts_with = "said")]
    pub recognised: bool,
    #[arg(long)]
    pub amounts: bool,
    #[arg(long, conflicts_with = "amounts")]
    pub decisions: bool,
    #[arg(long, conflicts_with_all = ["amounts", "decisions"])]
    pub items: bool,
    #[arg(long, conflicts_with_all = ["amounts", "decisions", "items"])]
    pub absent: bool,
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    #[arg(long)]
    pub rebuild: bool,
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

/// The kinds of meeting, by their words.
fn kinds() -> impl TypedValueParser<Value = Kind> {
    // The list lets no other word through.
    let of = |key: String| Kind::ALL.into_iter().find(|kind| kind.key() == key).unwrap_or(Kind::Paripurna);
    PossibleValuesParser::new(Kind::ALL.map(Kind::key)).map(of)
}

impl Args {
    fn request(&self) -> Request {
        Request {
            words: self.words.join(" "),
            what: match self {
                Self { amounts: true, .. } => What::Amounts,
                Self { decisions: true, .. } => What::Decisions,
                Self { items: true, .. } => What::Items,
                Self { absent: true, .. } => What::Absent,
                _ => What::Words,
            },
            member: self.member.clone(),
            group: self.fraksi.clone(),
            kind: self.kind,
            from: self.from,
            until: self.until,
            agenda: self.agenda.clone(),
            text: match self {
                Self { said: true, .. } => Text::Current,
                Self { recognised: true, .. } => Text::Recognised,
                _ => Text::Both,
            },
            skip: 0,
            limit: usize::from(self.limit),
        }
    }
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let root = args.folder.clone().unwrap_or_else(usual_folder);
    let mut archive = if args.rebuild { Archive::rebuild(&root)? } else { Archive::open(&root)? };
    let mut progress = ShareProgress::new(console, "cli.progress.indexing", args.output_args.hides_progress());
    let mut report = |done: usize, of: usize| progress.report((done * 1000 / of.max(1)) as u64);
    let request = args.request();
    let only_index = args.rebuild && request.words.is_empty() && request.what == What::Words;
    let found = if only_index {
        archive.update(&STOP, None, &mut report).map(|_| None)
    } else {
        archive.search(&request, &STOP, None, &mut report).map(Some)
    };
    progress.end();
    for note in archive.notes() {
        console.note(&note);
    }
    let Some(found) = found? else {
        let (meetings, closed) = archive.count()?;
        if console.is_json() {
            print(&serde_json::json!({ "meetings": meetings, "closed": closed }).to_string());
        } else {
            print(&console.sentence(&Message::new("search.rebuilt").with("meetings", meetings)));
            tell_closed(closed, console);
        }
        return Ok(End::Done);
    };
    if console.is_json() {
        tell_json(&found, console);
    } else {
        tell(&found, &request, console);
    }
    let unreadable: Vec<Message> = found.unreadable.iter().map(|one| not_read(one, console)).collect();
    Ok(End::warned_if(console.warnings(&unreadable)))
}

fn not_read((meeting, why): &(String, Message), console: Console) -> Message {
    Message::new("search.not_read").with("meeting", meeting).with("why", console.sentence(why))
}

fn tell(found: &Found, request: &Request, console: Console) {
    list(&found.hits, console);
    let also: Vec<String> = found.also.iter().map(|also| format!("{} ({})", also.word, also.count)).collect();
    if !also.is_empty() {
        if !found.hits.is_empty() {
            print("");
        }
        print(&console.sentence(&Message::new("search.also").with("words", also.join(", "))));
        let hits: Vec<Hit> = found.also.iter().flat_map(|also| also.hits.clone()).collect();
        if !hits.is_empty() {
            print("");
        }
        list(&hits, console);
    }
    let shown = found.hits.len();
    if found.total == 0 {
        console.note(&Message::new("search.nothing").with("meetings", found.meetings));
    } else if shown < found.total {
        let key = if found.more { "search.shown_of_more" } else { "search.shown" };
        console.note(&Message::new(key).with("shown", shown).with("total", found.total).with("limit", request.limit));
    }
    tell_closed(found.closed, console);
}

fn tell_closed(closed: usize, console: Console) {
    if closed > 0 {
        console.note(&Message::new("search.closed").with("count", closed));
    }
}

/// Hits below the meeting that they are of.
fn list(hits: &[Hit], console: Console) {
    let mut last = None;
    for hit in hits {
        if last != Some(&hit.meeting) {
            if last.is_some() {
                print("");
            }
            last = Some(&hit.meeting);
            let date = hit.date.map_or_else(|| "–".to_owned(), day);
            print(&wrapped(&format!("{date}  {}  [{}/]", hit.name, hit.meeting), 0));
        }
        let time = hit.place.map_or_else(|| " ".repeat(8), |place| CLOCK.hms(place.start));
        let text: String = hit
            .parts()
            .into_iter()
            .map(|part| if part.mark { format!("*{}*", part.text) } else { part.text })
            .collect();
        let word = |key: &str, text: &str| format!("{}: {text}", console.text(key));
        match hit.of {
            Of::Current => {
                print(&wrapped(&format!("  {time}  {}", hit.speaker.as_deref().unwrap_or_default()), INDENT));
                print(&wrapped(&format!("{:INDENT$}{text}", ""), INDENT));
            }
            Of::Recognised => {
                print(&wrapped(&format!("  {time}  {}", hit.speaker.as_deref().unwrap_or_default()), INDENT));
                print(&wrapped(&format!("{:INDENT$}{}", "", word("search.recognised", &text)), INDENT));
            }
            Of::Decision | Of::Item => print(&wrapped(&format!("  {time}  {text}"), INDENT)),
            Of::Absent | Of::Excused => {
                let key = if hit.of == Of::Excused { "search.excused" } else { "search.absent" };
                let group = hit.group.as_ref().map(|group| format!(" ({group})")).unwrap_or_default();
                print(&wrapped(&format!("  {text}{group}, {}", console.text(key)), 2));
            }
        }
    }
}

/// A text in lines, the later ones indented.
fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    // What stands before the first word stays as it is.
    let start = text.len() - text.trim_start().len();
    lines.push_str(&text[..start]);
    column += text[..start].chars().count();
    for (place, word) in text[start..].split(' ').enumerate() {
        let width = word.chars().count();
        if place > 0 && column + 1 + width > WIDTH && column > indent {
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            column = indent;
        } else if place > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += width;
    }
    lines
}

fn tell_json(found: &Found, console: Console) {
    for hit in &found.hits {
        print(&as_json(hit, None).to_string());
    }
    for also in &found.also {
        for hit in &also.hits {
            print(&as_json(hit, Some(&also.word)).to_string());
        }
    }
    let also: Vec<_> =
        found.also.iter().map(|also| serde_json::json!({ "word": also.word, "count": also.count })).collect();
    let unreadable: Vec<_> = found.unreadable.iter().map(|one| console.as_json(&not_read(one, console))).collect();
    let told = serde_json::json!({
        "total": found.total,
        "more": found.more,
        "also": also,
        "meetings": found.meetings,
        "closed": found.closed,
        "unreadable": unreadable,
    });
    print(&told.to_string());
}

fn as_json(hit: &Hit, also: Option<&str>) -> serde_json::Value {
    let seconds = |sample: u64| sample as f64 / f64::from(CLOCK.rate());
    serde_json::json!({
        "meeting": hit.meeting,
        "name": hit.name,
        "date": hit.date,
        "kind": hit.kind,
        "item": hit.item,
        "of": hit.of,
        "also": also,
        "time": hit.place.map(|place| CLOCK.hms(place.start)),
        "start_time": hit.place.map(|place| seconds(place.start)),
        "end_time": hit.place.map(|place| seconds(place.end)),
        "channel": hit.place.and_then(|place| place.channel),
        "speaker": hit.speaker,
        "group": hit.group,
        "text": hit.text,
        "parts": hit.parts(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_edge() {
        let text = format!("  00:00:15  {}", "kata ".repeat(40));
        let lines = wrapped(text.trim_end(), INDENT);
        assert!(lines.lines().count() > 2 && lines.lines().all(|line| line.chars().count() <= WIDTH), "{lines}");
        assert!(lines.lines().skip(1).all(|line| line.starts_with(&" ".repeat(INDENT)) && !line.ends_with(' ')));
        let long = "x".repeat(200);
        assert_eq!(wrapped(&long, 4), long);
    }
}
