/// Value of one Chinese numeral from 0 to 9.
fn digit(character: char) -> Option<u32> {
    "零一二三四五六七八九".chars().position(|one| one == character).map(|value| value as u32).or(
        match character {
            '〇' => Some(0),
            '两' => Some(2),
            _ => None,
        },
    )
}

/// A Chinese number from 1 to 999 at the beginning of `text`, and what follows it.
pub(super) fn chinese(text: &str) -> Option<(u32, &str)> {
    let (mut total, mut last, mut end) = (0_u32, None, 0);
    for (offset, character) in text.char_indices().take(7) {
        match (character, digit(character)) {
            (_, Some(value)) => last = Some(value),
            ('十', None) => total += last.take().unwrap_or(1) * 10,
            ('百', None) => total += last.take().unwrap_or(1) * 100,
            _ => break,
        }
        end = offset + character.len_utf8();
    }
    let value = total + last.unwrap_or(0);
    (value > 0).then(|| (value, &text[end..]))
}

/// A number of at most three ASCII digits at the beginning of `text`, and what follows it.
pub(super) fn arabic(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 || end > 3 {
        return None;
    }
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// A number in either spelling.
pub(super) fn either(text: &str) -> Option<(u32, &str)> {
    arabic(text).or_else(|| chinese(text))
}

/// 1 to 999 as it is written in Chinese.
pub(super) fn to_chinese(value: u32) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let at = |value: u32| DIGITS[(value % 10) as usize];
    let mut text = String::new();
    let (hundreds, tens, ones) = (value / 100 % 10, value / 10 % 10, value % 10);
    if hundreds > 0 {
        text.extend([at(hundreds), '百']);
    }
    match tens {
        0 if hundreds > 0 && ones > 0 => text.push('零'),
        0 => {}
        1 if hundreds == 0 => text.push('十'),
        _ => text.extend([at(tens), '十']),
    }
    if ones > 0 {
        text.push(at(ones));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_read_as_it_is_written() {
        for value in 1..1_000 {
            assert_eq!(chinese(&format!("{}、", to_chinese(value))), Some((value, "、")), "{value}");
        }
        assert_eq!(chinese("两分"), Some((2, "分")));
        assert_eq!(chinese("分"), None);
        assert_eq!(arabic("2024年"), None);
    }
}
