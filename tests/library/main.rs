//! The library by its public interface: the description of a meeting, the words of a recogniser,
//! what the events of a conference system say, how print writes what was said; and what holds for
//! the whole source.

#[path = "../noises/mod.rs"]
mod noises;
#[cfg(feature = "whisper-cpp")]
#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../sample/mod.rs"]
mod sample;

mod architecture;
mod archive;
mod audit;
mod catalogue;
mod conference;
mod description_edit;
mod meeting;
mod seats;
mod silence;
mod soundcheck;
mod words;
mod workload;
mod writing;
