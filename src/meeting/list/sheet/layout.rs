//! What a sheet hides and joins: rows, columns, merged cells, and formulas whose results the file
//! does not hold.
//!
//! Only as much of the two formats is read as that takes; what cannot be read hides nothing.

use std::collections::{HashMap, HashSet};

use calamine::Dimensions;
use roxmltree::{Document, Node};

use super::Row;

/// Far above any sheet of people; a sheet can claim a million.
const MOST: usize = 20_000;
const MOST_COLUMNS: usize = 1000;

/// Places are from 0: row, column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// Rows that a hand hid.
    pub(super) rows: HashSet<usize>,
    /// Hidden columns.
    pub(super) columns: HashSet<usize>,
    /// Cells with a formula and without its result.
    pub(super) formulas: Vec<(usize, usize)>,
    /// Columns of cells that are one, with their first and last row.
    merged: Vec<(usize, usize, usize)>,
}

impl Layout {
    /// Of which only the merged cells are known.
    pub(super) fn merged(cells: &[Dimensions]) -> Self {
        let tall = cells.iter().filter(|cells| cells.end.0 > cells.start.0);
        let one = |cells: &Dimensions| (cells.start.1 as usize, cells.start.0 as usize, cells.end.0 as usize);
        Self { merged: tall.map(one).collect(), ..Self::default() }
    }

    /// Gives every row of merged cells what stands in the first.
    pub(super) fn fill(&self, rows: &mut [Row]) {
        for (column, first, last) in &self.merged {
            let at = |line: usize| rows.iter().position(|row| row.line == line + 1);
            let Some(top) = at(*first) else { continue };
            let Some(text) = rows[top].cells.get(*column).cloned().filter(|text| !text.is_empty()) else { continue };
            for row in rows[top + 1..].iter_mut().take_while(|row| row.line <= last + 1) {
                if let Some(cell) = row.cells.get_mut(*column).filter(|cell| cell.is_empty()) {
                    cell.clone_from(&text);
                }
            }
        }
    }
}

type Parts = [(String, Vec<u8>)];

fn part<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    let (_, content) = parts.iter().find(|(part, _)| part == name)?;
    std::str::from_utf8(content).ok()
}

fn named<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |child| child.tag_name().name() == name)
}

/// An attribute, whatever its namespace.
fn attribute<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

fn number(node: Node, name: &str) -> Option<usize> {
    attribute(node, name)?.parse().ok()
}

/// The sheets of an XLSX in the order of the workbook.
pub(super) fn of_xlsx(parts: &Parts) -> Vec<Layout> {
    let parsed = |name: &str| Document::parse(part(parts, name)?).ok();
    let (Some(book), Some(relations)) = (parsed("xl/workbook.xml"), parsed("xl/_rels/workbook.xml.rels")) else {
        return Vec::new();
    };
    let targets: HashMap<&str, &str> = named(relations.root(), "Relationship")
        .filter_map(|relation| Some((attribute(relation, "Id")?, attribute(relation, "Target")?)))
        .collect();
    let sheets = named(book.root(), "sheet").map(|sheet| {
        let id = sheet.attributes().find(|attribute| attribute.name() == "id" && attribute.namespace().is_some());
        let target = targets.get(id?.value())?.trim_start_matches("/xl/").trim_start_matches("./");
        let text = part(parts, &format!("xl/{target}"))?;
        Document::parse(text).ok().map(|sheet| xlsx(sheet.root()))
    });
    sheets.map(Option::unwrap_or_default).collect()
}

fn xlsx(sheet: Node) -> Layout {
    let is_hidden = |node: &Node| attribute(*node, "hidden").is_some_and(|hidden| matches!(hidden, "1" | "true"));
    let mut layout = Layout::default();
    for column in named(sheet, "col").filter(is_hidden) {
        if let (Some(first), Some(last)) = (number(column, "min"), number(column, "max")) {
            layout.columns.extend(first.max(1) - 1..last.min(MOST_COLUMNS));
        }
    }
    let filtered = named(sheet, "autoFilter").next().is_some() || named(sheet, "tablePart").next().is_some();
    let mut next = 0;
    for row in named(sheet, "row") {
        let place = number(row, "r").map_or(next, |row| row.max(1) - 1);
        next = place.saturating_add(1);
        if is_hidden(&row) && !filtered {
            layout.rows.insert(place);
        }
        let mut column = 0;
        for cell in row.children().filter(|child| child.tag_name().name() == "c") {
            let at = attribute(cell, "r").and_then(reference).map_or(column, |(_, column)| column);
            column = at + 1;
            let has = |name: &str| cell.children().any(|child| child.tag_name().name() == name);
            if has("f") && !has("v") && !has("is") {
                layout.formulas.push((place, at));
            }
        }
    }
    let merged = named(sheet, "mergeCell").filter_map(|cells| {
        let (first, last) = attribute(cells, "ref")?.split_once(':')?;
        let ((top, column), (bottom, _)) = (reference(first)?, reference(last)?);
        (bottom > top).then_some((column, top, bottom))
    });
    layout.merged = merged.collect();
    layout
}

/// `C5`: row and column from 0.
fn reference(text: &str) -> Option<(usize, usize)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let letter = |column: Option<usize>, c: u8| {
        let value = usize::from(c.to_ascii_uppercase().checked_sub(b'A')?);
        column?.checked_mul(26)?.checked_add(value + 1).filter(|column| value < 26 && *column <= 1 << 20)
    };
    let column = text[..digits].bytes().fold(Some(0), letter)?;
    Some((text[digits..].parse::<usize>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// The sheets of an ODS in their order.
pub(super) fn of_ods(parts: &Parts) -> Vec<Layout> {
    let Some(document) = part(parts, "content.xml").and_then(|text| Document::parse(text).ok()) else {
        return Vec::new();
    };
    named(document.root(), "table").map(ods).collect()
}

fn ods(table: Node) -> Layout {
    let mut layout = Layout::default();
    let mut column = 0;
    for node in named(table, "table-column") {
        let repeated = number(node, "number-columns-repeated").unwrap_or(1).min(MOST_COLUMNS);
        if matches!(attribute(node, "visibility"), Some("collapse" | "filter")) {
            layout.columns.extend(column..column + repeated);
        }
        column += repeated;
    }
    let mut place = 0;
    for row in named(table, "table-row") {
        let repeated = number(row, "number-rows-repeated").unwrap_or(1).min(MOST);
        if attribute(row, "visibility") == Some("collapse") {
            layout.rows.extend(place..place + repeated);
        }
        let mut column = 0;
        for cell in
            row.children().filter(|child| matches!(child.tag_name().name(), "table-cell" | "covered-table-cell"))
        {
            if let Some(tall) = number(cell, "number-rows-spanned").filter(|tall| *tall > 1) {
                layout.merged.push((column, place, place + tall.min(MOST) - 1));
            }
            column += number(cell, "number-columns-repeated").unwrap_or(1).min(MOST_COLUMNS);
        }
        place += repeated;
        if place > MOST {
            break;
        }
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_their_name() {
        assert_eq!(reference("A1"), Some((0, 0)));
        assert_eq!(reference("AB12"), Some((11, 27)));
        for wrong in ["", "A", "1", "A0", "é1", "ZZZZZZZZZ1", "A99999999999999999999"] {
            assert_eq!(reference(wrong), None, "{wrong}");
        }
    }
}
