//! A parcel by e-mail, through the office's server.

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};

use super::Error;
use super::parcel::Parcel;
use super::settings::{Mail, Security, Settings};
use crate::seal::ExposeSecret;

/// Sends a parcel; gives what the server said.
pub(super) fn send(
    parcel: &Parcel,
    to: &str,
    files: &[(String, Vec<u8>)],
    settings: &Settings,
) -> Result<String, Error> {
    let mail = settings.mail.as_ref().ok_or(Error::NoSettings { what: "[surel]" })?;
    let failed = |detail: String| Error::Mail { server: format!("{}:{}", mail.server, mail.port), detail };
    let message = message(parcel, to, files, mail).map_err(failed)?;
    let transport = transport(mail, settings).map_err(|error| failed(whole(&error)))?;
    // What fails here has not been given a letter.
    let is_there = transport.test_connection().map_err(|error| failed(whole(&error)))?;
    if !is_there {
        return Err(failed("NOOP".to_owned()));
    }
    let answer = transport.send(&message).map_err(|error| {
        let detail = whole(&error);
        if error.is_permanent() || error.is_transient() {
            return failed(detail);
        }
        Error::Unanswered { server: mail.server.clone(), detail }
    })?;
    Ok(format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" ")))
}

fn message(parcel: &Parcel, to: &str, files: &[(String, Vec<u8>)], mail: &Mail) -> Result<Message, String> {
    let contents = &parcel.contents;
    let wrong = |error: &dyn std::fmt::Display| error.to_string();
    let to = Mailbox::new(Some(contents.recipient.name.clone()), to.parse().map_err(|error| wrong(&error))?);
    let domain = mail.from.email.domain();
    let number = contents.number.as_deref().map(|number| format!(" nomor {number}")).unwrap_or_default();
    let text = format!(
        "Yth. {}\n\nBersama ini disampaikan surat pengantar{number} dengan lampirannya: {}.\n\nNomor paket: {}\n",
        contents.recipient.name, contents.subject, parcel.id
    );
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(text));
    for (name, bytes) in files {
        let kind = match name.rsplit('.').next() {
            Some("pdf") => "application/pdf",
            Some("json") => "application/json",
            Some("xml") => "application/xml",
            _ => "application/octet-stream",
        };
        let kind = ContentType::parse(kind).map_err(|error| wrong(&error))?;
        parts = parts.singlepart(Attachment::new(name.clone()).body(bytes.clone(), kind));
    }
    Message::builder()
        .from(mail.from.clone())
        .to(to)
        .subject(contents.subject.clone())
        // The same parcel is the same message.
        .message_id(Some(format!("<{}@{domain}>", parcel.id)))
        .multipart(parts)
        .map_err(|error| wrong(&error))
}

fn transport(mail: &Mail, settings: &Settings) -> Result<SmtpTransport, lettre::transport::smtp::Error> {
    let mut builder =
        SmtpTransport::builder_dangerous(mail.server.clone()).port(mail.port).timeout(Some(settings.patience));
    if mail.security != Security::Tanpa {
        let mut parameters = TlsParameters::builder(mail.server.clone());
        if let Some(authority) = &mail.authority {
            parameters = parameters.add_root_certificate(Certificate::from_pem(authority)?);
        }
        let parameters = parameters.build()?;
        builder = builder.tls(match mail.security {
            Security::Tls => Tls::Wrapper(parameters),
            _ => Tls::Required(parameters),
        });
    }
    if let Some((user, password)) = &mail.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    Ok(builder.build())
}

/// An error with what is behind it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        text += &format!(": {error}");
        below = error.source();
    }
    text
}
