//! Progress bars on stderr, where that is a terminal.

use std::fmt;
use std::time::Duration;

use e_risalah::common::message::Message;
use e_risalah::recognise::models::{self, Monitor, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::console::Console;
use super::interrupt::STOP;

/// A bar of this form; `{left}` in it is the time that it will still take.
pub fn bar(template: &str, hidden: bool) -> ProgressBar {
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let style = style.with_key("left", |state: &ProgressState, out: &mut dyn fmt::Write| {
        // Nothing to be done for a bar that cannot be written.
        let _ = out.write_str(&left(state.eta()));
    });
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// How long it will still take, `m:ss` or `h:mm:ss`; as long as it takes, at least a second.
fn left(time: Duration) -> String {
    let seconds = time.as_secs().max(1);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Shows a download or a check of a model.
pub struct ModelProgress {
    bar: ProgressBar,
    console: Console,
    stage: Option<Stage>,
}

impl ModelProgress {
    pub fn new(console: Console, hidden: bool) -> Self {
        let left = console.text("cli.progress.left");
        let bar = bar(&format!("{{msg}} {{wide_bar}} {{bytes}} / {{total_bytes}}  {left} {{left}}"), hidden);
        Self { bar, console, stage: None }
    }

    pub fn report(&mut self, progress: models::Progress) {
        match progress {
            models::Progress::Bytes { stage, done, total } => {
                if self.stage != Some(stage) {
                    self.stage = Some(stage);
                    let key = match stage {
                        Stage::Downloading => "cli.progress.downloading",
                        Stage::Copying => "cli.progress.copying",
                        Stage::Converting => "cli.progress.converting",
                        Stage::Checking => "cli.progress.checking",
                    };
                    self.bar.reset();
                    self.bar.set_message(self.console.text(key));
                }
                self.bar.set_length(total);
                self.bar.set_position(done);
            }
            models::Progress::Retry { cause, seconds } => {
                let retry =
                    Message::new("cli.retry").with("cause", self.console.sentence(&cause)).with("seconds", seconds);
                self.bar.suspend(|| self.console.note(&retry));
            }
        }
    }

    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}

/// Shows how much of a work is done.
pub struct ShareProgress {
    bar: ProgressBar,
}

impl ShareProgress {
    pub fn new(console: Console, key: &str, hidden: bool) -> Self {
        let left = console.text("cli.progress.left");
        let bar = bar(&format!("{{msg}} {{wide_bar}} {{percent:>3}} %  {left} {{left}}"), hidden);
        bar.set_length(1000);
        bar.set_message(console.text(key));
        Self { bar }
    }

    /// So many thousandths are done.
    pub fn report(&mut self, done: u64) {
        self.bar.set_position(done);
    }

    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}

/// Does a long work on a model file under a progress bar.
pub fn watched<T>(
    console: Console,
    hidden: bool,
    work: impl FnOnce(&mut Monitor<'_>) -> Result<T, models::Error>,
) -> Result<T, models::Error> {
    let mut progress = ModelProgress::new(console, hidden);
    let result = work(&mut Monitor { report: &mut |step| progress.report(step), cancel: &STOP });
    progress.end();
    result
}
