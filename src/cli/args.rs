//! The commands. This is the one definition of what may be typed: help, manual pages and
//! completions come from it and from the arguments beside each command, their words from the
//! catalogue (`locales/help.yml`).

use std::path::Path;

use clap::{Parser, Subcommand};

use super::output_args::{FolderArgs, OutputArgs};
use super::passage_args::PassageArgs;
use super::seal_args::{SealArgs, SealedFolderArgs};
use super::{
    accession, advance, audit, check, completions, corpus, demo, devices, diff, distribute, doctor, export, finalize,
    floor, history, import_edits, keys, man, models, new, omit, play, pokir, print, publish, record, recorder, redact,
    report, retention, search, transcribe, typeset, undo,
};
#[cfg(feature = "console")]
use super::{accounts, serve};

/// The commands in the order of the help, by what they are for.
pub const GROUPS: [(&str, &[&str]); 9] = [
    ("prepare", &["new", "check", "devices", "doctor"]),
    ("record", &["record", "play", "recover", "verify", "archive"]),
    ("transcribe", &["demo", "transcribe", "floor", "export", "print"]),
    ("correct", &["serve", "import-edits", "history", "diff", "undo", "heard", "omit"]),
    ("official", &["status", "advance", "finalize", "distribute"]),
    ("publish", &["redact", "publish", "corpus"]),
    ("find", &["search", "pokir", "report"]),
    ("keep", &["retention", "accession"]),
    ("system", &["accounts", "audit", "keys", "models", "completions", "man"]),
];

#[derive(Parser)]
#[command(name = "risalah", version, disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    #[command(visible_alias = "peraga")]
    Demo(demo::Args),
    #[command(visible_alias = "transkrip")]
    Transcribe(transcribe::Args),
    #[command(visible_alias = "rekam")]
    Record(record::Args),
    /// What `record` starts; not for people.
    #[command(hide = true)]
    Recorder(recorder::Args),
    /// What `export` starts for an office's templates; not for people.
    #[command(hide = true)]
    Typeset(typeset::Args),
    #[command(visible_alias = "baru")]
    New(new::Args),
    #[command(visible_alias = "cek")]
    Check(check::Args),
    #[command(visible_alias = "ekspor")]
    Export(export::Args),
    #[command(visible_alias = "cetak")]
    Print(print::Args),
    #[command(visible_alias = "putar")]
    Play(play::Args),
    #[command(visible_alias = "giliran")]
    Floor(floor::Args),
    #[cfg(feature = "console")]
    #[command(visible_alias = "layani")]
    Serve(serve::Args),
    #[cfg(feature = "console")]
    #[command(visible_alias = "akun", subcommand)]
    Accounts(accounts::Accounts),
    #[command(visible_alias = "pokok-pikiran")]
    Pokir(pokir::Args),
    #[command(visible_alias = "jejak")]
    Audit(audit::Args),
    #[command(visible_alias = "cari")]
    Search(search::Args),
    #[command(visible_alias = "impor-koreksi")]
    ImportEdits(import_edits::Args),
    #[command(visible_alias = "riwayat")]
    History(history::Args),
    #[command(visible_alias = "beda")]
    Diff(diff::Args),
    #[command(visible_alias = "batal")]
    Undo(undo::Args),
    #[command(visible_alias = "keadaan")]
    Status(SealedFolderArgs),
    #[command(visible_alias = "lanjutkan")]
    Advance(advance::Args),
    #[command(visible_alias = "didengar")]
    Heard(PassageArgs),
    #[command(visible_alias = "kecualikan")]
    Omit(omit::Args),
    #[command(visible_alias = "resmikan")]
    Finalize(finalize::Args),
    #[command(visible_alias = "hapus-untuk-publik")]
    Redact(redact::Args),
    #[command(visible_alias = "terbitkan")]
    Publish(publish::Args),
    #[command(visible_alias = "korpus")]
    Corpus(corpus::Args),
    #[command(visible_alias = "edarkan")]
    Distribute(distribute::Args),
    #[command(visible_alias = "diagnosa")]
    Doctor(doctor::Args),
    #[command(visible_alias = "pulihkan")]
    Recover(FolderArgs),
    #[command(visible_alias = "periksa")]
    Verify(SealedFolderArgs),
    #[command(visible_alias = "arsipkan")]
    Archive(FolderArgs),
    #[command(visible_alias = "laporan")]
    Report(report::Args),
    #[command(visible_alias = "retensi")]
    Retention(retention::Args),
    #[command(visible_alias = "serah")]
    Accession(accession::Args),
    #[command(visible_alias = "model", subcommand)]
    Models(models::Models),
    #[command(visible_alias = "kunci", subcommand)]
    Keys(keys::Keys),
    #[command(visible_alias = "perangkat")]
    Devices(devices::Args),
    Completions(completions::Args),
    Man(man::Args),
    /// Writes `docs/command-line.md`.
    #[command(hide = true)]
    Reference,
}

impl Command {
    /// The meeting's folder, of a command that needs one which is there.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Check(args) => Some(&args.meeting),
            Self::Export(args) => Some(&args.folder_args.folder).filter(|_| args.write_template.is_none()),
            Self::Print(args) => Some(&args.folder_args.folder),
            Self::ImportEdits(args) => Some(&args.folder),
            Self::History(args) => Some(&args.folder),
            Self::Diff(args) => Some(&args.folder_args.folder),
            Self::Undo(args) => Some(&args.folder),
            Self::Status(args) | Self::Verify(args) => Some(&args.folder_args.folder),
            Self::Recover(args) | Self::Archive(args) => Some(&args.folder),
            Self::Advance(args) => Some(&args.folder_args.folder),
            Self::Heard(args) => Some(&args.folder),
            Self::Omit(args) => Some(&args.passage.folder),
            Self::Finalize(args) => Some(&args.folder_args.folder),
            Self::Redact(args) => Some(&args.folder),
            Self::Distribute(args) => Some(&args.folder_args.folder),
            Self::Retention(args) => args.folder(),
            Self::Accession(args) => Some(&args.folder_args.folder),
            Self::Record(args) => return args.existing_folder(),
            _ => None,
        }
        .map(std::path::PathBuf::as_path)
    }

    /// Whose key opens a sealed meeting, and the meeting's folder or recording, of a command that
    /// reads
    /// one.
    pub fn seal(&self) -> Option<(&SealArgs, &Path)> {
        let (args, path) = match self {
            Self::Transcribe(args) => (&args.seal_args, args.input.first()?),
            Self::Floor(args) => (&args.seal_args, args.input.first()?),
            Self::Play(args) => (&args.seal_args, &args.recording),
            Self::Export(args) => (&args.seal_args, &args.folder_args.folder),
            Self::Print(args) => (&args.seal_args, &args.folder_args.folder),
            Self::ImportEdits(args) => (&args.seal_args, &args.folder),
            Self::History(args) => (&args.seal_args, &args.folder),
            Self::Diff(args) => (&args.seal_args, &args.folder_args.folder),
            Self::Undo(args) => (&args.seal_args, &args.folder),
            Self::Status(args) | Self::Verify(args) => (&args.seal_args, &args.folder_args.folder),
            Self::Advance(args) => (&args.seal_args, &args.folder_args.folder),
            Self::Heard(args) => (&args.seal_args, &args.folder),
            Self::Omit(args) => (&args.passage.seal_args, &args.passage.folder),
            Self::Finalize(args) => (&args.seal_args, &args.folder_args.folder),
            Self::Accession(args) => (&args.seal_args, &args.folder_args.folder),
            _ => return None,
        };
        Some((args, path))
    }

    /// How the command speaks.
    pub fn output_args(&self) -> OutputArgs {
        match self {
            Self::Demo(args) => args.output_args,
            Self::Transcribe(args) => args.output_args,
            Self::Record(args) => args.output_args(),
            Self::Check(args) => args.output_args,
            Self::Export(args) => args.folder_args.output_args,
            Self::Print(args) => args.folder_args.output_args,
            Self::Play(args) => args.output_args,
            Self::Floor(args) => args.output_args,
            #[cfg(feature = "console")]
            Self::Serve(args) => args.output_args,
            #[cfg(feature = "console")]
            Self::Accounts(args) => args.output_args(),
            Self::Pokir(args) => args.output_args,
            Self::Audit(args) => args.output_args,
            Self::Search(args) => args.output_args,
            Self::ImportEdits(args) => args.output_args,
            Self::History(args) => args.output_args,
            Self::Diff(args) => args.folder_args.output_args,
            Self::Undo(args) => args.output_args,
            Self::Status(args) | Self::Verify(args) => args.folder_args.output_args,
            Self::Recover(args) | Self::Archive(args) => args.output_args,
            Self::Keys(args) => args.output_args(),
            Self::Advance(args) => args.folder_args.output_args,
            Self::Heard(args) => args.output_args,
            Self::Omit(args) => args.passage.output_args,
            Self::Finalize(args) => args.folder_args.output_args,
            Self::Report(args) => args.output_args,
            Self::Redact(args) => args.output_args,
            Self::Publish(args) => args.output_args,
            Self::Corpus(args) => args.output_args,
            Self::Distribute(args) => args.folder_args.output_args,
            Self::Retention(args) => args.output_args(),
            Self::Accession(args) => args.folder_args.output_args,
            Self::Doctor(args) => args.output_args,
            Self::Models(args) => args.output_args(),
            Self::Devices(args) => OutputArgs { json: args.json, quiet: false },
            Self::New(_)
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Recorder(_)
            | Self::Typeset(_)
            | Self::Reference => OutputArgs::default(),
        }
    }
}
