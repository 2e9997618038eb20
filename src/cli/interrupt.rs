//! Ctrl-C and requests to end.

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Set by Ctrl-C or a request to end; whatever takes long looks at it.
pub static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Lets signals set [`STOP`]. The second ends the program at once: everything that was recognised
/// is on disk already.
pub fn catch() -> io::Result<()> {
    for signal in signals() {
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&STOP))?;
        flag::register(signal, Arc::clone(&STOP))?;
    }
    Ok(())
}

fn signals() -> Vec<i32> {
    let mut signals = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    signals.push(signal_hook::consts::SIGHUP);
    signals
}
