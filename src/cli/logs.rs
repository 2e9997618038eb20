//! Logs for those who look after the program. Off unless `RISALAH_LOG` asks for them; the recorder
//! and the page always keep one. What is said or entered, names and paths never stand in it.

use std::io;
use std::path::PathBuf;

use etcetera::BaseStrategy;
pub use tracing_appender::non_blocking::WorkerGuard as Guard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Says what is logged, as `tracing_subscriber::EnvFilter` reads it.
const FILTER: &str = "RISALAH_LOG";

/// Another folder for the logs.
const FOLDER: &str = "RISALAH_LOG_DIR";

/// A file a day, and as many are kept.
const KEPT: usize = 14;

/// Logs to stderr where that is asked for.
pub fn to_stderr() {
    let Some(filter) = asked() else { return };
    start(filter, io::stderr);
}

/// Logs of a process that works in the background, into a file of the day whose name begins so. A
/// thread of its own writes it: a disk that stalls holds nobody up. The file is whole when what is
/// returned is dropped. Without a folder that can be written to there is no log; the work goes on.
pub fn to_file(name: &str) -> Option<Guard> {
    let folder = folder()?;
    std::fs::create_dir_all(&folder).ok()?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name)
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(&folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = asked().unwrap_or_else(|| EnvFilter::new("info"));
    start(filter, writer);
    Some(guard)
}

/// Logs what this program itself says; what its libraries say may hold a path.
fn start<W>(filter: EnvFilter, writer: W)
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let own = filter_fn(|metadata| {
        let part = metadata.target().split("::").next().unwrap_or_default();
        part == "risalah" || part == "e_risalah"
    });
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
    // A second one would be a mistake of the program, and no reason to end it.
    let _ = tracing_subscriber::registry().with(filter).with(own).with(lines).try_init();
}

/// The filter that is asked for, if there is one.
fn asked() -> Option<EnvFilter> {
    let filter = std::env::var(FILTER).ok().filter(|filter| !filter.is_empty())?;
    EnvFilter::try_new(filter).ok()
}

/// Where logs lie: in the folder that `RISALAH_LOG_DIR` names, else in `risalah/log` of the user's
/// state folder.
fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()) {
        return Some(folder.into());
    }
    let user = etcetera::choose_base_strategy().ok()?;
    Some(user.state_dir().unwrap_or_else(|| user.data_dir()).join("risalah").join("log"))
}
