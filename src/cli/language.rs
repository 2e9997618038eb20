//! The language in which the program speaks.

use e_risalah::common::language::Language;

/// `RISALAH_LANG` if it is set, else the locale: Indonesian where it begins with `id`, English
/// otherwise.
pub fn current() -> Language {
    let asked = std::env::var("RISALAH_LANG").ok().filter(|language| !language.is_empty());
    let locale = asked.or_else(sys_locale::get_locale).unwrap_or_default().to_lowercase();
    if locale.starts_with("id") { Language::Indonesian } else { Language::English }
}
