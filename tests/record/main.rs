//! `risalah record` as a user runs it, without a sound card: a recording that is played as if it came from one.

mod alarms;
mod conference;
mod disks;
mod faulty;
mod killed;
mod paths;
mod rehearsal;
mod ring;
mod room;
