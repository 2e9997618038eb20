//! Lists of attendance that are put into a meeting's folder.

use crate::meeting::edit::Present;

/// The name of a list whose members were ticked one by one.
pub const TICKED: &str = "daftar-hadir.csv";

/// A list as the program reads it: a column each for name, party group and attendance.
#[must_use]
pub fn attendance_list(members: &[Present]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows = members
        .iter()
        .map(|member| format!("{},{},{}\n", quoted(&member.nama), quoted(&member.fraksi), quoted(&member.kehadiran)));
    format!("nama,fraksi,kehadiran\n{}", rows.collect::<Vec<_>>().concat())
}
