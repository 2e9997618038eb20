//! The `risalah` program: a thin door to the rooms of the library and of its command line.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
