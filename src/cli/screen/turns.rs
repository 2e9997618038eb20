//! What was recognised, the newest at the bottom, and dim below it what is being said.

use e_risalah::common::clock::Channel;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::text::Span;
use ratatui::widgets::Widget;

use super::area::{bottom, left};
use super::view::View;
use crate::cli::console::Console;
use e_risalah::meeting_folder::ledger_words;

/// `hh:mm:ss` and a space.
const TIME: u16 = 9;

pub fn draw(mut area: Rect, buf: &mut Buffer, view: &View, console: Console) {
    let name = |channel: Channel, millis| ledger_words::who(console.language(), view.meeting, channel, millis) + ":";
    if let Some((clock, preview)) = view.preview {
        let start = preview.span.start;
        let who = name(preview.channel, clock.millis(start));
        draw_turn(&mut area, buf, &clock.hms(start), &who, &format!("{} …", preview.text), Style::new().dim().italic());
    }
    for (clock, utterance) in view.turns.iter().rev() {
        if area.is_empty() {
            break;
        }
        let start = utterance.span.start;
        let who = name(utterance.channel, clock.millis(start));
        draw_turn(&mut area, buf, &clock.hms(start), &who, &utterance.text, Style::new());
    }
}

/// Draws a turn at the bottom of the area, and takes its rows away.
fn draw_turn(area: &mut Rect, buf: &mut Buffer, time: &str, who: &str, text: &str, style: Style) {
    let width = if area.width >= 4 * TIME { TIME } else { 0 };
    let rows = wrap(&format!("{who} {text}"), usize::from(area.width - width));
    let shown = bottom(area, u16::try_from(rows.len()).unwrap_or(u16::MAX));
    // Of a turn that is longer than the screen, its newest words.
    let hidden = rows.len() - usize::from(shown.height);
    for (mut line, (number, row)) in shown.rows().zip(rows.iter().enumerate().skip(hidden)) {
        let margin = left(&mut line, width);
        Span::styled(row, style).render(line, buf);
        if number == 0 {
            Span::raw(time).dim().render(margin, buf);
            let name = u16::try_from(Span::raw(who).width()).unwrap_or(u16::MAX);
            buf.set_style(left(&mut line, name), Style::new().bold());
        }
    }
}

/// Breaks a text into rows of at most this width: between words, and within one only where it is
/// wider than a row.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let wide = |text: &str| Span::raw(text).width();
    let mut rows = vec![String::new()];
    for word in text.split_whitespace() {
        let used = rows.last().map_or(0, |row| wide(row));
        if used > 0 && used + 1 + wide(word) > width {
            rows.push(String::new());
        } else if used > 0
            && let Some(row) = rows.last_mut()
        {
            row.push(' ');
        }
        for letter in word.chars() {
            let letter = letter.to_string();
            match rows.last_mut() {
                Some(row) if row.is_empty() || wide(row) + wide(&letter) <= width => row.push_str(&letter),
                _ => rows.push(letter),
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_break_between_words() {
        assert_eq!(wrap("sidang dewan  yang terhormat", 12), ["sidang dewan", "yang", "terhormat"]);
        assert_eq!(wrap("pertanggungjawaban", 8), ["pertangg", "ungjawab", "an"]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_row_is_too_wide(text in "[a-zé ]{0,80}", width in 1usize..30) {
            let rows = wrap(&text, width);
            prop_assert!(rows.iter().all(|row| Span::raw(row).width() <= width));
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&rows.concat()), letters(&text));
        }
    }
}
