//! `risalah serve`: the clerk's page, in the browser of this computer, or of others on the network.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::ValueHint;
use e_risalah::common::message::Message;
use e_risalah::console as page;
use e_risalah::console::{Certificate, Found, Instance, Options, Server};
use e_risalah::lifecycle::folder;
use e_risalah::meeting_folder::usual_folder;
use etcetera::BaseStrategy;

use super::console::{Console, print};
use super::interrupt::STOP;
use super::layout::lay_out;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    #[arg(long)]
    pub no_open: bool,
    #[arg(long, value_name = "ADDRESS[:PORT]", default_value = "127.0.0.1", value_parser = listen)]
    pub listen: Listen,
    #[arg(long, value_name = "NAME", conflicts_with = "certificate")]
    pub host_name: Vec<String>,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "key")]
    pub certificate: Option<PathBuf>,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "certificate")]
    pub key: Option<PathBuf>,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub source: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["port", "no_open", "listen", "host_name", "certificate", "source", "uninstall"])]
    pub install: bool,
    #[arg(long, conflicts_with_all = ["folder", "port", "no_open", "listen", "host_name", "certificate", "source"])]
    pub uninstall: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

/// Where to listen.
#[derive(Clone, Copy)]
pub struct Listen {
    address: IpAddr,
    port: Option<u16>,
}

/// An address with or without its port; one of version 6 with a port stands in brackets.
fn listen(text: &str) -> Result<Listen, String> {
    if let Ok(address) = text.trim_matches(['[', ']']).parse() {
        return Ok(Listen { address, port: None });
    }
    let both = text.parse::<SocketAddr>().map_err(|_| text.to_owned())?;
    Ok(Listen { address: both.ip(), port: Some(both.port()) })
}

/// The port for everybody on the network, who must know it.
const NETWORK_PORT: u16 = 8443;
/// Another folder for certificates that are made here.
const TLS_FOLDER: &str = "RISALAH_TLS";

impl Args {
    fn port(&self) -> Result<u16, Failure> {
        match self.listen.port {
            Some(_) if self.port != 0 => Err(Failure::usage(Message::new("serve.two_ports"))),
            Some(port) => Ok(port),
            None if self.port == 0 && !self.listen.address.is_loopback() => Ok(NETWORK_PORT),
            None => Ok(self.port),
        }
    }

    fn certificate(&self) -> Certificate {
        if let (Some(chain), Some(key)) = (&self.certificate, &self.key) {
            return Certificate::Given { chain: chain.clone(), key: key.clone() };
        }
        let named = std::env::var_os(TLS_FOLDER).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let usual = || {
            let data = etcetera::choose_base_strategy().map(|folders| folders.data_dir()).unwrap_or_default();
            data.join("risalah").join("tls")
        };
        Certificate::Own { folder: named.unwrap_or_else(usual), names: self.host_name.clone() }
    }
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let program = std::env::current_exe().map_err(|source| folder::Error::Folder { path: "risalah".into(), source })?;
    if args.uninstall {
        return uninstall(console);
    }
    if args.install {
        return install(args, &program, console);
    }
    let port = args.port()?;
    let folder = args.folder.clone().unwrap_or_else(usual_folder);
    let mut instance = match Instance::take(&folder)? {
        Found::None(instance) => instance,
        Found::Running(address) => {
            if !args.listen.address.is_loopback() && is_only_here(&address) {
                let message = Message::new("serve.only_here").with("folder", folder.display());
                return Err(Failure::failed(message.with("address", address)));
            }
            print(&address);
            console.note(&Message::new("serve.running").with("folder", folder.display()));
            show(args, &address, console);
            return Ok(End::Done);
        }
    };
    let previous = instance.previous().cloned();
    let options = |port| Options {
        folder: folder.clone(),
        address: args.listen.address,
        port,
        certificate: args.certificate(),
        token: previous.as_ref().and_then(|previous| previous.token.clone()),
        program: program.clone(),
        lay_out: Box::new(lay_out),
        source: args.source.as_deref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned())),
    };
    let server = match &previous {
        // Where somebody else has the port by now, any other will do.
        Some(previous) if port == 0 => Server::bind(options(previous.port)).or_else(|_| Server::bind(options(0)))?,
        _ => Server::bind(options(port))?,
    };
    let address = server.address();
    instance.announce(&address)?;
    print(&address);
    console.note(&Message::new("serve.serving").with("folder", server.folder().display()));
    if let Some((fingerprint, download)) = server.certificate() {
        console.note(&Message::new("serve.fingerprint").with("fingerprint", fingerprint));
        if let Some(download) = download {
            console.note(&Message::new("serve.authority").with("address", download));
        }
    }
    show(args, &address, console);
    tracing::info!(local = args.listen.address.is_loopback(), "page open");
    let end = server.run(&STOP);
    tracing::info!(well = end.is_ok(), "page closed");
    end?;
    Ok(End::Done)
}

/// Whether a page is for this computer only.
fn is_only_here(address: &str) -> bool {
    let host = address.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    host.and_then(|host| host.parse::<SocketAddr>().ok()).is_some_and(|bound| bound.ip().is_loopback())
}

/// Opens the page, unless that was not wished or others are meant to.
fn show(args: &Args, address: &str, console: Console) {
    if args.listen.address.is_loopback() && !args.no_open && open(address).is_err() {
        console.note(&Message::new("serve.not_opened").with("address", address));
    }
}

/// Puts the page into the start menu of this user.
fn install(args: &Args, program: &Path, console: Console) -> Result<End, Failure> {
    let [entry, unit] = page::install(program, args.folder.as_deref())?;
    print(&entry.display().to_string());
    print(&unit.display().to_string());
    console.note(&Message::new("serve.installed"));
    Ok(End::Done)
}

fn uninstall(console: Console) -> Result<End, Failure> {
    let gone = page::uninstall()?;
    for path in &gone {
        print(&path.display().to_string());
    }
    console.note(&Message::new(if gone.is_empty() { "serve.not_installed" } else { "serve.uninstalled" }));
    Ok(End::Done)
}

/// Opens the page in the user's browser.
fn open(address: &str) -> std::io::Result<()> {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut child =
        Command::new(opener).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // Waited for elsewhere: some browsers end with their window.
    std::thread::spawn(move || child.wait());
    Ok(())
}
