//! `risalah accounts`: who may use the page, and for what.

mod typed_password;

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Subcommand, ValueHint};
use e_risalah::accounts::{Accounts as Stored, NewAccount, Role, Roles};
use e_risalah::common::message::Message;
use e_risalah::meeting_folder::usual_folder;

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;

/// Which folder of meetings, and how the command speaks.
#[derive(clap::Args)]
pub struct Of {
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    #[arg(short, long)]
    pub quiet: bool,
}

/// Who, and for what.
#[derive(clap::Args)]
pub struct Who {
    #[arg(value_name = "NAME")]
    pub name: String,
    #[arg(long, value_name = "ROLE", required = true, value_delimiter = ',', value_parser = roles())]
    pub role: Vec<Role>,
    #[arg(long, value_name = "ID")]
    pub person: Option<String>,
}

impl Who {
    fn roles(&self) -> Roles {
        self.role.iter().copied().collect()
    }
}

#[derive(Subcommand)]
pub enum Accounts {
    Add {
        #[command(flatten)]
        who: Who,
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        of: Of,
    },
    List {
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    Passwd {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        of: Of,
    },
    Roles {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        of: Of,
    },
    Disable {
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        of: Of,
    },
    Enable {
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        of: Of,
    },
}

fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::key)).try_map(|key: String| Role::by_key(&key).ok_or("no role"))
}

impl Accounts {
    /// How the command speaks.
    pub fn output_args(&self) -> OutputArgs {
        match self {
            Self::List { json, .. } => OutputArgs { json: *json, quiet: false },
            Self::Add { of, .. }
            | Self::Passwd { of, .. }
            | Self::Roles { of, .. }
            | Self::Disable { of, .. }
            | Self::Enable { of, .. } => OutputArgs { json: false, quiet: of.quiet },
        }
    }
}

pub fn run(command: &Accounts, console: Console) -> Result<End, Failure> {
    let root = |folder: &Option<PathBuf>| folder.clone().unwrap_or_else(usual_folder);
    let note = |key: &str, name: &str| console.note(&Message::new(key).with("name", name.trim()));
    match command {
        Accounts::Add { who, password_stdin, of } => {
            let root = root(&of.folder);
            let stored = Stored::of(&root);
            let (name, roles, person) = (who.name.trim(), who.roles(), who.person.as_deref());
            stored.may_add(name, &roles, person)?;
            let password = typed_password::ask(name, *password_stdin, console)?;
            stored.add(&NewAccount { name, roles: roles.clone(), person, password: &password })?;
            let added = Message::new("accounts.added").with("name", name);
            console.note(&added.with("roles", named(&roles, console)).with("folder", root.display()));
        }
        Accounts::List { folder, json } => return list(&root(folder), *json, console),
        Accounts::Passwd { name, password_stdin, of } => {
            let stored = Stored::of(&root(&of.folder));
            let name = stored.find(name)?.name;
            let password = typed_password::ask(&name, *password_stdin, console)?;
            stored.set_password(&name, &password)?;
            note("accounts.passwd", &name);
        }
        Accounts::Roles { who, of } => {
            let roles = who.roles();
            Stored::of(&root(&of.folder)).set_roles(&who.name, &roles, who.person.as_deref())?;
            let told = Message::new("accounts.roles").with("name", who.name.trim());
            console.note(&told.with("roles", named(&roles, console)));
        }
        Accounts::Disable { name, of } => {
            Stored::of(&root(&of.folder)).set_disabled(name, true)?;
            note("accounts.disabled", name);
        }
        Accounts::Enable { name, of } => {
            Stored::of(&root(&of.folder)).set_disabled(name, false)?;
            note("accounts.enabled", name);
        }
    }
    Ok(End::Done)
}

fn named(roles: &Roles, console: Console) -> String {
    roles.iter().map(|role| role.name(console.language())).collect::<Vec<_>>().join(", ")
}

fn list(root: &Path, json: bool, console: Console) -> Result<End, Failure> {
    let accounts = Stored::of(root).read()?;
    if json {
        let told: Vec<_> = accounts
            .iter()
            .map(|account| {
                serde_json::json!({
                    "name": account.name,
                    "roles": account.roles,
                    "person": account.person,
                    "disabled": account.disabled,
                    "changed": account.changed,
                })
            })
            .collect();
        print(&serde_json::Value::Array(told).to_string());
        return Ok(End::Done);
    }
    if accounts.is_empty() {
        console.note(&Message::new("accounts.empty").with("folder", root.display()));
    }
    let width = accounts.iter().map(|account| account.name.chars().count()).max().unwrap_or(0);
    for account in &accounts {
        let person = account.person.as_ref().map(|person| format!("  ({person})")).unwrap_or_default();
        let disabled =
            if account.disabled { format!("  {}", console.text("cli.accounts.disabled")) } else { String::new() };
        print(&format!("{:<width$}  {}{person}{disabled}", account.name, named(&account.roles, console)));
    }
    Ok(End::Done)
}

impl Accounts {
    /// What it changes, for the audit trail: the folder of all meetings, and what of which account.
    pub fn change(&self) -> Option<(PathBuf, String)> {
        let roles = |who: &Who| who.role.iter().map(|role| role.key()).collect::<Vec<_>>().join(",");
        let (of, detail) = match self {
            Self::List { .. } => return None,
            Self::Add { who, of, .. } => (of, format!("add {}: {}", who.name.trim(), roles(who))),
            Self::Roles { who, of } => (of, format!("roles {}: {}", who.name.trim(), roles(who))),
            Self::Passwd { name, of, .. } => (of, format!("passwd {}", name.trim())),
            Self::Disable { name, of } => (of, format!("disable {}", name.trim())),
            Self::Enable { name, of } => (of, format!("enable {}", name.trim())),
        };
        Some((of.folder.clone().unwrap_or_else(usual_folder), detail))
    }
}
