//! The whole screen: state at the top, then meters and words, at the foot the ledger, answers and
//! keys.
//!
//! Colour only repeats what a word says: it may be missing, and so may the eye for it.

use e_risalah::common::message::{Explain, Message};
use e_risalah::meeting::Meeting;
use e_risalah::record::recorder::{LOW_MINUTES, Mirror, State, Status};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::area::{bottom, top};
use super::keys::{ANSWERING, Keys, SHOWN};
use super::prompt::Prompt;
use super::view::{Moment, View};
use super::{meters, turns};
use crate::cli::console::Console;
use crate::cli::recogniser::RecogniserState;
use e_risalah::meeting_folder::ledger_words;

/// The most alarms of microphones that are shown.
const ALARMS: usize = 3;
/// The most names that are offered at once.
const CHOICES: u16 = 6;

/// Draws everything. Where rows are few, what tells of danger goes before what is comfortable.
pub fn everything(area: Rect, buf: &mut Buffer, view: &View, keys: &Keys, moment: Moment, console: Console) {
    let mut rest = area;
    let small = area.height < 12;
    draw_state(top(&mut rest, 1), buf, view.status, console);
    if !small {
        draw_details(top(&mut rest, 1), buf, view.status, console);
    }
    draw_alarms(&mut rest, buf, view.status, view.meeting, console);
    draw_foot(&mut rest, buf, keys.prompt().is_some(), small, console);
    if let Some(prompt) = keys.prompt() {
        draw_prompt(bottom(&mut rest, 1), buf, prompt, view, moment, console);
    }
    draw_note(bottom(&mut rest, 1), buf, keys.prompt(), view, moment, console);
    if !small {
        draw_ledger(bottom(&mut rest, 1), buf, view, console);
        draw_recogniser(bottom(&mut rest, 1), buf, view.recogniser, console);
    }
    let choices = rest;
    if let Some(status) = view.status.filter(|status| !status.meters.is_empty()) {
        meters::draw(&mut rest, buf, status, view.meeting, console);
    }
    if rest.height > 6 {
        let line = "─".repeat(usize::from(area.width));
        Span::raw(line).dim().render(top(&mut rest, 1), buf);
    }
    turns::draw(rest, buf, view, console);
    if let Some(prompt) = keys.prompt() {
        draw_choices(choices, buf, prompt, view, console);
    }
}

fn alarm() -> Style {
    Style::new().red().reversed().bold()
}

fn draw_state(row: Rect, buf: &mut Buffer, status: Option<&Status>, console: Console) {
    let loud = Style::new().reversed().bold();
    let (key, style) = match status.map(|status| status.state) {
        None => ("screen.state.unreachable", alarm()),
        Some(State::Waiting) => ("screen.state.waiting", loud.yellow()),
        Some(State::Recording) => ("screen.state.recording", loud.green()),
        Some(State::DeviceLost) => ("screen.state.device_lost", alarm()),
    };
    buf.set_style(row, style);
    let mut parts = vec![console.text(key)];
    if let Some(status) = status {
        parts.push(status.format.clock().hms(status.position));
        if status.closed_from.is_some() {
            parts.push(console.text("screen.private"));
        }
        let minutes = status.disk_seconds / 60;
        let (key, left) =
            if minutes < 120 { ("screen.disk.minutes", minutes) } else { ("screen.disk.hours", minutes / 60) };
        let left = console.sentence(&Message::new(key).with("left", left));
        parts.push(if minutes < LOW_MINUTES { format!("!! {left} !!") } else { left });
    }
    Span::raw(format!(" {}", parts.join("   "))).render(row, buf);
}

fn draw_details(row: Rect, buf: &mut Buffer, status: Option<&Status>, console: Console) {
    let mut parts = Vec::new();
    match status.map(|status| status.state) {
        None => parts.push(Span::styled(console.text("screen.detail.unreachable"), alarm())),
        Some(State::Waiting) => parts.push(Span::raw(console.text("screen.detail.waiting"))),
        Some(State::DeviceLost) => parts.push(Span::styled(console.text("screen.detail.device_lost"), alarm())),
        Some(State::Recording) => {}
    }
    if let Some(status) = status {
        if status.lost > 0 {
            let seconds = status.format.clock().decimal_seconds(status.lost);
            let lost = Message::new("screen.lost").with("samples", status.lost).with("seconds", seconds);
            parts.push(Span::styled(console.sentence(&lost), alarm()));
        }
        parts.push(match &status.mirror {
            Mirror::None => Span::raw(console.text("screen.mirror.none")),
            Mirror::Following => Span::raw(console.text("screen.mirror.following")),
            Mirror::Failed(reason) => {
                let failed = Message::new("screen.mirror.failed").with("reason", reason);
                Span::styled(console.sentence(&failed), alarm())
            }
        });
        parts.push(Span::raw(format!("{} · {} Hz", status.device, status.format.rate)).dim());
    }
    let mut line = Line::raw(" ");
    for part in parts {
        line.push_span(part);
        line.push_span("   ");
    }
    line.render(row, buf);
}

/// What is wrong with microphones, the newest; it stays, as nobody can tell from here that it was
/// mended.
fn draw_alarms(rest: &mut Rect, buf: &mut Buffer, status: Option<&Status>, meeting: &Meeting, console: Console) {
    let alarms = status.map_or(&[][..], |status| &status.alarms);
    for found in alarms.iter().rev().take(ALARMS.min(usize::from(rest.height) / 4)).rev() {
        let row = top(rest, 1);
        buf.set_style(row, alarm());
        Span::raw(format!(" !! {}", console.sentence(&ledger_words::named(found.message(), meeting)))).render(row, buf);
    }
}

fn draw_recogniser(row: Rect, buf: &mut Buffer, recogniser: RecogniserState, console: Console) {
    let say = |key: &str| Message::new(&format!("screen.recogniser.{key}"));
    let (message, style) = match recogniser {
        RecogniserState::Off => (say("off"), Style::new().dim()),
        RecogniserState::Following { behind_ms } if behind_ms < 60_000 => {
            let seconds = format!("{}.{}", behind_ms / 1000, behind_ms % 1000 / 100);
            (say("following").with("seconds", seconds), Style::new())
        }
        RecogniserState::Following { behind_ms } => {
            (say("behind").with("minutes", behind_ms / 60_000), Style::new().yellow())
        }
        RecogniserState::Restarting { times } => (say("restarting").with("times", times), Style::new().yellow()),
        RecogniserState::Degraded => (say("degraded"), Style::new().yellow().reversed()),
        RecogniserState::Done => (say("done"), Style::new()),
    };
    Span::styled(format!(" {}", console.sentence(&message)), style).render(row, buf);
}

fn draw_ledger(row: Rect, buf: &mut Buffer, view: &View, console: Console) {
    let last = view.status.and_then(|status| Some((status.format.clock(), status.last.as_ref()?)));
    let said = last
        .map_or_else(String::new, |(clock, fact)| ledger_words::fact(console.language(), view.meeting, clock, fact));
    Line::from(vec![Span::raw(format!(" {}: ", console.text("screen.ledger"))).dim(), Span::raw(said)])
        .render(row, buf);
}

fn draw_note(row: Rect, buf: &mut Buffer, prompt: Option<&Prompt>, view: &View, moment: Moment, console: Console) {
    let complaint = prompt.filter(|prompt| prompt.refused).map(|prompt| prompt.complaint(console, moment));
    let said = complaint.or_else(|| view.note.map(|note| console.sentence(note)));
    Span::raw(format!(" {}", said.unwrap_or_default())).bold().render(row, buf);
}

/// The question and the answer so far; of a long answer, its end.
fn draw_prompt(row: Rect, buf: &mut Buffer, prompt: &Prompt, view: &View, moment: Moment, console: Console) {
    let question = format!(" {}: ", prompt.question(console, view, moment));
    let room = usize::from(row.width).saturating_sub(Span::raw(&question).width() + 1);
    let mut shown = prompt.text.as_str();
    while Span::raw(shown).width() > room {
        let mut letters = shown.chars();
        letters.next();
        shown = letters.as_str();
    }
    buf.set_style(row, Style::new().bold());
    Line::from(vec![Span::raw(question).cyan(), Span::raw(shown), Span::raw(" ").reversed()]).render(row, buf);
}

/// The names among which the clerk chooses, with the chosen one in sight.
fn draw_choices(mut area: Rect, buf: &mut Buffer, prompt: &Prompt, view: &View, console: Console) {
    let choices = prompt.choices(view.meeting);
    let list = bottom(&mut area, CHOICES.min(choices.len() as u16));
    Clear.render(list, buf);
    let first = (prompt.chosen + 1).saturating_sub(usize::from(list.height));
    for (row, (number, choice)) in list.rows().zip(choices.iter().enumerate().skip(first)) {
        let name = choice.map_or_else(|| console.text("screen.nobody"), |person| person.name.clone());
        let style = if number == prompt.chosen { Style::new().reversed() } else { Style::new() };
        buf.set_style(row, style);
        Span::raw(format!("   {name}")).render(row, buf);
    }
}

/// What the keys do, in as many rows as that takes.
fn draw_foot(rest: &mut Rect, buf: &mut Buffer, asked: bool, small: bool, console: Console) {
    let keys: &[(&str, &str)] = if asked { &ANSWERING } else { &SHOWN };
    let mut lines = vec![Line::default()];
    for (key, what) in keys {
        let what = console.text(&format!("screen.key.{what}"));
        let piece = [Span::raw(*key).reversed(), Span::raw(format!(" {what}  "))];
        let width = piece.iter().map(Span::width).sum::<usize>();
        match lines.last_mut() {
            Some(line) if line.spans.is_empty() || line.width() + width <= usize::from(rest.width) + 2 => {
                line.spans.extend(piece);
            }
            _ => lines.push(Line::from(piece.to_vec())),
        }
    }
    let rows = if small { rest.height.min(1) } else { lines.len() as u16 };
    let foot = bottom(rest, rows);
    for (row, line) in foot.rows().zip(lines) {
        line.render(row, buf);
    }
}
