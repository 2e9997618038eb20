//! One line at a terminal that can be edited, or left with Esc.

use std::io;

use dialoguer::console::{Key, Term, measure_text_width};

/// What a person did.
pub enum Typed {
    Line(String),
    /// Esc: back to the question before.
    Back,
    /// Ctrl-C, or the terminal went away.
    Stop,
}

/// Asks at the terminal, with a text to begin from.
pub fn line(term: &Term, prompt: &str, begin: &str) -> io::Result<Typed> {
    let mut editor = Editor {
        term,
        prompt: format!("? {prompt}: "),
        text: begin.chars().collect(),
        place: begin.chars().count(),
        row: 0,
    };
    editor.draw()?;
    loop {
        match term.read_key_raw()? {
            Key::Enter => {
                editor.place = editor.text.len();
                editor.draw()?;
                term.write_line("")?;
                return Ok(Typed::Line(editor.text.into_iter().collect()));
            }
            Key::Escape => {
                term.write_line("")?;
                return Ok(Typed::Back);
            }
            Key::CtrlC | Key::Unknown => {
                term.write_line("")?;
                return Ok(Typed::Stop);
            }
            // Ctrl-U takes the line away.
            Key::Char('\u{15}') => {
                editor.text.clear();
                editor.place = 0;
            }
            Key::Char(letter) if !letter.is_control() => {
                editor.text.insert(editor.place, letter);
                editor.place += 1;
            }
            Key::Backspace if editor.place > 0 => {
                editor.place -= 1;
                editor.text.remove(editor.place);
            }
            Key::Del if editor.place < editor.text.len() => {
                editor.text.remove(editor.place);
            }
            Key::ArrowLeft => editor.place = editor.place.saturating_sub(1),
            Key::ArrowRight => editor.place = (editor.place + 1).min(editor.text.len()),
            Key::Home => editor.place = 0,
            Key::End => editor.place = editor.text.len(),
            _ => continue,
        }
        editor.draw()?;
    }
}

struct Editor<'a> {
    term: &'a Term,
    prompt: String,
    text: Vec<char>,
    /// Letters before the cursor.
    place: usize,
    /// The row in which the cursor stands, counted from that of the prompt.
    row: usize,
}

impl Editor<'_> {
    fn draw(&mut self) -> io::Result<()> {
        let columns = usize::from(self.term.size().1).max(1);
        let before: String = self.text[..self.place].iter().collect();
        let all: String = self.text.iter().collect();
        let width = |text: &str| measure_text_width(&self.prompt) + measure_text_width(text);
        self.term.move_cursor_up(self.row)?;
        self.term.write_str("\r")?;
        self.term.clear_to_end_of_screen()?;
        self.term.write_str(&format!("{}{all}", self.prompt))?;
        let (end, here) = (width(&all), width(&before));
        // At the edge the cursor stays in its row until the next letter comes.
        let end_row = end.saturating_sub(1) / columns;
        self.row = (here / columns).min(end_row);
        self.term.move_cursor_up(end_row - self.row)?;
        self.term.write_str("\r")?;
        self.term.move_cursor_right(here - self.row * columns)?;
        self.term.flush()
    }
}
