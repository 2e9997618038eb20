//! The language in which the program speaks, and its help in that language.

use clap::{Arg, ArgAction, Command, CommandFactory};
use e_risalah::common::language::Language;
use e_risalah::common::language::lookup;
use e_risalah::record::recorder::entry;

use super::args::Args;

/// `RISALAH_LANG` if it is set, else the locale: Indonesian where it begins with `id`, English otherwise.
pub fn current() -> Language {
    let wish = std::env::var("RISALAH_LANG").ok().filter(|wish| !wish.is_empty());
    let locale = wish.or_else(sys_locale::get_locale).unwrap_or_default().to_lowercase();
    if locale.starts_with("id") { Language::Indonesian } else { Language::English }
}

/// The command line with every text in this language.
pub fn command(language: Language) -> Command {
    whole(Args::command(), language)
}

/// The same without the commands and flags that are not for people.
pub fn visible(language: Language) -> Command {
    whole(without_hidden(&Args::command()), language)
}

fn whole(command: Command, language: Language) -> Command {
    let mut command = localised(command, language, "help").propagate_version(false);
    command.build();
    with_own_usage(command, language)
}

/// Completions and manual pages show what is hidden; so it is left out of what they are made of.
fn without_hidden(command: &Command) -> Command {
    let shown = Command::new(command.get_name().to_owned())
        .visible_aliases(command.get_visible_aliases().map(str::to_owned).collect::<Vec<_>>())
        .disable_help_subcommand(true)
        .args(command.get_arguments().filter(|arg| !arg.is_hide_set()).cloned())
        .subcommands(command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(without_hidden));
    match command.get_version() {
        Some(version) => shown.version(version.to_owned()),
        None => shown,
    }
}

/// Clap writes `[OPTIONS]` into every usage itself, once it is built.
fn with_own_usage(mut command: Command, language: Language) -> Command {
    let usage = command.render_usage().to_string();
    let usage = usage.split_once(' ').map_or(usage.as_str(), |(_, usage)| usage);
    let usage = usage.replace("[OPTIONS]", &format!("[{}]", common(language, "options").to_uppercase()));
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(&name, |sub| with_own_usage(sub, language));
    }
    command.override_usage(usage)
}

/// What all commands call the same.
fn common(language: Language, of: &str) -> String {
    lookup(language, &format!("help.any.{of}")).unwrap_or_default()
}

/// The name of a value, `NAME|FILE` for example, word by word.
fn value_name(language: Language, name: &str) -> String {
    let is_letter = |c: &char| c.is_ascii_uppercase();
    let letters: Vec<char> = name.chars().collect();
    letters
        .chunk_by(|a, b| is_letter(a) == is_letter(b))
        .map(|part| {
            let part: String = part.iter().collect();
            lookup(language, &format!("help.any.value.{}", part.to_lowercase())).unwrap_or(part)
        })
        .collect()
}

/// The key of a command is its place in the tree, the key of a flag its name below that of its command, or below `help.any`
/// when all commands mean the same by it.
fn localised(command: Command, language: Language, key: &str) -> Command {
    let text = |part: &str| lookup(language, &format!("{key}.{part}"));
    let flag = |arg: Arg| {
        let name = arg.get_id().to_string();
        let help = text(&format!("flag.{name}")).or_else(|| lookup(language, &format!("help.any.flag.{name}")));
        let help = help.map(|help| help.replace("%{events}", &entry::forms().join(", ")));
        let help = help.map(|help| help + &defaults_and_choices(&arg, language));
        let names = arg.get_value_names().unwrap_or_default();
        let names: Vec<String> = names.iter().map(|name| value_name(language, name)).collect();
        let arg = arg.hide_default_value(true).hide_possible_values(true);
        let arg = if names.is_empty() { arg } else { arg.value_names(names) };
        match help {
            Some(help) => arg.help(help),
            None => arg,
        }
    };
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let mut command = command.mut_args(flag);
    if let Some(about) = text("about") {
        command = command.about(about);
    }
    if let Some(examples) = text("examples") {
        command = command.after_help(examples);
    }
    for name in names {
        command = command.mut_subcommand(&name, |sub| localised(sub, language, &format!("{key}.{name}")));
    }
    // Clap names its own two flags itself; saying them again puts their words into the catalogue as well.
    let own = |name: &'static str, short: char, action: ArgAction| {
        let help = common(language, &format!("flag.{name}"));
        Arg::new(name).short(short).long(name).action(action).help(help)
    };
    command = command.disable_help_flag(true).arg(own("help", 'h', ArgAction::Help));
    if command.get_version().is_some() {
        command = command.disable_version_flag(true).arg(own("version", 'V', ArgAction::Version));
    }
    let heading = |of: &str| common(language, of);
    command
        .help_template(format!("{{about}}\n\n{}: {{usage}}\n\n{{all-args}}{{after-help}}\n", heading("usage")))
        .mut_args(|arg| {
            let of = if arg.is_positional() { "arguments" } else { "options" };
            arg.help_heading(heading(of))
        })
        .subcommand_help_heading(heading("commands"))
        .subcommand_value_name(value_name(language, "COMMAND"))
}

/// What Clap would say of them in English.
fn defaults_and_choices(arg: &Arg, language: Language) -> String {
    if !arg.get_action().takes_values() {
        return String::new();
    }
    let told = arg.get_default_values().iter().filter(|_| !arg.is_hide_default_value_set());
    let defaults: Vec<_> = told.map(|value| value.to_string_lossy().into_owned()).collect();
    let choices: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    [("default", defaults), ("values", choices)]
        .into_iter()
        .filter(|(_, values)| !values.is_empty())
        .fold(String::new(), |told, (of, values)| told + " [" + &common(language, of) + ": " + &values.join(", ") + "]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_text(command: &Command, path: &str) {
        assert!(command.get_about().is_some(), "{path} has no words");
        for arg in command.get_arguments() {
            assert!(arg.get_help().is_some(), "{path} {} has no words", arg.get_id());
        }
        for sub in command.get_subcommands() {
            every_text(sub, &format!("{path} {}", sub.get_name()));
        }
    }

    #[test]
    fn what_is_not_for_people_is_not_offered() {
        let command = visible(Language::Indonesian);
        command.clone().debug_assert();
        let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        assert!(names.contains(&"play") && !names.contains(&"recorder") && !names.contains(&"typeset"), "{names:?}");
        let transcribe = command.find_subcommand("transkrip").expect("by its other name");
        assert!(transcribe.get_arguments().all(|arg| arg.get_id() != "follow"));
        assert_eq!(transcribe.get_display_name(), Some("risalah-transcribe"));
    }

    #[test]
    fn every_command_and_flag_has_words_in_both_languages() {
        for language in [Language::Indonesian, Language::English] {
            let command = command(language);
            every_text(&command, "risalah");
            command.debug_assert();
        }
        assert_ne!(command(Language::Indonesian).get_about(), command(Language::English).get_about());
    }

    #[test]
    fn no_english_heading_is_left_in_the_indonesian_help() {
        let mut risalah = command(Language::Indonesian);
        let mut helps = vec![risalah.render_help().to_string()];
        helps.extend(risalah.get_subcommands_mut().map(|sub| sub.render_help().to_string()));
        for help in helps {
            let headings = ["Options:", "Arguments:", "Commands:", "Usage:", "Print version", "Print help"];
            let parts = ["[OPTIONS]", "<COMMAND>", "<FILE>", "<NAME", "[default:", "[possible values:"];
            for english in headings.into_iter().chain(parts) {
                assert!(!help.contains(english), "{english} in\n{help}");
            }
        }
        assert!(command(Language::English).render_help().to_string().contains("Show the version"));
    }
}
