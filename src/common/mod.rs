//! Values and small services that every module uses; nothing here knows another module.

pub mod atomic_file;
pub mod clock;
pub mod digest;
pub mod lock;
pub mod message;
pub mod system;
pub mod toml_text;
