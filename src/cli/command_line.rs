//! The command line with its help in one language.

use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command, CommandFactory};
use e_risalah::common::language::{Language, lookup};

use super::args::{Args, GROUPS};
use e_risalah::record::recorder::event_words;

/// Columns of the list of commands.
const WIDTH: usize = 100;

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
        .args_conflicts_with_subcommands(command.is_args_conflicts_with_subcommands_set())
        .subcommand_required(command.is_subcommand_required_set())
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
    // Further lines stand below the first.
    let indent = " ".repeat(common(language, "usage").chars().count() + 2);
    let usage: Vec<&str> = usage.lines().map(str::trim).collect();
    let usage = usage.join(&format!("\n{indent}"));
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

/// The key of a command is its place in the tree, the key of a flag its name below that of its
/// command, or below `help.any` when all commands mean the same by it.
fn localised(command: Command, language: Language, key: &str) -> Command {
    let text = |part: &str| lookup(language, &format!("{key}.{part}"));
    let flag = |arg: Arg| {
        let name = arg.get_id().to_string();
        let help = text(&format!("flag.{name}")).or_else(|| lookup(language, &format!("help.any.flag.{name}")));
        let help = help.map(|help| help.replace("%{events}", &event_words::forms().join(", ")));
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
    // Clap names its own two flags itself; saying them again puts their words into the catalogue as
    // well.
    let own = |name: &'static str, short: char, action: ArgAction| {
        let help = common(language, &format!("flag.{name}"));
        Arg::new(name).short(short).long(name).action(action).help(help)
    };
    command = command.disable_help_flag(true).arg(own("help", 'h', ArgAction::Help));
    if command.get_version().is_some() {
        command = command.disable_version_flag(true).arg(own("version", 'V', ArgAction::Version));
    }
    let heading = |of: &str| common(language, of);
    // The program's own commands stand in groups.
    let template = if key == "help" {
        grouped_template(&command, language)
    } else {
        format!("{{about}}\n\n{}: {{usage}}\n\n{{all-args}}{{after-help}}\n", heading("usage")).into()
    };
    command
        .help_template(template)
        .mut_args(|arg| {
            let of = if arg.is_positional() { "arguments" } else { "options" };
            arg.help_heading(heading(of))
        })
        .subcommand_help_heading(heading("commands"))
        .subcommand_value_name(value_name(language, "COMMAND"))
}

/// The program's help: its commands in groups, by what they are for.
fn grouped_template(command: &Command, language: Language) -> StyledStr {
    let header = command.get_styles().get_header();
    let title = |of: &str| format!("{header}{}:{header:#}", common(language, of));
    let mut text = format!("{{about}}\n\n{}: {{usage}}\n", common(language, "usage"));
    let shown: Vec<&Command> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).collect();
    let width = shown.iter().map(|sub| sub.get_name().len()).max().unwrap_or(0);
    let (last, _) = GROUPS[GROUPS.len() - 1];
    for (group, names) in GROUPS {
        // What no group names belongs to the system.
        let named = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
        let others = shown.iter().filter(|sub| group == last && !named(sub.get_name()));
        let own = names.iter().filter_map(|name| shown.iter().find(|sub| sub.get_name() == *name));
        let _ = write!(text, "\n{}\n", title(&format!("group.{group}")));
        for sub in own.chain(others) {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            let aliases: Vec<&str> = sub.get_visible_aliases().collect();
            let aliases = if aliases.is_empty() { String::new() } else { format!(" [{}]", aliases.join(", ")) };
            let lines = wrapped(&(about + &aliases), WIDTH - width - 4);
            let indent = format!("\n{:1$}", "", width + 4);
            let _ = writeln!(text, "  {:<width$}  {}", sub.get_name(), lines.join(&indent));
        }
    }
    let _ = write!(text, "\n{}\n{{options}}{{after-help}}\n", title("options"));
    text.into()
}

/// The text in lines of at most so many letters, where its words are not longer.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
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

    fn every_example(command: &Command, path: &str) {
        let is_group = command.has_subcommands() && path != "risalah" && !path.ends_with("record");
        assert!(is_group || command.get_after_help().is_some(), "{path} has no examples");
        for sub in command.get_subcommands() {
            every_example(sub, &format!("{path} {}", sub.get_name()));
        }
    }

    #[test]
    fn every_command_has_examples() {
        for language in [Language::Indonesian, Language::English] {
            every_example(&visible(language), "risalah");
        }
    }

    #[test]
    fn each_command_stands_in_one_group() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        grouped.retain(|name| cfg!(feature = "console") || !["serve", "accounts"].contains(name));
        grouped.sort_unstable();
        let mut shown: Vec<String> =
            visible(Language::English).get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        shown.sort_unstable();
        assert_eq!(grouped, shown);
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("satu dua tiga empat", 9), ["satu dua", "tiga", "empat"]);
        assert_eq!(wrapped("panjangsekali a", 5), ["panjangsekali", "a"]);
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
