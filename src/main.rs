//! The `risalah` program: it hands its arguments to the command line.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
