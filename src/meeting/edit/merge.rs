//! Values as JSON put into a document, where only what differs is touched.

use serde_json::{Map, Number, Value as Json};
use toml_edit::{Array, ArrayOfTables, Decor, Item, Table, TableLike, Value};

/// Keys whose value is a time, with quotation marks or without.
const TIMES: [&str; 3] = ["mulai", "pada", "pukul"];
/// Keys whose value is a date, which is written without quotation marks.
const DATE: &str = "tanggal";
/// The key by which a row of a list is known again.
const NAMES: [&str; 3] = ["id", "kode", "kanal"];

/// What a table has of the known keys.
pub(super) fn read(table: &dyn TableLike, known: &Map<String, Json>) -> Map<String, Json> {
    let mut found = Map::new();
    for (key, shape) in known {
        let Some(item) = table.get(key) else { continue };
        let value = match shape {
            Json::Object(inner) => item.as_table_like().map(|inside| Json::Object(read(inside, inner))),
            Json::Array(rows) => match rows.first() {
                Some(Json::Object(row)) => {
                    Some(Json::Array(tables(item).into_iter().map(|one| Json::Object(read(one, row))).collect()))
                }
                _ => scalar(key, item),
            },
            _ => scalar(key, item),
        };
        found.extend(value.map(|value| (key.clone(), value)));
    }
    found
}

/// The rows of a list, however it is written.
fn tables(item: &Item) -> Vec<&dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables.iter().map(|table| table as &dyn TableLike).collect(),
        Item::Value(Value::Array(array)) => {
            array.iter().filter_map(Value::as_inline_table).map(|table| table as &dyn TableLike).collect()
        }
        _ => Vec::new(),
    }
}

fn scalar(key: &str, item: &Item) -> Option<Json> {
    let value = item.as_value()?;
    let bare = || Json::String(value.clone().decorated("", "").to_string());
    Some(match value {
        Value::String(text) => Json::String(text.value().clone()),
        Value::Integer(_) | Value::Float(_) if TIMES.contains(&key) => bare(),
        Value::Integer(number) => Json::Number(Number::from(*number.value())),
        Value::Boolean(is) => Json::Bool(*is.value()),
        Value::Float(_) | Value::Datetime(_) => bare(),
        Value::Array(array) => {
            Json::Array(array.iter().filter_map(|one| scalar(key, &Item::Value(one.clone()))).collect())
        }
        Value::InlineTable(_) => return None,
    })
}

/// Puts values into a table; gives the comments for which it has no place any more.
pub(super) fn put(table: &mut dyn TableLike, wanted: &Map<String, Json>) -> String {
    let mut left = String::new();
    for (key, value) in wanted {
        left += &match value {
            Json::Object(inner) => section(table, key, inner),
            Json::Array(rows) if is_list_of_rows(table, key, rows) => list(table, key, rows),
            // A list that need not be there is there when it has something.
            Json::Array(texts) if texts.is_empty() && !may_be_empty(key) => remove(table, key),
            Json::Null | Json::Bool(false) => remove(table, key),
            _ => {
                set(table, key, value);
                String::new()
            }
        };
    }
    left
}

fn may_be_empty(key: &str) -> bool {
    matches!(key, "didampingi" | "undangan")
}

fn is_list_of_rows(table: &dyn TableLike, key: &str, rows: &[Json]) -> bool {
    rows.first().is_some_and(Json::is_object) || table.get(key).is_some_and(|item| !tables(item).is_empty())
}

fn section(table: &mut dyn TableLike, key: &str, wanted: &Map<String, Json>) -> String {
    let has = wanted.values().any(|value| !is_nothing(value));
    if table.get(key).and_then(Item::as_table_like).is_none() {
        if !has {
            return String::new();
        }
        let mut made = Table::new();
        made.decor_mut().set_prefix("\n");
        table.insert(key, Item::Table(made));
    }
    let Some(inside) = table.get_mut(key).and_then(Item::as_table_like_mut) else { return String::new() };
    let was_empty = inside.is_empty();
    let mut left = put(inside, wanted);
    // A heading without keys that a person wrote stays.
    if inside.is_empty()
        && !was_empty
        && !has
        && let Some(Item::Table(gone)) = table.remove(key)
    {
        left = comments(gone.decor()) + &left;
    }
    left
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// Sets a value where it differs; what stands around it stays.
fn set(table: &mut dyn TableLike, key: &str, wanted: &Json) {
    if table.get(key).and_then(|item| scalar(key, item)).as_ref() == Some(wanted) {
        return;
    }
    let old = table.get(key).and_then(Item::as_value).cloned();
    let Some(mut value) = value(key, wanted, old.as_ref()) else { return };
    if let Some(old) = old {
        *value.decor_mut() = old.decor().clone();
    }
    match table.get_mut(key) {
        Some(item) => *item = Item::Value(value),
        None => drop(table.insert(key, Item::Value(value))),
    }
}

fn value(key: &str, wanted: &Json, old: Option<&Value>) -> Option<Value> {
    Some(match wanted {
        Json::String(text) if key == DATE => {
            text.parse::<toml_edit::Datetime>().map_or_else(|_| Value::from(text.as_str()), Value::from)
        }
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => Value::from(number.as_i64()?),
        Json::Bool(is) => Value::from(*is),
        Json::Array(texts) => Value::Array(array(texts, old.and_then(Value::as_array))),
        Json::Null | Json::Object(_) => return None,
    })
}

/// A list of texts, in which those that stay keep what stands around them.
fn array(texts: &[Json], old: Option<&Array>) -> Array {
    let mut old: Vec<Value> = old.map(|old| old.iter().cloned().collect()).unwrap_or_default();
    let mut made = Array::new();
    let one_a_line = texts.len() > 1 || texts.iter().any(|text| text.as_str().is_some_and(|text| text.len() > 60));
    for text in texts.iter().filter_map(Json::as_str) {
        let kept = old.iter().position(|one| one.as_str() == Some(text)).map(|place| old.remove(place));
        let mut one = kept.unwrap_or_else(|| Value::from(text));
        let has_comment = comments(one.decor()).contains('#');
        if !has_comment {
            one = one.decorated(if one_a_line { "\n    " } else { "" }, "");
        }
        made.push_formatted(one);
    }
    if one_a_line {
        made.set_trailing("\n");
        made.set_trailing_comma(true);
    }
    made
}

/// Takes a key away; the comments that stood at it go to the next key or the one before.
fn remove(table: &mut dyn TableLike, key: &str) -> String {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let Some(place) = keys.iter().position(|one| one == key) else { return String::new() };
    let mut text = table.key(key).map(|key| comments(key.leaf_decor())).unwrap_or_default();
    if let Some(value) = table.get(key).and_then(Item::as_value) {
        text += &comments(value.decor());
    }
    table.remove(key);
    if text.is_empty() {
        return text;
    }
    let has_value = |table: &dyn TableLike, key: &str| table.get(key).is_some_and(Item::is_value);
    if let Some(next) = keys.get(place + 1).filter(|next| has_value(table, next))
        && let Some(mut next) = table.key_mut(next)
    {
        let prefix = raw(next.leaf_decor().prefix());
        next.leaf_decor_mut().set_prefix(format!("{text}{prefix}"));
        return String::new();
    }
    let before = place.checked_sub(1).and_then(|place| keys.get(place)).filter(|key| has_value(table, key));
    if let Some(value) = before.and_then(|key| table.get_mut(key)).and_then(Item::as_value_mut) {
        let suffix = raw(value.decor().suffix());
        value.decor_mut().set_suffix(format!("{suffix}\n{}", text.trim_end()));
        return String::new();
    }
    text
}

/// The comments before and after something, each on a line of its own.
fn comments(decor: &Decor) -> String {
    hashes(&(raw(decor.prefix()) + "\n" + &raw(decor.suffix())))
}

/// The comments of a text, each on a line of its own.
fn hashes(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect::<Vec<_>>().concat()
}

fn raw(text: Option<&toml_edit::RawString>) -> String {
    text.and_then(|text| text.as_str()).unwrap_or_default().to_owned()
}

/// Puts rows in place of those of a list. One that is known again is changed where it stands.
fn list(table: &mut dyn TableLike, key: &str, rows: &[Json]) -> String {
    let rows: Vec<&Map<String, Json>> = rows.iter().filter_map(Json::as_object).collect();
    let shape = rows.first().map(|row| (*row).clone()).unwrap_or_default();
    let now = table.get(key).map(tables).unwrap_or_default();
    let filled = |row: &Map<String, Json>| {
        row.iter().filter(|(_, value)| !is_nothing(value)).map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let same = now.iter().map(|row| filled(&read(*row, &shape))).collect::<Vec<Map<String, Json>>>()
        == rows.iter().map(|row| filled(row)).collect::<Vec<_>>();
    if same {
        return String::new();
    }
    let old = table.remove(key);
    let mut old: Vec<Option<Table>> = old.map(into_tables).unwrap_or_default().into_iter().map(Some).collect();
    let mut made: Vec<Table> = Vec::new();
    // Rows that stay as they are first, so that one that is put before them does not take their place.
    let mut kept: Vec<Option<Table>> = rows
        .iter()
        .map(|row| {
            let place = old.iter().position(|one| one.as_ref().is_some_and(|one| is_same(one, row, &shape)));
            place.and_then(|place| old[place].take())
        })
        .collect();
    for (index, row) in rows.iter().enumerate() {
        let mut one = kept[index].take().or_else(|| {
            let is_named = NAMES.iter().any(|name| row.contains_key(*name)) && !row.contains_key("jenis");
            // Without a name, the one at the same place is the one that was changed.
            old.get_mut(index).filter(|_| !is_named).and_then(Option::take)
        });
        let table = one.get_or_insert_with(|| {
            let mut table = Table::new();
            table.decor_mut().set_prefix("\n");
            table
        });
        let text = put(table, row);
        if !text.is_empty() {
            let prefix = raw(table.decor().prefix());
            table.decor_mut().set_prefix(format!("{prefix}{text}"));
        }
        made.extend(one);
    }
    // What a person wrote above a row that is gone stands above the next.
    let mut left = old.iter().flatten().map(|gone| comments(gone.decor())).collect::<Vec<_>>().concat();
    if let Some(first) = made.first_mut().filter(|_| !left.is_empty()) {
        let prefix = raw(first.decor().prefix());
        let new: Vec<&str> = left.lines().filter(|line| !prefix.contains(*line)).collect();
        let new = hashes(&new.join("\n"));
        first.decor_mut().set_prefix(format!("\n{new}{}", prefix.trim_start_matches('\n')));
        left.clear();
    }
    place(&mut made);
    let mut tables = ArrayOfTables::new();
    for one in made {
        tables.push(one);
    }
    if !tables.is_empty() {
        table.insert(key, Item::ArrayOfTables(tables));
    }
    left
}

/// The rows of a list as tables of their own, with the comments that stood at them.
fn into_tables(item: Item) -> Vec<Table> {
    let at = |value: &Value| comments(value.decor());
    let notes: Vec<String> = item.as_array().map(|array| array.iter().map(at).collect()).unwrap_or_default();
    let last = item.as_array().map(|array| hashes(&raw(Some(array.trailing())))).unwrap_or_default();
    let mut tables: Vec<Table> = item.into_array_of_tables().map(|all| all.into_iter().collect()).unwrap_or_default();
    for (table, note) in tables.iter_mut().zip(&notes) {
        table.fmt();
        table.decor_mut().set_prefix(format!("\n{note}"));
    }
    if let (Some(table), false) = (tables.last_mut(), last.is_empty()) {
        let prefix = raw(table.decor().prefix());
        table.decor_mut().set_prefix(format!("{prefix}{last}"));
    }
    tables
}

/// Gives rows their places in the file: those that stood there keep theirs, others follow the one
/// before.
fn place(rows: &mut [Table]) {
    let mut known: Vec<isize> = rows.iter().filter_map(Table::position).collect();
    if !known.is_sorted() && rows.iter().all(|row| deepest(row) == row.position()) {
        known.sort_unstable();
        for (row, place) in rows.iter_mut().filter(|row| row.position().is_some()).zip(&known) {
            row.set_position(Some(*place));
        }
    }
    let mut last = known.first().copied();
    for row in rows {
        if row.position().is_none() {
            row.set_position(last);
        }
        last = deepest(row).or(last);
    }
}

/// The last place that a table or one within it has.
fn deepest(table: &Table) -> Option<isize> {
    let within = table.iter().filter_map(|(_, item)| match item {
        Item::Table(inner) => deepest(inner),
        Item::ArrayOfTables(all) => all.iter().filter_map(deepest).max(),
        _ => None,
    });
    within.chain(table.position()).max()
}

/// Whether a row of the file is this one: by its name, else by all that it has.
fn is_same(table: &Table, row: &Map<String, Json>, shape: &Map<String, Json>) -> bool {
    let now = read(table, shape);
    // An event has a microphone too, but is not known by it.
    if !row.contains_key("jenis")
        && let Some(name) = NAMES.iter().find(|name| row.contains_key(**name))
    {
        return now.get(*name) == row.get(*name);
    }
    row.iter().all(|(key, value)| is_nothing(value) && !now.contains_key(key) || now.get(key) == Some(value))
}
