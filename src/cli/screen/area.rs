//! Pieces of the screen, cut off what is left of it. A piece is as small as it must be, down to
//! nothing.

use ratatui::layout::Rect;

/// Cuts rows off the top.
pub fn top(rest: &mut Rect, rows: u16) -> Rect {
    let height = rows.min(rest.height);
    let piece = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    piece
}

/// Cuts rows off the bottom.
pub fn bottom(rest: &mut Rect, rows: u16) -> Rect {
    let height = rows.min(rest.height);
    rest.height -= height;
    Rect { y: rest.y + rest.height, height, ..*rest }
}

/// Cuts columns off the left.
pub fn left(rest: &mut Rect, columns: u16) -> Rect {
    let width = columns.min(rest.width);
    let piece = Rect { width, ..*rest };
    rest.x += width;
    rest.width -= width;
    piece
}
