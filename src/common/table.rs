//! Tables for spreadsheets: CSV with a byte order mark and semicolons, as Excel expects them where
//! a comma stands before decimals.

/// A table with its head.
///
/// # Errors
/// When a row cannot be written.
pub fn csv<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::WriterBuilder::new().delimiter(b';').from_writer("\u{feff}".as_bytes().to_vec());
    table.write_record(head)?;
    for row in rows {
        table.write_record(row)?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

/// What somebody wrote, as a cell: on one line, and with an apostrophe before what a spreadsheet
/// would take for a formula.
#[must_use]
pub fn cell(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}
