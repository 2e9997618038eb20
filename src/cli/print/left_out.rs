//! The same without the feature `print`: there is no printer, and a document is printed by other
//! programs.

use e_risalah::common::message::Message;
use e_risalah::meeting::Meeting;

use super::args::Args;
use super::document::Document;
use crate::cli::console::Console;
use crate::cli::outcome::{End, Failure};
use crate::cli::output_args::OutputArgs;

/// There is none.
pub enum Printer {}

pub fn find(_: &Args, _: Console) -> Result<Printer, Failure> {
    Err(left_out())
}

pub fn send(printer: &Printer, _: &Document, _: &Meeting, _: &Args, _: Console) -> Result<End, Failure> {
    match *printer {}
}

pub fn list(_: OutputArgs, _: Console) -> Result<End, Failure> {
    Err(left_out())
}

fn left_out() -> Failure {
    Failure::failed(Message::new("print.left_out"))
}
