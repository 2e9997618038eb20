//! `risalah finalize`: makes a verified record official.

use e_risalah::audit::Head;
use e_risalah::common::message::{Explain, Message};
use e_risalah::document::risalah::{Format, Sheet};
use e_risalah::lifecycle::folder::Folder;
use e_risalah::lifecycle::{self, Error, Finalized, Manifest, Request, Sign, Signature};
use e_risalah::meeting_folder;
use e_risalah::transcript::store::Store;

use super::console::{Console, print};
use super::layout::lay_out;
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::paper::missing_paper;
use super::seal_args::SealArgs;
use super::shell::quoted;
use super::signing::SigningArgs;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
    #[arg(long, value_name = "NAME")]
    pub signed_by: String,
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
    #[arg(long, value_name = "REASON")]
    pub waive: Option<String>,
    #[command(flatten)]
    pub signing_args: SigningArgs,
}

pub fn run(args: &Args, audit: Option<Head>, console: Console) -> Result<End, Failure> {
    let path = &args.folder_args.folder;
    let mut store = Store::open(path)?;
    let mut meeting = meeting_folder::describe(path)?;
    let (_, notices) = meeting_folder::shown_words(path, &mut store, &mut meeting)?;
    console.notices(&notices);
    let folder = Folder::create(path)?;
    let (signed_by, number, waive) = (args.signed_by.clone(), args.number.clone(), args.waive.clone());
    let request = Request { signed_by, number, waive, audit };
    let templates = meeting_folder::templates(&meeting, path);
    let typeset = |sheet: &Sheet| {
        let laid_out = lay_out(sheet, Format::Pdf, templates.as_deref())?;
        console.warnings(&laid_out.warnings);
        Ok(laid_out.content)
    };
    // An official record keeps the paper that it is laid out for.
    let missing = missing_paper(meeting.paper);
    if let Some(missing) = &missing {
        console.warning(missing);
    }
    let now = meeting_folder::now(&meeting);
    let signer = args.signing_args.signer(path, &meeting, &now, console)?;
    let sign =
        signer.as_ref().map(|signer| |document: &[u8]| signer.sign(document, &meeting, &request.signed_by, &now));
    let sign = sign.as_ref().map(|sign| sign as &Sign);
    let finalized = match lifecycle::finalize_signed(&folder, &store, &meeting, &request, &now, &typeset, sign) {
        Err(Error::Hindered(hindrances)) => {
            for hindrance in &hindrances {
                console.error(&hindrance.message().with("folder", quoted(path)));
            }
            return Err(Failure::failed(Error::Hindered(hindrances).message()));
        }
        finalized => finalized?,
    };
    let manifest = Manifest::of(path, finalized.edition)?;
    tell(&finalized, manifest.signature.as_ref(), args.folder_args.output_args.json, console);
    Ok(End::warned_if(missing.is_some()))
}

fn tell(finalized: &Finalized, signature: Option<&Signature>, json: bool, console: Console) {
    if json {
        let line = serde_json::json!({
            "edition": finalized.edition,
            "files": finalized.files,
            "seal": finalized.seal,
            "signature": signature,
        });
        print(&line.to_string());
        return;
    }
    for file in &finalized.files {
        print(&file.display().to_string());
    }
    let message = Message::new("status.finalized").with("edition", finalized.edition).with("seal", &finalized.seal);
    console.note(&message);
    if let Some(signature) = signature {
        let by = &signature.by;
        let key = if signature.stamped.is_some() { "signature.made_stamped" } else { "signature.made" };
        let made = Message::new(key).with("file", &signature.signed.file).with("name", &by.name);
        console.note(&made.with("issuer", &by.issuer).with("note", signature.note.as_deref().unwrap_or("–")));
    }
}
