//! Values and small services that every module uses; nothing here knows another module.

pub mod alarm;
pub mod atomic_file;
pub mod caught;
pub mod chained_log;
pub mod clock;
pub mod database;
pub mod date;
pub mod digest;
pub mod flag;
pub mod fonts;
pub mod http;
pub mod language;
pub mod lock;
pub mod message;
pub mod number;
pub mod paper;
pub mod pause;
pub mod private_file;
pub mod riff;
pub mod runtime;
pub mod secret;
pub mod system;
pub mod table;
pub mod toml_text;
pub mod user;
pub mod xml;
