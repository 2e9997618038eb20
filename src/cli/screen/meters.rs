//! A meter for each seat, in as many columns as it takes to leave half of the room to the words.

use e_risalah::common::alarm::Alarm;
use e_risalah::common::clock::{Channel, MAX_CHANNELS};
use e_risalah::meeting::Meeting;
use e_risalah::record::recorder::{Meter, Status};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::area::{left, top};
use super::level::{FOOT, channel, decibels, floor_channel};
use crate::cli::console::Console;
use e_risalah::meeting_folder::ledger_words;

/// A mark, two digits, one cell of the bar and a space to the next.
const NARROWEST: u16 = 5;

/// How many columns of how many rows show so many seats.
fn grid(seats: usize, area: Rect) -> (u16, u16) {
    let seats = seats.clamp(1, usize::from(MAX_CHANNELS)) as u16;
    let columns = |rows: u16| seats.div_ceil(rows.max(1));
    let fits = |rows: &u16| columns(*rows) * NARROWEST <= area.width;
    let half = (area.height / 2).max(1);
    let rows = (half..=area.height).find(fits).unwrap_or(area.height).clamp(1, seats);
    let columns = columns(rows);
    (columns, seats.div_ceil(columns))
}

/// Cuts what the meters take off the top of what is left.
pub fn draw(rest: &mut Rect, buf: &mut Buffer, status: &Status, meeting: &Meeting, console: Console) {
    let (columns, rows) = grid(status.meters.len(), *rest);
    let area = top(rest, rows);
    let width = (area.width / columns).max(NARROWEST);
    let speaks = floor_channel(&status.meters);
    let millis = status.format.clock().millis(status.position);
    for (index, meter) in status.meters.iter().enumerate() {
        let Some(channel) = channel(index) else { break };
        let (column, row) = (index as u16 / rows, index as u16 % rows);
        let seat = Rect::new(area.x + column * width, area.y + row, width - 1, 1).intersection(area);
        let name = ledger_words::seat(console.language(), meeting, channel, millis);
        let dead = status.alarms.contains(&Alarm::Dead { channel });
        draw_seat(seat, buf, *meter, channel, &name, Mark { speaks: speaks == Some(channel), dead });
    }
}

/// What is said of a seat before its number.
#[derive(Clone, Copy)]
struct Mark {
    /// It has the floor.
    speaks: bool,
    /// It hears nobody.
    dead: bool,
}

fn draw_seat(mut seat: Rect, buf: &mut Buffer, meter: Meter, channel: Channel, name: &str, mark: Mark) {
    let Mark { speaks, dead } = mark;
    let style = match mark {
        Mark { speaks: true, .. } => Style::new().bold().cyan(),
        Mark { dead: true, .. } => Style::new().bold().red(),
        _ => Style::new(),
    };
    let number = if meter.clipped { Style::new().red().reversed() } else { style };
    let sign = if speaks {
        "►"
    } else if dead {
        "✗"
    } else {
        " "
    };
    Span::styled(sign, style).render(left(&mut seat, 1), buf);
    Span::styled(format!("{:02}", channel.number()), number).render(left(&mut seat, 2), buf);
    if seat.width >= 4 {
        left(&mut seat, 1);
    }
    if seat.width >= 19 {
        let figure = if seat.width >= 29 { 5 } else { 0 };
        let bar = ((seat.width - figure) * 2 / 5).clamp(8, 40);
        let room = seat.width - figure - bar - 1;
        Span::styled(name, style).render(left(&mut seat, room), buf);
        left(&mut seat, 1);
        draw_bar(left(&mut seat, bar), buf, meter);
        Line::from(format!("{:.0}", decibels(meter.rms))).right_aligned().dim().render(seat, buf);
    } else {
        draw_bar(seat, buf, meter);
    }
}

/// How loud it is, a mark for the peak above it, and at the end a sign that the microphone's limit
/// was reached.
fn draw_bar(area: Rect, buf: &mut Buffer, meter: Meter) {
    let cells = f32::from(area.width);
    let reach = |value: f32| (1.0 - decibels(value) / FOOT) * cells;
    let (level, peak) = (reach(meter.rms), reach(meter.peak));
    for (place, cell) in area.columns().enumerate() {
        let start = place as f32;
        let last = place + 1 == usize::from(area.width);
        let glyph = match level - start {
            _ if last && meter.clipped => "!",
            part if part >= 1.0 => "█",
            part if part >= 0.6 => "▓",
            part if part >= 0.3 => "▒",
            part if part > 0.0 => "░",
            _ if area.width >= 4 && peak > start && peak <= start + 1.0 => "│",
            _ => " ",
        };
        let colour = match FOOT - FOOT * start / cells {
            _ if last && meter.clipped => Color::Red,
            // The colours that engineers know from their desks.
            foot if foot >= -6.0 => Color::Red,
            foot if foot >= -18.0 => Color::Yellow,
            _ => Color::Green,
        };
        Span::styled(glyph, colour).render(cell, buf);
    }
}
