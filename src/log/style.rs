//! Text for a terminal: its colours, and how it is cut to a number of columns.

/// A colour or a weight, by its number among the ANSI codes.
#[derive(Clone, Copy)]
pub enum Style {
    Plain = 0,
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

/// A text in a style, or as it is where colours are off.
pub fn styled(colours: bool, style: Style, text: &str) -> String {
    match style {
        Style::Plain => text.to_owned(),
        style if colours => format!("\x1b[{}m{text}\x1b[0m", style as u8),
        _ => text.to_owned(),
    }
}

/// A text of so many columns at the most, without its end if need be.
pub fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    text.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
}

/// A text of so many columns at the most, without its middle if need be.
pub fn cut_in_the_middle(text: &str, columns: usize) -> String {
    let count = text.chars().count();
    if count <= columns || columns < 3 {
        return text.chars().take(columns.max(3)).collect();
    }
    let (start, end) = ((columns - 1) / 2, (columns - 1).div_ceil(2));
    text.chars().take(start).chain(['…']).chain(text.chars().skip(count - end)).collect()
}
