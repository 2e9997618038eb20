//! People and party groups as a clerk names them: by short name, by name, by a part of it, or with
//! a slip of the pen.

use e_risalah::common::message::Message;
use e_risalah::meeting::{Listed, Meeting, NewPerson, likeness, short_name};

use super::ask::{Clerk, NoAnswer};

/// Names that are this like another may mean the same person.
const NEAR: f64 = 0.8;
/// As many are offered.
const OFFERED: usize = 5;

/// Those whom a `lembaga.toml` has, and those who are named now.
pub struct People<'a> {
    known: &'a Meeting,
    new: Vec<NewPerson>,
    /// Label and name of each party group that no `lembaga.toml` has.
    groups: Vec<(String, String)>,
}

impl<'a> People<'a> {
    pub fn new(known: &'a Meeting) -> Self {
        Self { known, new: Vec::new(), groups: Vec::new() }
    }

    /// Those who were not known before.
    pub fn new_ones(self) -> Vec<NewPerson> {
        self.new
    }

    /// The labels of groups that were not known before.
    pub fn new_codes(&self) -> Vec<String> {
        self.groups.iter().map(|(code, _)| code.clone()).collect()
    }

    /// Label and name of the new groups.
    pub fn codes(&self) -> Vec<(String, String)> {
        self.groups.clone()
    }

    /// How many new people a group has.
    pub fn members(&self, code: &str) -> u32 {
        self.new.iter().filter(|person| person.group.as_deref() == Some(code)).count() as u32
    }

    /// A group that was described.
    pub fn knows_group(&mut self, code: &str) {
        if self.groups.iter().all(|(known, _)| known != code) {
            self.groups.push((code.to_owned(), code.to_owned()));
        }
    }

    /// Everybody: short name and name.
    fn all(&self) -> Vec<(String, String)> {
        let known = self.known.people.iter().map(|person| (person.id.clone(), person.name.clone()));
        known.chain(self.new.iter().map(|person| (person.id.clone(), person.name.clone()))).collect()
    }

    /// Asks for somebody; `None` when the answer is left empty.
    pub fn ask(&mut self, clerk: &mut Clerk, question: &Message) -> Result<Option<String>, NoAnswer> {
        match clerk.answer(question)? {
            Some(text) => self.named(clerk, &text).map(Some),
            None => Ok(None),
        }
    }

    /// The short name of somebody. Who is not known yet becomes known, with `NAME; GROUP; OFFICE`;
    /// where the name is near another's, the clerk says whether it is theirs.
    pub fn named(&mut self, clerk: &mut Clerk, text: &str) -> Result<String, NoAnswer> {
        let mut parts = text.splitn(3, ';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let [group, office] = [(); 2].map(|()| parts.next().filter(|part| !part.is_empty()));
        let all = self.all();
        if let Some((id, _)) = all.iter().find(|(id, known)| id == name || known.eq_ignore_ascii_case(name)) {
            return Ok(id.clone());
        }
        if let Some(id) = Self::near(clerk, &all, name)? {
            return Ok(id);
        }
        let group = group.map(|group| self.group(clerk, group)).transpose()?;
        Ok(self.add(name, group, office.map(str::to_owned), None))
    }

    /// One of those whose name is near, if the clerk means one of them.
    fn near(clerk: &mut Clerk, all: &[(String, String)], name: &str) -> Result<Option<String>, NoAnswer> {
        let mut near: Vec<(f64, usize)> =
            all.iter().enumerate().map(|(place, (_, known))| (likeness(known, name), place)).collect();
        near.retain(|(likeness, _)| *likeness >= NEAR);
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.truncate(OFFERED);
        if near.is_empty() {
            return Ok(None);
        }
        // The last of them stands for somebody else.
        let options: Vec<Option<usize>> = near.iter().map(|(_, place)| Some(*place)).chain([None]).collect();
        let question = Clerk::asked("near").with("name", name);
        let other = clerk.words("new.somebody_else");
        let shown = |option: &Option<usize>| option.map_or_else(|| other.clone(), |place| all[place].1.clone());
        Ok(clerk.choice(&question, &options, shown)?.flatten().map(|place| all[place].0.clone()))
    }

    /// Somebody of a list. Two of one name are two people there.
    pub fn listed(&mut self, row: &Listed, group: Option<String>) -> String {
        self.add(&row.name, group, row.office.clone(), row.title.clone())
    }

    fn add(&mut self, name: &str, group: Option<String>, office: Option<String>, title: Option<String>) -> String {
        let all = self.all();
        let id = short_name(name, |id| all.iter().any(|(other, _)| other == id));
        self.new.push(NewPerson { id: id.clone(), name: name.to_owned(), group, office, title });
        id
    }

    /// The label of a group that is named by its label or its name; what is missing of a new one is
    /// asked.
    pub fn group(&mut self, clerk: &mut Clerk, text: &str) -> Result<String, NoAnswer> {
        let same = |a: &str| a.eq_ignore_ascii_case(text);
        let known = self.known.groups.iter().find(|group| same(&group.code) || same(&group.name));
        if let Some(group) = known {
            return Ok(group.code.clone());
        }
        if let Some((code, _)) = self.groups.iter().find(|(code, name)| same(code) || same(name)) {
            return Ok(code.clone());
        }
        let (code, name) = if is_code(text) {
            let name = clerk.answer(&Clerk::asked("group_name").with("code", text))?;
            (text.to_owned(), name.unwrap_or_else(|| text.to_owned()))
        } else {
            let code = clerk.answer(&Clerk::asked("group_code").with("name", text))?;
            (code.unwrap_or_else(|| initials(text)), text.to_owned())
        };
        self.groups.push((code.clone(), name));
        Ok(code)
    }
}

/// Whether it is a label and not a name: one short word in capitals.
fn is_code(text: &str) -> bool {
    text.chars().count() <= 12 && !text.contains(' ') && !text.chars().any(char::is_lowercase)
}

/// `F-PM` of *Fraksi Partai Melati*.
fn initials(name: &str) -> String {
    let words = name.split_whitespace().filter(|word| !word.eq_ignore_ascii_case("fraksi"));
    let letters: String = words.filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect();
    format!("F-{letters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_names_of_groups_are_told_apart() {
        assert!(is_code("F-MLT") && is_code("PDI-P"));
        assert!(!is_code("Fraksi Partai Melati") && !is_code("Melati"));
        assert_eq!(initials("Fraksi Partai Melati"), "F-PM");
    }
}
