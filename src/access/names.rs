use super::AccessError;

/// Most characters of a log-in name or a station's name.
const NAME_MAX: usize = 64;
/// Most characters of a full name or a team.
const TITLE_MAX: usize = 64;
/// Most characters of an agent's number.
const AGENT_MAX: usize = 16;
/// Names that stand for something else in the audit trail.
const RESERVED: &[&str] = &["console", "station"];

/// A log-in name as it is kept: lower case, so that nobody passes for somebody else by a capital.
pub(super) fn login_name(text: &str) -> Result<String, AccessError> {
    let name = text.trim().to_lowercase();
    if is_plain(&name, NAME_MAX) && !RESERVED.contains(&name.as_str()) {
        return Ok(name);
    }
    Err(AccessError::invalid(
        "登录名须为 1 至 64 个字母、汉字、数字或 . _ - @，以字母、汉字或数字开头",
        "a log-in name is 1 to 64 letters, digits or . _ - @, and begins with a letter or digit",
    ))
}

/// A station's name.
pub(super) fn station_name(text: &str) -> Result<String, AccessError> {
    let name = text.trim().to_lowercase();
    if is_plain(&name, NAME_MAX) {
        return Ok(name);
    }
    Err(AccessError::invalid(
        "工位名须为 1 至 64 个字母、汉字、数字或 . _ - @，以字母、汉字或数字开头",
        "a station's name is 1 to 64 letters, digits or . _ - @, and begins with a letter or digit",
    ))
}

/// A full name or the name of a team: what people read, so nearly anything that shows on a line.
pub(super) fn title(text: &str) -> Result<String, AccessError> {
    let title = text.trim();
    let is_good =
        title.chars().count() <= TITLE_MAX && !title.chars().any(|c| c.is_control() || "<>\"\\/".contains(c));
    if is_good {
        return Ok(title.to_owned());
    }
    Err(AccessError::invalid(
        "姓名和班组最多 64 个字符，不能含 < > \" \\ / 或控制字符",
        "a full name or team is at most 64 characters, without < > \" \\ / and control characters",
    ))
}

/// Teams: each once, none without a name.
pub(super) fn teams(texts: &[String]) -> Result<Vec<String>, AccessError> {
    let mut teams = texts.iter().map(|text| title(text)).collect::<Result<Vec<_>, _>>()?;
    teams.retain(|team| !team.is_empty());
    teams.sort();
    teams.dedup();
    Ok(teams)
}

/// An agent's number.
pub(super) fn agent(text: &str) -> Result<String, AccessError> {
    let number = text.trim();
    if (1..=AGENT_MAX).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(number.to_owned());
    }
    Err(AccessError::invalid(
        "工号须为 1 至 16 个字母或数字",
        "an agent's number is 1 to 16 letters and digits",
    ))
}

fn is_plain(name: &str, most: usize) -> bool {
    name.chars().count() <= most
        && name.starts_with(char::is_alphanumeric)
        && name.chars().all(|c| c.is_alphanumeric() || "._-@".contains(c))
}
