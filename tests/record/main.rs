//! `risalah record` as a user runs it, without a sound card: a recording that is played as if it
//! came from one.

mod alarms;
mod conference;
mod continued;
mod control;
mod disks;
mod entered;
mod faulty;
mod killed;
mod kills;
mod logs;
mod midway;
mod paths;
mod rehearsal;
mod ring;
mod room;
mod sealed;
mod second;
mod stalled;
mod subcommands;
