//! What is looked for: words, phrases, AND, OR, NOT and beginnings of words.
//!
//! Whatever is typed means something, as long as it has a word: an operator without its second part,
//! or a bracket without its other half, counts for nothing.

use std::ops::Range;

use super::Error;
use super::stemming::stems;
use super::words::{Token, tokens};

/// A query of more characters is none that a person types.
const LONGEST: usize = 1_000;
/// Words and phrases of one query.
const MOST: usize = 64;
/// Brackets within brackets.
const DEEPEST: usize = 16;
/// A beginning of fewer letters is that of too many words.
const SHORTEST: usize = 3;

/// A query, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A word in any of its forms.
    Word {
        /// The word as it was typed, folded.
        text: String,
        /// Its stems.
        stems: Vec<String>,
    },
    /// Words as they are, one after the other.
    Phrase {
        /// The words.
        words: Vec<String>,
        /// Whether the last one is only a beginning.
        begins: bool,
    },
    /// All of these, and none of those.
    All {
        /// What must be there; never empty.
        wanted: Vec<Query>,
        /// What must not.
        unwanted: Vec<Query>,
    },
    /// At least one of these; never empty.
    Any(Vec<Query>),
}

enum Part {
    And,
    Or,
    Not,
    Open,
    Close,
    Leaf(Query),
}

impl Query {
    /// What somebody has typed; `None` where it has no word.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::OnlyNot`] or [`Error::ShortBeginning`].
    pub fn parse(text: &str) -> Result<Option<Self>, Error> {
        if text.len() > 4 * LONGEST || text.chars().count() > LONGEST {
            return Err(Error::TooLong { most: LONGEST });
        }
        let parts = parts(text)?;
        let mut depth = 0_usize;
        for part in &parts {
            match part {
                Part::Open => depth += 1,
                Part::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEEPEST {
                return Err(Error::TooLong { most: LONGEST });
            }
        }
        if parts.iter().filter(|part| matches!(part, Part::Leaf(_))).count() > MOST {
            return Err(Error::TooLong { most: LONGEST });
        }
        let mut parts = parts.into_iter().peekable();
        let mut all = Vec::new();
        // A bracket that closes nothing ends nothing.
        while parts.peek().is_some() {
            all.extend(any(&mut parts)?);
            parts.next_if(|part| matches!(part, Part::Close));
        }
        Ok(together(all, Vec::new()))
    }

    /// A word in any of its forms.
    #[must_use]
    pub fn word(text: &str) -> Self {
        Self::Word { text: text.to_owned(), stems: stems(text) }
    }

    /// This and that.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::All { wanted: vec![self, other], unwanted: Vec::new() }
    }

    /// Whether texts that belong together have what is looked for: each part in any of them.
    #[must_use]
    pub fn fits(&self, texts: &[&[Token]]) -> bool {
        match self {
            Self::All { wanted, unwanted } => {
                wanted.iter().all(|part| part.fits(texts)) && !unwanted.iter().any(|part| part.fits(texts))
            }
            Self::Any(parts) => parts.iter().any(|part| part.fits(texts)),
            leaf => texts.iter().any(|text| (0..text.len()).any(|at| leaf.words_at(text, at).is_some())),
        }
    }

    /// Where a text has what is looked for, in bytes, ascending.
    #[must_use]
    pub fn marks(&self, text: &[Token]) -> Vec<Range<usize>> {
        let mut marked = vec![false; text.len()];
        self.mark(text, &mut marked);
        let mut marks: Vec<Range<usize>> = Vec::new();
        let mut before = false;
        for (token, is_marked) in text.iter().zip(marked) {
            match marks.last_mut() {
                // The words of a phrase, with what stands between them.
                Some(last) if is_marked && before && token.at.start <= last.end + 1 => last.end = token.at.end,
                _ if is_marked => marks.push(token.at.clone()),
                _ => {}
            }
            before = is_marked;
        }
        marks
    }

    fn mark(&self, text: &[Token], marked: &mut [bool]) {
        match self {
            Self::All { wanted: parts, .. } | Self::Any(parts) => {
                for part in parts {
                    part.mark(text, marked);
                }
            }
            leaf => {
                for at in 0..text.len() {
                    if let Some(count) = leaf.words_at(text, at) {
                        marked[at..at + count].fill(true);
                    }
                }
            }
        }
    }

    /// How many words of a text, from this one on, are the word or the phrase.
    fn words_at(&self, text: &[Token], at: usize) -> Option<usize> {
        match self {
            Self::Word { text: word, stems: own } => {
                let token = &text[at].text;
                (token == word || stems(token).iter().any(|stem| own.contains(stem))).then_some(1)
            }
            Self::Phrase { words, begins } => {
                let there = text.get(at..at + words.len())?;
                let last = words.len() - 1;
                let same = |(place, (token, word)): (usize, (&Token, &String))| {
                    if *begins && place == last { token.text.starts_with(word.as_str()) } else { token.text == *word }
                };
                there.iter().zip(words).enumerate().all(same).then_some(words.len())
            }
            Self::All { .. } | Self::Any(_) => None,
        }
    }

    /// The words that must be there in any form, each once.
    pub(super) fn plain_words(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.each_word(&mut |word| {
            if !found.contains(word) {
                found.push(word.clone());
            }
        });
        found
    }

    fn each_word(&self, of: &mut impl FnMut(&String)) {
        match self {
            Self::Word { text, .. } => of(text),
            Self::Phrase { .. } => {}
            Self::All { wanted: parts, .. } | Self::Any(parts) => parts.iter().for_each(|part| part.each_word(of)),
        }
    }

    /// The same with another word, exactly as it is, in place of one.
    pub(super) fn with(&self, word: &str, other: &str) -> Self {
        let parts = |parts: &[Self]| parts.iter().map(|part| part.with(word, other)).collect();
        match self {
            Self::Word { text, .. } if text == word => Self::Phrase { words: vec![other.to_owned()], begins: false },
            Self::All { wanted, unwanted } => Self::All { wanted: parts(wanted), unwanted: unwanted.clone() },
            Self::Any(any) => Self::Any(parts(any)),
            leaf => leaf.clone(),
        }
    }

    /// The query for FTS5. `forms` gives every form of a word that the index has.
    pub(super) fn for_index<E>(
        &self,
        forms: &mut impl FnMut(&[String]) -> Result<Vec<String>, E>,
    ) -> Result<String, E> {
        let mut list = |parts: &[Self], between: &str| {
            let parts = parts.iter().map(|part| part.for_index(forms)).collect::<Result<Vec<_>, E>>()?;
            Ok(parts.join(between))
        };
        Ok(match self {
            Self::Word { text, stems } => {
                let mut found = forms(stems)?;
                if !found.contains(text) {
                    found.push(text.clone());
                }
                let found: Vec<String> = found.iter().map(|form| format!("\"{form}\"")).collect();
                if found.len() > 1 { format!("({})", found.join(" OR ")) } else { found.concat() }
            }
            Self::Phrase { words, begins } => format!("\"{}\"{}", words.join(" "), if *begins { " *" } else { "" }),
            Self::Any(parts) => format!("({})", list(parts, " OR ")?),
            Self::All { wanted, unwanted } if unwanted.is_empty() => format!("({})", list(wanted, " AND ")?),
            Self::All { wanted, unwanted } => {
                format!("(({}) NOT ({}))", list(wanted, " AND ")?, list(unwanted, " OR ")?)
            }
        })
    }
}

fn parts(text: &str) -> Result<Vec<Part>, Error> {
    let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»');
    let is_end = |c: char| c.is_whitespace() || is_quote(c) || matches!(c, '(' | ')');
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        if first.is_whitespace() {
            rest = after;
        } else if first == '(' || first == ')' {
            parts.push(if first == '(' { Part::Open } else { Part::Close });
            rest = after;
        } else if is_quote(first) {
            let end = after.find(is_quote).unwrap_or(after.len());
            let behind = after[end..].chars().next().map_or("", |quote| &after[end + quote.len_utf8()..]);
            rest = behind.strip_prefix('*').unwrap_or(behind);
            let words: Vec<String> = tokens(&after[..end]).into_iter().map(|token| token.text).collect();
            parts.extend(phrase(words, rest.len() < behind.len())?);
        } else {
            let end = rest.find(is_end).unwrap_or(rest.len());
            let (chunk, behind) = rest.split_at(end);
            rest = behind;
            match chunk {
                "AND" | "DAN" => parts.push(Part::And),
                "OR" | "ATAU" => parts.push(Part::Or),
                "NOT" | "BUKAN" => parts.push(Part::Not),
                _ => {
                    let mut words: Vec<String> = tokens(chunk).into_iter().map(|token| token.text).collect();
                    let begins = chunk.ends_with('*');
                    if words.len() == 1 && !begins {
                        parts.push(Part::Leaf(Query::word(&words.remove(0))));
                    } else {
                        parts.extend(phrase(words, begins)?);
                    }
                }
            }
        }
    }
    Ok(parts)
}

fn phrase(words: Vec<String>, begins: bool) -> Result<Option<Part>, Error> {
    let Some(last) = words.last() else { return Ok(None) };
    if begins && words.len() == 1 && last.chars().count() < SHORTEST {
        return Err(Error::ShortBeginning { beginning: last.clone(), least: SHORTEST });
    }
    Ok(Some(Part::Leaf(Query::Phrase { words, begins })))
}

type Parts = std::iter::Peekable<std::vec::IntoIter<Part>>;

fn any(parts: &mut Parts) -> Result<Option<Query>, Error> {
    let mut found: Vec<Query> = all(parts)?.into_iter().collect();
    while parts.next_if(|part| matches!(part, Part::Or)).is_some() {
        found.extend(all(parts)?);
    }
    Ok(if found.len() > 1 { Some(Query::Any(found)) } else { found.pop() })
}

fn all(parts: &mut Parts) -> Result<Option<Query>, Error> {
    let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
    let mut is_not = false;
    while let Some(part) = parts.next_if(|part| !matches!(part, Part::Or | Part::Close)) {
        let found = match part {
            Part::Not => {
                is_not = true;
                continue;
            }
            Part::Open => {
                let inner = any(parts)?;
                parts.next_if(|part| matches!(part, Part::Close));
                inner
            }
            Part::Leaf(leaf) => Some(leaf),
            Part::And | Part::Or | Part::Close => continue,
        };
        if is_not {
            unwanted.extend(found);
        } else {
            wanted.extend(found);
        }
        is_not = false;
    }
    if wanted.is_empty() && !unwanted.is_empty() {
        return Err(Error::OnlyNot);
    }
    Ok(together(wanted, unwanted))
}

fn together(mut wanted: Vec<Query>, unwanted: Vec<Query>) -> Option<Query> {
    match (wanted.len(), unwanted.is_empty()) {
        (0, _) => None,
        (1, true) => wanted.pop(),
        _ => Some(Query::All { wanted, unwanted }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The query as FTS5 gets it, without other forms of its words.
    fn plain(text: &str) -> String {
        let parsed = Query::parse(text).expect("a query");
        let none = |query: Query| query.for_index(&mut |_| Ok::<_, ()>(Vec::new())).expect("a query");
        parsed.map(none).unwrap_or_default()
    }

    #[test]
    fn words_phrases_and_operators() {
        for (text, expected) in [
            ("pasar", "\"pasar\""),
            ("pasar ikan", r#"("pasar" AND "ikan")"#),
            ("pasar AND ikan OR sampah", r#"(("pasar" AND "ikan") OR "sampah")"#),
            ("pasar DAN (ikan ATAU sampah)", r#"("pasar" AND ("ikan" OR "sampah"))"#),
            ("pasar NOT ikan", r#"(("pasar") NOT ("ikan"))"#),
            ("\"pasar ikan\" angg*", r#"("pasar ikan" AND "angg" *)"#),
            ("“Peraturan Daerah”", "\"peraturan daerah\""),
            ("Rp2,5", "\"rp 2,5\""),
            ("undang-undang", "\"undang undang\""),
            ("\"rapat par\"*", "\"rapat par\" *"),
            // What has no meaning counts for nothing.
            ("AND pasar OR", "\"pasar\""),
            ("((pasar", "\"pasar\""),
            ("pasar)) ikan", r#"("pasar" AND "ikan")"#),
            ("\"pasar", "\"pasar\""),
            ("* \" ( ) - : ^ + \0", ""),
            ("", ""),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
        assert!(matches!(Query::parse("NOT pasar"), Err(Error::OnlyNot)));
        assert!(matches!(Query::parse("pasar OR (NOT ikan)"), Err(Error::OnlyNot)));
        assert!(matches!(Query::parse("ab*"), Err(Error::ShortBeginning { .. })));
        assert!(matches!(Query::parse(&"kata ".repeat(1 << 18)), Err(Error::TooLong { .. })));
        assert!(matches!(Query::parse(&"(".repeat(500)), Err(Error::TooLong { .. })));
        assert!(matches!(Query::parse(&"ab ".repeat(200)), Err(Error::TooLong { .. })));
    }

    #[test]
    fn what_is_found_is_marked() {
        let text = "Anggaran pasar ikan, bukan pasar.";
        let marked = |query: &str| {
            let query = Query::parse(query).expect("a query").expect("words");
            query.marks(&tokens(text)).into_iter().map(|at| &text[at]).collect::<Vec<_>>()
        };
        assert_eq!(marked("menganggarkan"), ["Anggaran"]);
        assert_eq!(marked("\"pasar ikan\""), ["pasar ikan"]);
        assert_eq!(marked("pas* NOT ikan"), ["pasar", "pasar"]);
        assert_eq!(marked("sampah"), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_query_or_a_sentence(text in "\\PC{0,60}|[\"()*a-z ANDORT\0:^{}+-]{0,60}") {
            if let Ok(Some(query)) = Query::parse(&text) {
                let written = query.for_index(&mut |_| Ok::<_, ()>(Vec::new())).expect("a query");
                prop_assert!(!written.contains('\0'));
                prop_assert!(query.marks(&tokens(&text)).len() <= text.len());
            }
        }
    }
}
