//! The electronic signature at `risalah finalize`: what is asked for, each time anew, and who
//! signs.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::meeting::Meeting;
use e_risalah::seal::SecretString;
use e_risalah::signature::{About, Certificate, Error, Service, Settings, Signed, Stamper};
use jiff::Zoned;

use super::console::Console;
use super::interrupt::STOP;
use super::outcome::Failure;
use super::unseen::{first_lines, unseen};

/// How the record is signed electronically, where it is.
#[derive(clap::Args)]
pub struct SigningArgs {
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "esign")]
    pub certificate: Option<PathBuf>,
    #[arg(long)]
    pub esign: bool,
    #[arg(long, conflicts_with = "passphrase_stdin")]
    pub signing_stdin: bool,
}

/// Who signs, once all that is needed is there.
pub enum Signer {
    Certificate(Box<Certificate>, Option<Stamper>),
    Service { settings: Settings, nik: SecretString, passphrase: SecretString },
}

impl SigningArgs {
    /// What the audit trail says of it.
    pub fn told(&self) -> &'static str {
        match (&self.certificate, self.esign) {
            (Some(_), _) => ", certificate",
            (None, true) => ", e-sign service",
            (None, false) => "",
        }
    }

    /// Asks for the secrets. Settings that are wrong are told before.
    pub fn signer(
        &self,
        folder: &Path,
        meeting: &Meeting,
        now: &Zoned,
        console: Console,
    ) -> Result<Option<Signer>, Failure> {
        if let Some(path) = &self.certificate {
            let prompt = console.text("cli.signing.passphrase").replace("%{path}", &path.display().to_string());
            let [passphrase] = self.ask([&prompt])?;
            let certificate = Certificate::open(path.clone(), passphrase, now.timestamp())?;
            let signing = &meeting.signing;
            let roots = signing.roots.clone();
            let stamper = signing.stamps.clone().map(|address| Stamper { address, roots });
            return Ok(Some(Signer::Certificate(Box::new(certificate), stamper)));
        }
        if !self.esign {
            return Ok(None);
        }
        let settings = Settings::of(folder)?;
        let prompts = ["cli.signing.nik", "cli.signing.service_passphrase"].map(|key| console.text(key));
        let [nik, passphrase] = self.ask([&prompts[0], &prompts[1]])?;
        Ok(Some(Signer::Service { settings, nik, passphrase }))
    }

    /// A secret for each prompt: typed unseen, or a line of stdin.
    fn ask<const N: usize>(&self, prompts: [&str; N]) -> Result<[SecretString; N], Failure> {
        let given: Vec<SecretString> = if self.signing_stdin {
            first_lines(N)?.into_iter().map(SecretString::from).collect()
        } else {
            prompts.iter().map(|prompt| Ok(unseen(prompt)?.into())).collect::<Result<_, Failure>>()?
        };
        given.try_into().map_err(|_| Failure::usage(e_risalah::common::message::Message::new("accounts.not_text")))
    }
}

impl Signer {
    /// Signs the official document.
    pub fn sign(&self, document: &[u8], meeting: &Meeting, signed_by: &str, now: &Zoned) -> Result<Signed, Error> {
        match self {
            Self::Certificate(certificate, stamper) => {
                let about = About {
                    name: certificate.identity().name.clone(),
                    reason: format!("Risalah resmi, ditandatangani oleh {signed_by}"),
                    location: meeting.city.clone(),
                    at: now.clone(),
                };
                certificate.sign(document, &about, stamper.as_ref(), &STOP)
            }
            Self::Service { settings, nik, passphrase } => {
                Service::new(settings, nik, passphrase, &STOP)?.sign(document)
            }
        }
    }
}
