//! The same without the feature `print`: there is no printer, and a document is printed by other programs.

use e_risalah::common::message::Message;
use e_risalah::meeting::Meeting;

use super::Document;
use crate::cli::args::{OutputArgs, Print};
use crate::cli::show::Console;
use crate::cli::{End, Failure};

/// There is none.
pub enum Printer {}

pub fn find(_: &Print, _: Console) -> Result<Printer, Failure> {
    Err(left_out())
}

pub fn send(printer: &Printer, _: &Document, _: &Meeting, _: &Print, _: Console) -> Result<End, Failure> {
    match *printer {}
}

pub fn list(_: OutputArgs, _: Console) -> Result<End, Failure> {
    Err(left_out())
}

pub fn no_paper(_: &Meeting) -> Option<Message> {
    None
}

fn left_out() -> Failure {
    Failure::failed(Message::new("print.left_out"))
}
