//! The library by its public interface: the description of a meeting, the words of a recogniser, what the events of a conference
//! system say, how print writes what was said; and what holds for the whole source.

#[path = "../sample/mod.rs"]
mod sample;

mod architecture;
mod catalogue;
mod conference;
mod meeting;
mod seats;
mod silence;
mod soundcheck;
mod words;
mod writing;
