//! The office's e-sign service, as client libraries of `BSrE`'s *eSign Client Service* use it: the
//! certificate's state, the signature, and the service's own verdict.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use ureq::http::StatusCode;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, RequestBuilder};

use super::examine::{Chain, examine};
use super::{Error, Method, Settings, Signed, same};
use crate::common::http::{basic, stoppable};
use crate::common::secret;
use crate::seal::{ExposeSecret, SecretString};

/// More than was sent may come back by this: a signature, its chain and stamp. In bytes.
const MORE: u64 = 8 << 20;
/// No answer in words is longer, in bytes.
const WORDS: u64 = 1 << 20;
/// Letters of an answer that are shown.
const SHOWN: usize = 200;
/// The passphrase does not fit the NIK.
const WRONG_PASSPHRASE: i64 = 2031;

/// The office's e-sign service, for one signer.
pub struct Service<'a> {
    settings: &'a Settings,
    agent: Agent,
    nik: &'a SecretString,
    passphrase: &'a SecretString,
    stop: &'a AtomicBool,
}

/// Whether this is the number of an identity card.
#[must_use]
pub fn is_nik(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// What came back.
struct Answer {
    status: StatusCode,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.bytes).ok()
    }

    /// What it says in words, where it is none of the known answers.
    fn said(&self) -> String {
        let json = self.json().unwrap_or_default();
        let named = ["error", "message", "status"].into_iter().find_map(|key| json.get(key)?.as_str());
        let text = named.map_or_else(|| String::from_utf8_lossy(&self.bytes).into_owned(), str::to_owned);
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect();
        if text.trim().is_empty() { format!("HTTP {}", self.status.as_u16()) } else { text.trim().to_owned() }
    }
}

impl<'a> Service<'a> {
    /// The service that these settings name.
    ///
    /// # Errors
    /// When the NIK is none, or the certificate of the service's authority is damaged.
    pub fn new(
        settings: &'a Settings,
        nik: &'a SecretString,
        passphrase: &'a SecretString,
        stop: &'a AtomicBool,
    ) -> Result<Self, Error> {
        if !is_nik(nik.expose_secret()) {
            return Err(Error::NotNik);
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // The office's credentials go to the address that it has named.
            .max_redirects(0)
            .timeout_global(Some(settings.patience));
        if let Some(authority) = &settings.authority {
            let damaged = |error: ureq::Error| Error::Settings {
                path: super::FILE_NAME.into(),
                detail: format!("sertifikat: {error}"),
            };
            let roots = RootCerts::new_with_certs(&[Certificate::from_pem(authority).map_err(damaged)?]);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Self { settings, agent: config.build().into(), nik, passphrase, stop })
    }

    /// Has a document signed, and looks at what comes back.
    ///
    /// # Errors
    /// Any [`Error`] of a service: nothing of what it sent is kept then.
    pub fn sign(&self, original: &[u8]) -> Result<Signed, Error> {
        self.check_status()?;
        let limit = original.len() as u64 * 2 + MORE;
        let fields = [
            ("nik", self.nik.expose_secret()),
            ("passphrase", self.passphrase.expose_secret()),
            ("tampilan", "invisible"),
        ];
        let (kind, body) = multipart(&fields, "file", "risalah-resmi.pdf", original)?;
        let mut answer =
            self.ask(limit, |agent| self.post(agent, "/api/sign/pdf").content_type(&kind).send(&body[..]))?;
        self.refusal(&answer)?;
        // Some keep the document, and say under which number.
        if let Some(id) = answer.json().as_ref().and_then(|json| json.get("id_dokumen")?.as_str())
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            answer = self.ask(limit, |agent| self.get(agent, &format!("/api/sign/download/{id}")).call())?;
            self.refusal(&answer)?;
        }
        let bytes = answer.bytes;
        let not_signed = |detail: String| Error::NotSigned { address: self.address(), detail };
        if !bytes.starts_with(b"%PDF-") {
            return Err(not_signed("%PDF".to_owned()));
        }
        same::check(original, &bytes).map_err(|detail| Error::Changed { address: self.address(), detail })?;
        let examined = examine(&bytes, None).map_err(|error| not_signed(error.to_string()))?;
        let [signature] = &examined[..] else { return Err(not_signed(examined.len().to_string())) };
        if !signature.is_sound || !signature.is_whole || signature.chain != Chain::NotJudged {
            return Err(not_signed(signature.detail.clone().unwrap_or_else(|| "ByteRange".to_owned())));
        }
        let note = self.verdict(&bytes)?;
        let is_prefix = bytes.starts_with(original);
        let (by, stamped) = (signature.by.clone(), signature.stamped);
        Ok(Signed { bytes, method: Method::Service, by, stamped, is_prefix, note })
    }

    /// Whether the signer has a certificate that may sign now. A service that does not say so says
    /// it when it is asked to sign.
    fn check_status(&self) -> Result<(), Error> {
        let path = format!("/api/user/status/{}", self.nik.expose_secret());
        let answer = self.ask(WORDS, |agent| self.get(agent, &path).call())?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(Error::Unauthorised { address: self.address() });
        }
        let Some(json) = answer.json() else { return Ok(()) };
        let detail = answer.said();
        match json.get("status").and_then(Value::as_str).unwrap_or_default() {
            "EXPIRED" => Err(Error::ServiceExpired { detail }),
            "NOT_REGISTERED"
            | "WAITING_FOR_VERIFICATION"
            | "NEW"
            | "RENEW"
            | "REVOKE"
            | "SUSPEND"
            | "NO_CERTIFICATE" => Err(Error::NoCertificate { detail }),
            _ => Ok(()),
        }
    }

    /// Why a request was refused, where it was.
    fn refusal(&self, answer: &Answer) -> Result<(), Error> {
        let json = answer.json().unwrap_or_default();
        let code = json.get("status_code").and_then(|code| code.as_i64().or_else(|| code.as_str()?.parse().ok()));
        if answer.status.is_success() && json.get("error").is_none() {
            return Ok(());
        }
        let (address, detail) = (self.address(), answer.said());
        let told = detail.to_lowercase();
        let tells = |words: &[&str]| words.iter().any(|word| told.contains(word));
        Err(if answer.status == StatusCode::UNAUTHORIZED {
            Error::Unauthorised { address }
        } else if code == Some(WRONG_PASSPHRASE) || (tells(&["passphrase"]) && tells(&["salah", "wrong"])) {
            Error::WrongPassphrase
        } else if tells(&["kedaluwarsa", "kadaluarsa", "kadaluwarsa", "expired"]) {
            Error::ServiceExpired { detail }
        } else if tells(&["tidak terdaftar", "belum terdaftar", "belum memiliki sertifikat"]) {
            Error::NoCertificate { detail }
        } else if answer.status.is_server_error() {
            Error::ServiceFailed { address, status: answer.status.as_u16(), detail }
        } else {
            Error::Refused { address, detail }
        })
    }

    /// What the service says of the signed document. One that cannot say anything now has signed it
    /// all the same.
    fn verdict(&self, signed: &[u8]) -> Result<Option<String>, Error> {
        let (kind, body) = multipart(&[], "signed_file", "risalah-resmi.pdf", signed)?;
        let asked = self.ask(WORDS, |agent| self.post(agent, "/api/sign/verify").content_type(&kind).send(&body[..]));
        let answer = match asked {
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Ok(answer) if answer.status.is_success() => answer,
            _ => return Ok(None),
        };
        let Some(json) = answer.json() else { return Ok(None) };
        let text = |key: &str| json.get(key).and_then(Value::as_str).map(|text| text.chars().take(SHOWN).collect());
        let (summary, notes): (Option<String>, Option<String>) = (text("summary"), text("notes"));
        let note = notes.or_else(|| summary.clone());
        let is_invalid = summary.is_some_and(|summary| summary.to_uppercase().contains("INVALID"));
        if is_invalid {
            let detail = note.unwrap_or_default();
            return Err(Error::NotSigned { address: self.address(), detail });
        }
        Ok(note)
    }

    fn address(&self) -> String {
        self.settings.address.clone()
    }

    fn credentials(&self) -> String {
        basic(&self.settings.user, self.settings.password.expose_secret())
    }

    fn get(&self, agent: &Agent, path: &str) -> RequestBuilder<ureq::typestate::WithoutBody> {
        agent.get(self.address() + path).header("Authorization", self.credentials())
    }

    fn post(&self, agent: &Agent, path: &str) -> RequestBuilder<ureq::typestate::WithBody> {
        agent.post(self.address() + path).header("Authorization", self.credentials())
    }

    fn ask(
        &self,
        limit: u64,
        request: impl FnOnce(&Agent) -> Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Answer, Error> {
        let answer = stoppable(&self.agent, self.stop, |agent| {
            let mut answer = request(agent)?;
            let bytes = answer.body_mut().with_config().limit(limit).read_to_vec()?;
            Ok(Answer { status: answer.status(), bytes })
        });
        let address = self.address();
        match answer {
            _ if self.stop.load(Ordering::Relaxed) => Err(Error::Interrupted),
            Ok(answer) => Ok(answer),
            Err(ureq::Error::Timeout(_)) => Err(Error::Silent { address, seconds: self.settings.patience.as_secs() }),
            Err(ureq::Error::BodyExceedsLimit(_)) => Err(Error::Huge { address, limit }),
            Err(error) => Err(Error::Unreachable { address, detail: error.to_string() }),
        }
    }
}

/// A form with texts and a PDF (RFC 7578): its type, and its body.
fn multipart(fields: &[(&str, &str)], name: &str, file: &str, content: &[u8]) -> Result<(String, Vec<u8>), Error> {
    let boundary = secret::random()?;
    let mut body = Vec::with_capacity(content.len() + 1024);
    for (name, value) in fields {
        body.extend(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: application/pdf\r\n\r\n"
    );
    body.extend(head.bytes());
    body.extend_from_slice(content);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), body))
}
