//! The drawing: one strip for each channel, time from left to right.

use std::fmt::Write;

use super::Trace;
use super::trace::Cell;
use crate::common::clock::{Clock, Span};
use crate::common::language::Language;
use crate::common::language::lookup;
use crate::common::xml::escaped;
use crate::floor::{CLOCK, Turn};

/// Points of the drawing.
const LEFT: f64 = 250.0;
const WIDTH: f64 = 1500.0;
const RIGHT: f64 = 60.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = 40.0;
/// Height of a strip, and of the marks of the decisions at its foot.
const STRIP: f64 = 64.0;
const MARK: f64 = 4.0;
/// The least height of a level.
const THIN: f64 = 1.2;

/// The levels between which a strip is drawn, dB.
const QUIET: f32 = -90.0;
const LOUD: f32 = 0.0;

/// Seconds between two times that are written, the first that leaves them room.
const STEPS: [u64; 14] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
/// Times that fit beside each other.
const TIMES: u64 = 14;

/// Letters of a name that fit beside a strip.
const LETTERS: usize = 30;

const LEVEL: &str = "#6b7886";
const NOISE: &str = "#d9480f";
const CANDIDATE: &str = "#c3cad3";
const ACCEPTED: &str = "#2b8a3e";
const TURN: &str = "#a5c8f0";
const INK: &str = "#212529";
const PALE: &str = "#868e96";

/// The words of a picture.
#[derive(Clone, Debug)]
pub struct Caption {
    /// What was heard, for example the file's name.
    pub title: String,
    /// Who sits at each channel; empty where nobody is known.
    pub names: Vec<String>,
    /// The language of the legend.
    pub language: Language,
}

/// Draws what was seen and the turns, whose spans are on [`CLOCK`].
#[must_use]
pub fn draw(seen: &Trace, turns: &[Turn], caption: &Caption) -> String {
    let stretch = seen.stretch();
    let height = TOP + STRIP * seen.channels().len() as f64 + BOTTOM;
    let mut drawing = Drawing { stretch, out: String::new() };
    let width = LEFT + WIDTH + RIGHT;
    drawing.add(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"Liberation Sans\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    ));
    drawing.head(caption);
    for (index, columns) in seen.channels().iter().enumerate() {
        let top = TOP + STRIP * index as f64;
        let own = turns.iter().filter(|turn| turn.channel.index() == index).map(|turn| turn.span);
        let name = caption.names.get(index).map_or("", String::as_str);
        drawing.strip(top, index, name, own, columns, seen.width());
    }
    drawing.times(TOP, height - BOTTOM);
    drawing.out.push_str("</svg>\n");
    drawing.out
}

struct Drawing {
    stretch: Span,
    out: String,
}

impl Drawing {
    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    /// Where a sample stands; outside the stretch, at its edge.
    fn x(&self, at: u64) -> f64 {
        let within = at.clamp(self.stretch.start, self.stretch.end) - self.stretch.start;
        LEFT + WIDTH * within as f64 / self.stretch.len().max(1) as f64
    }

    fn text(&mut self, x: f64, y: f64, style: &str, words: &str) {
        let words = escaped(words);
        self.add(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{words}</text>\n"));
    }

    fn bar(&mut self, from: f64, to: f64, top: f64, height: f64, colour: &str) {
        // A short turn in a long recording is narrower than a point, and must be seen all the same.
        let width = (to - from).max(0.7);
        self.add(format_args!(
            "<rect x=\"{from:.2}\" y=\"{top:.1}\" width=\"{width:.2}\" height=\"{height:.1}\" fill=\"{colour}\"/>\n"
        ));
    }

    fn head(&mut self, caption: &Caption) {
        self.text(16.0, 28.0, &format!("font-size=\"18\" font-weight=\"bold\" fill=\"{INK}\""), &caption.title);
        let mut x = 16.0;
        for (key, colour) in
            [("level", LEVEL), ("noise", NOISE), ("turn", TURN), ("candidate", CANDIDATE), ("accepted", ACCEPTED)]
        {
            let words = lookup(caption.language, &format!("plot.{key}")).unwrap_or_default();
            self.bar(x, x + 14.0, 44.0, 10.0, colour);
            self.text(x + 20.0, 54.0, &format!("fill=\"{INK}\""), &words);
            x += 44.0 + 6.6 * words.chars().count() as f64;
        }
    }

    fn strip(
        &mut self,
        top: f64,
        index: usize,
        name: &str,
        turns: impl Iterator<Item = Span>,
        columns: &[Cell],
        width: u64,
    ) {
        let foot = top + STRIP;
        let stretch = self.stretch;
        for turn in turns.filter(|turn| turn.overlap(stretch) > 0) {
            self.bar(self.x(turn.start), self.x(turn.end), top, STRIP, TURN);
        }
        for level in [-60.0_f32, -30.0] {
            let y = height_of(top, level);
            let end = LEFT + WIDTH;
            self.add(format_args!(
                "<path d=\"M{LEFT} {y:.1}H{end}\" stroke=\"{PALE}\" stroke-width=\"0.4\" stroke-dasharray=\"3 5\"/>\n"
            ));
            self.text(end + 6.0, y + 4.0, &format!("font-size=\"10\" fill=\"{PALE}\""), &format!("{level} dB"));
        }
        let place = |column: usize| self.x(self.stretch.start + column as u64 * width);
        let (mut levels, mut noise) = (String::new(), String::new());
        let (mut candidates, mut accepted) = (String::new(), String::new());
        for (column, cell) in columns.iter().enumerate() {
            let (from, to) = (place(column), place(column + 1));
            // A column reaches to the one before it, so that a few columns are a line and many an area.
            let before = columns[column.saturating_sub(1)];
            let high = height_of(top, cell.high.max(before.low));
            let low = height_of(top, cell.low.min(before.high)).max(high + THIN);
            let _ = write!(levels, "M{from:.2} {high:.1}H{to:.2}V{low:.1}H{from:.2}Z");
            let start = if column == 0 { 'M' } else { 'L' };
            let _ = write!(noise, "{start}{from:.2} {:.1}", height_of(top, cell.noise));
            let mark = |path: &mut String, y: f64| {
                let _ = write!(path, "M{from:.2} {y:.1}H{to:.2}v{MARK}H{from:.2}Z");
            };
            if cell.candidate {
                mark(&mut candidates, foot - 2.0 * MARK - 2.0);
            }
            if cell.accepted {
                mark(&mut accepted, foot - MARK - 1.0);
            }
        }
        self.add(format_args!(
            "<path d=\"{levels}\" fill=\"{LEVEL}\"/>\n<path d=\"{noise}\" fill=\"none\" stroke=\"{NOISE}\" stroke-width=\"1\"/>\n\
             <path d=\"{candidates}\" fill=\"{CANDIDATE}\"/>\n<path d=\"{accepted}\" fill=\"{ACCEPTED}\"/>\n\
             <path d=\"M0 {foot}H{end}\" stroke=\"{PALE}\" stroke-width=\"0.6\"/>\n",
            end = LEFT + WIDTH + RIGHT
        ));
        let middle = top + STRIP / 2.0;
        let number = format!("ch{:02}", index + 1);
        self.text(16.0, middle + 4.0, &format!("font-weight=\"bold\" fill=\"{INK}\""), &number);
        self.text(62.0, middle + 4.0, &format!("font-size=\"12\" fill=\"{INK}\""), &shortened(name));
    }

    /// Lines at round times, with the time above and below.
    fn times(&mut self, top: f64, foot: f64) {
        let second = u64::from(CLOCK.rate());
        let seconds = self.stretch.len() / second;
        let step = STEPS.into_iter().find(|step| seconds / step <= TIMES).unwrap_or(seconds / TIMES + 1) * second;
        let first = self.stretch.start.div_ceil(step) * step;
        for at in (first..=self.stretch.end).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let x = self.x(at);
            self.add(format_args!(
                "<path d=\"M{x:.1} {top}V{foot}\" stroke=\"{PALE}\" stroke-width=\"0.6\" stroke-dasharray=\"2 4\"/>\n"
            ));
            let style = format!("text-anchor=\"middle\" fill=\"{INK}\"");
            let time = hours(CLOCK, at);
            self.text(x, top - 8.0, &style, &time);
            self.text(x, foot + 18.0, &style, &time);
        }
    }
}

/// Where a level stands in a strip.
fn height_of(top: f64, level: f32) -> f64 {
    let share = (level.clamp(QUIET, LOUD) - QUIET) / (LOUD - QUIET);
    top + STRIP * (1.0 - f64::from(share))
}

/// `h:mm:ss`.
fn hours(clock: Clock, at: u64) -> String {
    let seconds = at / u64::from(clock.rate());
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::clock::Channel;
    use crate::floor::{HOP, HopState};
    use proptest::prelude::*;

    fn seen(channels: usize, hops: usize) -> Trace {
        let mut seen = Trace::new(channels, Span::new(0, u64::MAX));
        let sight = |on| HopState { level_db: -30.0, noise_db: -70.0, candidate: on, accepted: on, voiced: on };
        (0..hops).for_each(|hop| seen.take(&vec![sight(hop % 200 < 100); channels]));
        seen
    }

    fn caption(names: Vec<String>) -> Caption {
        Caption { title: "rapat.wav".to_owned(), names, language: Language::Indonesian }
    }

    #[test]
    fn a_turn_stands_at_its_time() {
        let turn = Turn {
            channel: Channel::from_index(1),
            span: Span::new(5 * 16_000, 10 * 16_000),
            continues: false,
            off_microphone: false,
            tones: false,
        };
        let picture = draw(&seen(2, 2000), &[turn], &caption(Vec::new()));
        let bar = format!("x=\"{:.2}\" y=\"{:.1}\" width=\"{:.2}\"", LEFT + WIDTH / 4.0, TOP + STRIP, WIDTH / 4.0);
        assert!(picture.contains(&bar), "{bar} is not in the picture");
        assert!(picture.contains(">0:00:10<"));
    }

    #[test]
    fn a_picture_of_nothing_is_a_picture() {
        let picture = draw(&seen(1, 0), &[], &caption(Vec::new()));
        assert!(super::super::png(&picture).expect("an image").starts_with(b"\x89PNG"));
    }

    proptest! {
        #[test]
        fn no_name_breaks_the_picture(title in any::<String>(), name in any::<String>()) {
            let picture = draw(&seen(1, 10), &[], &Caption { title, ..caption(vec![name]) });
            prop_assert!(roxmltree::Document::parse(&picture).is_ok(), "{picture}");
        }

        #[test]
        fn times_fit_however_long_the_recording_is(hours in 0u64..3000) {
            let stretch = Span::new(0, hours * 3600 * 16_000 + HOP as u64);
            let mut drawing = Drawing { stretch, out: String::new() };
            drawing.times(0.0, 10.0);
            prop_assert!(drawing.out.matches("<text").count() <= 2 * (TIMES as usize + 2));
        }
    }
}
