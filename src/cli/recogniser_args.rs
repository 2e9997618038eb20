//! Which model recognises, and which engine runs it.

use std::ffi::OsString;

use e_risalah::recognise::speech::Engine;

/// The names of [`Engine`].
const ENGINES: [&str; 3] = ["cpu", "cpu-f32", "whisper-cpp"];

#[derive(clap::Args, Clone)]
pub struct RecogniserArgs {
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<OsString>,
    #[arg(long, value_name = "ENGINE", default_value = "cpu", value_parser = ENGINES)]
    pub engine: String,
}

impl RecogniserArgs {
    /// The engine that was named.
    pub fn engine(&self) -> Engine {
        Engine::by_name(&self.engine).unwrap_or_default()
    }
}
