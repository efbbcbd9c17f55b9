/// What a reader of TOML says of a file, in Chinese, for the person who wrote it. What is not known here keeps its English
/// words after a Chinese beginning.
pub(crate) fn syntax_in_chinese(message: &str) -> String {
    let quoted = |rest: &str| rest.split('`').nth(1).unwrap_or(rest).to_owned();
    let expected = || {
        let names = message.split_once("expected ").map_or("", |(_, names)| names);
        let names: Vec<&str> = names.split('`').skip(1).step_by(2).collect();
        if names.is_empty() { String::new() } else { format!("; 可以写的有 {}", names.join("、")) }
    };
    if let Some(rest) = message.strip_prefix("unknown field ") {
        format!("没有「{}」这一项{}", quoted(rest), expected())
    } else if let Some(rest) = message.strip_prefix("unknown variant ") {
        format!("不认识「{}」{}", quoted(rest), expected())
    } else if let Some(rest) = message.strip_prefix("missing field ") {
        format!("缺少「{}」, 补上它", quoted(rest))
    } else if let Some(rest) = message.strip_prefix("invalid type: ") {
        let (found, wanted) = rest.split_once(", expected ").unwrap_or((rest, ""));
        format!("类型不对: 写的是 {}, 要写 {}", kind(found), kind(wanted))
    } else if let Some(rest) = message.strip_prefix("invalid value: ") {
        let (found, wanted) = rest.split_once(", expected ").unwrap_or((rest, ""));
        format!("值不对: 写的是 {}, 要写 {}", kind(found), kind(wanted))
    } else if message.starts_with("duplicate key") {
        "同一项写了两次; 去掉一个".to_owned()
    } else if message.contains("recursion limit") {
        "括号套得太深; 话术里最多套几层".to_owned()
    } else {
        format!("写法不对, 检查引号、括号和逗号 ({message})")
    }
}

/// A kind of value, as TOML's reader names it.
fn kind(name: &str) -> String {
    let known = [
        ("integer", "整数"),
        ("floating point", "小数"),
        ("string", "带引号的文字"),
        ("boolean", "true 或 false"),
        ("map", "一组 名字 = 值"),
        ("sequence", "方括号里的一列"),
        ("array", "方括号里的一列"),
        ("struct", "一组 名字 = 值"),
        ("u8", "0 到 255 的整数"),
        ("u16", "不小于 0 的整数"),
        ("u32", "不小于 0 的整数"),
        ("u64", "不小于 0 的整数"),
        ("usize", "不小于 0 的整数"),
        ("f32", "小数"),
    ];
    let found = known
        .iter()
        .find(|(english, _)| name.starts_with(english) || name.starts_with(&format!("a {english}")));
    match (found, name.split_once(' ')) {
        (Some((_, chinese)), Some((_, value))) if value.contains(['`', '"']) => {
            format!("{chinese} {}", value.trim_start_matches("point "))
        }
        (Some((_, chinese)), _) => (*chinese).to_owned(),
        (None, _) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::syntax_in_chinese;

    #[test]
    fn what_people_write_wrong_is_told_in_chinese() {
        for (english, chinese) in [
            (
                "unknown field `colour`, expected one of `format`, `name`",
                "没有「colour」这一项; 可以写的有 format、name",
            ),
            (
                "unknown variant `dance`, expected `opening` or `answer`",
                "不认识「dance」; 可以写的有 opening、answer",
            ),
            ("missing field `title`", "缺少「title」, 补上它"),
            (
                "invalid type: integer `11`, expected a string",
                "类型不对: 写的是 整数 `11`, 要写 带引号的文字",
            ),
            ("duplicate key", "同一项写了两次; 去掉一个"),
            ("something else", "写法不对, 检查引号、括号和逗号 (something else)"),
        ] {
            assert_eq!(syntax_in_chinese(english), chinese);
        }
    }
}
