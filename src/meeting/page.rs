//! Margins and type of the printed record.

use serde::Serialize;

/// How a page is set up. What it is unless the office says otherwise follows a regional rule for
/// official letters (F4, Arial 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Margin above, in millimetres.
    pub top: u32,
    /// Margin below, in millimetres.
    pub bottom: u32,
    /// Margin at the left, in millimetres.
    pub left: u32,
    /// Margin at the right, in millimetres.
    pub right: u32,
    /// Size of the type, in points.
    pub size: u32,
    /// Spacing of the lines of the body in hundredths of single spacing.
    pub spacing: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { top: 25, bottom: 30, left: 30, right: 25, size: 12, spacing: 150 }
    }
}
