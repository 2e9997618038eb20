//! Characters that Word names by their place in a font of symbols.

/// The characters that are common in such fonts, by their place.
const SYMBOL: [(u32, char); 12] = [
    (0xa3, '≤'),
    (0xae, '→'),
    (0xb0, '°'),
    (0xb1, '±'),
    (0xb3, '≥'),
    (0xb4, '×'),
    (0xb7, '•'),
    (0xb8, '÷'),
    (0xb9, '≠'),
    (0xbb, '≈'),
    (0xbc, '…'),
    (0xde, '⇒'),
];
const WINGDINGS: [(u32, char); 8] =
    [(0x6c, '●'), (0xa7, '▪'), (0xa8, '◻'), (0xe0, '→'), (0xfb, '✗'), (0xfc, '✓'), (0xfd, '☒'), (0xfe, '☑')];

/// The character of `w:sym`, or `None` for one that means something in its font alone.
pub(super) fn character(font: &str, code: &str) -> Option<char> {
    let code = u32::from_str_radix(code, 16).ok()?;
    let table: &[(u32, char)] = match font.to_lowercase().as_str() {
        "symbol" => &SYMBOL,
        "wingdings" => &WINGDINGS,
        _ => &[],
    };
    let place = match code {
        0xf000..=0xf0ff => code - 0xf000,
        _ if table.is_empty() => return char::from_u32(code).filter(|c| !c.is_control()),
        _ => code,
    };
    table.iter().find(|(other, _)| *other == place).map(|(_, character)| *character)
}
