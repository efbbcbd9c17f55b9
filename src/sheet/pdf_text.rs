//! How wide text is in the one font of our PDFs, and where it breaks.

/// Width in em: a Chinese character is 1, a Latin one half of it. The font's widths in the file say the same.
pub(super) fn width_em(text: &str) -> f32 {
    text.chars().map(char_width_em).sum()
}

fn char_width_em(char: char) -> f32 {
    if char.is_ascii() { 0.5 } else { 1.0 }
}

/// Lines of at most `room_em`, at least one. Words and numbers of ASCII stay whole where they fit into a line.
pub(super) fn wrapped(text: &str, room_em: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used_em = 0.0;
    for token in tokens(text) {
        let wide_em = width_em(&token);
        if wide_em <= room_em && used_em + wide_em > room_em && used_em > 0.0 {
            lines.push(String::new());
            used_em = 0.0;
        }
        for char in token.chars() {
            let wide_em = char_width_em(char);
            if used_em + wide_em > room_em && used_em > 0.0 {
                lines.push(String::new());
                used_em = 0.0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(char);
            }
            used_em += wide_em;
        }
    }
    lines
}

/// Runs of ASCII without blanks, and single characters. What cannot be seen becomes a blank.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut is_run = false;
    for char in text.chars() {
        let char = if char.is_control() { ' ' } else { char };
        let is_graphic = char.is_ascii_graphic();
        match tokens.last_mut() {
            Some(token) if is_run && is_graphic => token.push(char),
            _ => tokens.push(char.to_string()),
        }
        is_run = is_graphic;
    }
    tokens
}

/// The bytes by which the font's encoding, UTF-16 with the high byte first, shows a text.
pub(super) fn encoded(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}
