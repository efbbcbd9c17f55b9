//! The words by which a standard says what it means: whose words, required or forbidden, in which situation.

/// Who speaks for the company.
const AGENTS: [&str; 19] = [
    "客服代表",
    "客服人员",
    "客服专员",
    "坐席人员",
    "座席人员",
    "坐席代表",
    "服务人员",
    "工作人员",
    "接线人员",
    "接线员",
    "接听人员",
    "话务员",
    "服务代表",
    "客服",
    "坐席",
    "座席",
    "员工",
    "前台",
    "管家",
];
/// Who calls.
const CALLERS: [&str; 11] =
    ["客户", "业主", "顾客", "用户", "来电者", "来电人", "对方", "旅客", "乘客", "宾客", "住户"];

/// What a part of a rule is, when it says so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Say,
    Never,
    Situation,
    Points,
    Note,
}

/// What `name` labels, as in 【禁语】, 标准用语: or the head of a column.
pub(super) fn label(name: &str) -> Option<Label> {
    const NEVER: [&str; 9] =
        ["禁语", "忌语", "禁用", "禁止用语", "不可以说", "不能说", "不得说", "不应说", "禁说"];
    const SAY: [&str; 11] = [
        "规范用语",
        "标准用语",
        "标准话术",
        "话术",
        "用语",
        "应说",
        "应答",
        "标准说法",
        "规范说法",
        "参考说法",
        "正确说法",
    ];
    const SITUATION: [&str; 7] = ["场景", "情景", "情境", "情形", "情况", "适用", "环节"];
    const POINTS: [&str; 8] = ["扣分", "加分", "分值", "考核", "奖惩", "奖扣", "处罚", "分数"];
    const NOTE: [&str; 6] = ["备注", "说明", "注意", "要求", "要点", "目的"];
    let name = name.trim().trim_end_matches(':');
    if name.chars().count() > 8 {
        return None;
    }
    let any = |words: &[&str]| words.iter().any(|word| name.contains(word));
    // A heading such as 服务用语与禁语 is neither.
    match (any(&NEVER), any(&SAY)) {
        (true, _) if name.contains(['与', '和', '及']) => None,
        (true, _) => Some(Label::Never),
        (_, true) => Some(Label::Say),
        _ if any(&SITUATION) => Some(Label::Situation),
        _ if any(&POINTS) => Some(Label::Points),
        _ if NOTE.contains(&name) => Some(Label::Note),
        _ => None,
    }
}

/// Whether 【`name`】 is a label within a rule and no heading: a heading that is to forbid says so of itself, 服务禁语.
pub(super) fn is_label(name: &str) -> bool {
    let short = name.trim().chars().count() <= 4;
    short
        && label(name).is_some()
        && !matches!(name.trim(), "服务禁语" | "服务忌语" | "服务用语" | "服务话术")
        && !matches!(label(name), Some(Label::Points) if name.contains("考核"))
}

/// The label with which `line` begins, and what follows it.
pub(super) fn leading_label(line: &str) -> Option<(Label, &str)> {
    let (name, rest) = match line.strip_prefix('【') {
        Some(inner) => inner.split_once('】')?,
        None => line.split_once([':', '“', '「'])?,
    };
    let rest = if line.starts_with('【') { rest } else { &line[name.len()..] };
    label(name).map(|label| (label, rest.trim_start_matches(':')))
}

/// Whether all that stands below this heading is forbidden.
pub(super) fn forbids(heading: &str) -> bool {
    let heading = heading.split('\n').next().unwrap_or_default().trim_end_matches(['。', ':']);
    heading.chars().count() <= 16
        && ["禁语", "忌语", "禁用语", "禁止用语", "不可以说的话"].iter().any(|word| heading.contains(word))
        && !heading.contains(['与', '和', '及', '、'])
}

/// The longest of `words` with which `text` begins.
pub(super) fn prefix_of<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    words.iter().copied().filter(|word| text.starts_with(word)).max_by_key(|word| word.len())
}

/// How a clause turns what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// Forbidden, after so many bytes.
    Never(usize),
    /// Required again; all of the clause belongs to it.
    Say,
}

/// Reads the beginning of a clause: 不可以…, 客服严禁…, 应说….
pub(super) fn cue(clause: &str) -> Option<Cue> {
    const BEFORE: [&str; 16] = [
        "绝对", "一律", "均", "也", "更", "并", "并且", "且", "同时", "应", "决", "绝", "但", "或", "或者",
        "当时",
    ];
    const NEVER: [&str; 14] = [
        "不可以",
        "不可",
        "不得",
        "严禁",
        "禁止",
        "不准",
        "不许",
        "不允许",
        "不应该",
        "不应当",
        "不应",
        "切忌",
        "切勿",
        "忌",
    ];
    /// These forbid only what is said.
    const NEVER_SAY: [&str; 8] = ["不能", "不要", "不宜", "不该", "避免", "请勿", "勿", "别"];
    let mut rest = clause.trim_start();
    let actor = prefix_of(rest, &AGENTS).unwrap_or_default();
    rest = &rest[actor.len()..];
    if [
        "而应",
        "而是",
        "应说",
        "应该说",
        "应当说",
        "应回答",
        "应答",
        "须说",
        "改说",
        "正确",
        "规范用语",
        "标准用语",
    ]
    .iter()
    .any(|word| rest.starts_with(word))
    {
        return Some(Cue::Say);
    }
    while let Some(word) = prefix_of(rest, &BEFORE) {
        rest = &rest[word.len()..];
    }
    let used = |rest: &str| clause.len() - rest.len();
    if let Some(word) = prefix_of(rest, &NEVER) {
        return Some(Cue::Never(used(&rest[word.len()..])));
    }
    if let Some(word) = prefix_of(rest, &NEVER_SAY) {
        let after = &rest[word.len()..];
        let near: String = after.chars().take(6).collect();
        if ["说", "讲", "回答", "反问", "质问"].iter().any(|verb| near.contains(verb))
            && !near.contains("说明")
        {
            return Some(Cue::Never(used(after)));
        }
    }
    (!actor.is_empty() && (rest.starts_with(['应', '须', '可', '需', ':']) || rest.starts_with("必须")))
        .then_some(Cue::Say)
}

/// 不可以 → “直接说”, “抱怨说”, “说”: what stands between the prohibition and the words.
pub(super) fn speech_verb(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let before = ["直接", "随便", "随意", "对客户", "向客户", "跟客户", "抱怨", "责怪", "生硬地", "反", "质"];
    let mut rest = text;
    while let Some(word) = prefix_of(rest, &before) {
        rest = &rest[word.len()..];
    }
    let verb = prefix_of(rest, &["说", "讲"])?;
    let rest = &rest[verb.len()..];
    (!rest.starts_with(['明', '话', '解', '述', '清'])).then_some(rest)
}

/// Whether `text` reads like something said to a caller, rather than about one.
pub(super) fn is_talk(text: &str) -> bool {
    const SAID: [&str; 11] =
        ["您", "请", "谢", "抱歉", "对不起", "再见", "好吗", "可以吗", "麻烦", "你好", "不客气"];
    SAID.iter().any(|word| text.contains(word))
        && !CALLERS.iter().any(|caller| *caller != "对方" && text.contains(caller))
        && !AGENTS
            .iter()
            .any(|agent| text.split_once(agent).is_some_and(|(_, after)| after.starts_with('应')))
}

/// Whether the words between `lead` and `next` are the caller's: 客户问候客服:, 客户说, but not 客户抱怨时,客服:.
pub(super) fn caller_speaks(lead: &str, next: &str) -> bool {
    let lead = lead.trim_end_matches([':', ' ', '“', ',']);
    let clause = lead.rsplit([',', '。', ';', ':', '!', '?', '\n', '”', '、']).next().unwrap_or_default();
    // 客户问候时:“…”客服回应:“…”
    let answered = prefix_of(next.trim_start_matches([',', '。', ' ', '\n', '”', ';']), &AGENTS).is_some();
    let clause = if answered { clause.strip_suffix('时').unwrap_or(clause) } else { after_when(clause) };
    let clause = prefix_of(clause, &["遇到", "遇", "当", "如果", "如", "若", "对于", "听到"])
        .map_or(clause, |word| &clause[word.len()..]);
    let Some(caller) = prefix_of(clause, &CALLERS).filter(|_| !clause.ends_with('后')) else { return false };
    let does = &clause[caller.len()..];
    does.chars().count() <= 12
        && ["说", "问", "讲", "表示", "称", "回答", "抱怨", "提出", "喊", "骂", "来电"]
            .iter()
            .any(|verb| does.contains(verb))
}

/// What follows the last 时 that means "when", not 时间 or 及时.
fn after_when(clause: &str) -> &str {
    let mut from = 0;
    for (at, _) in clause.match_indices('时') {
        let (before, after) = (&clause[..at], &clause[at + '时'.len_utf8()..]);
        let other = before
            .ends_with(['及', '同', '随', '暂', '小', '按', '准', '当', '平', '临', '有', '即', '届'])
            || after.starts_with(['间', '候', '段', '限', '刻']);
        if !other {
            from = at + '时'.len_utf8();
        }
    }
    &clause[from..]
}

/// Whether the words after `lead` may be said instead of those before it.
pub(super) fn is_alternative(lead: &str) -> bool {
    let lead = lead.trim_matches([' ', '\n', ',', '。', ';', ':']);
    matches!(lead, "或" | "或者" | "或是" | "或说" | "也可以说" | "也可说" | "亦可说" | "/" | "、" | "或者说")
}

/// Whether a quoted word is only mentioned (“首问负责制”), not something to say.
pub(super) fn is_mention(quoted: &str, lead: &str) -> bool {
    let lead = lead.trim_end();
    let announced = lead.is_empty()
        || lead.ends_with([
            ':', '说', '答', '应', '问', '讲', '道', '语', '或', '、', ',', '。', '/', '加', '用', '者', ';',
        ]);
    let short = quoted.chars().count() <= 8;
    let sounds = quoted.contains(['您', '请', '好', '谢', '你', '我', '不', '喂', '哎', ',', '。', '?', '!'])
        || is_talk(quoted);
    !announced && short && !sounds
}

/// How long to wait, where `text` says so: 稍停3秒, 过三秒.
pub(super) fn wait_ms(text: &str) -> Option<u64> {
    let at = text.find('秒')?;
    let before = &text[..at];
    let digits = before
        .trim_end_matches(|c: char| c.is_ascii_digit() || "一二两三四五六七八九十".contains(c) || c == ' ');
    let (value, rest) = super::number::either(before[digits.len()..].trim_start())?;
    let near: String = digits.chars().rev().take(4).collect();
    (rest.trim().is_empty() && near.contains(['停', '等', '过', '隔', '候', '静', '待']))
        .then_some(u64::from(value) * 1_000)
}

/// The situation of `lead` in a few characters, for a title.
pub(super) fn title(lead: &str) -> String {
    let plain: String = lead.chars().filter(|c| !"“”".contains(*c)).collect();
    // A bracket at the beginning belongs to the sentence, a later one explains it.
    let plain = match plain.strip_prefix('(') {
        Some(rest) => rest.replacen(')', "", 1),
        None => plain,
    };
    let first =
        plain.split([',', '。', ':', ';', '?', '!', '(', '\n']).map(str::trim).find(|part| !part.is_empty());
    let mut title = first.unwrap_or_default();
    while let Some(word) = prefix_of(title, &["遇到", "遇", "当", "若是", "若", "如果", "如", "对于", "需"])
        .filter(|word| title.len() > word.len() + 6)
    {
        title = &title[word.len()..];
    }
    for agent in AGENTS {
        title = title.strip_suffix(agent).filter(|rest| rest.ends_with(['时', '后'])).unwrap_or(title);
    }
    let title = ["的时候", "时候", "时"].iter().find_map(|end| title.strip_suffix(end)).unwrap_or(title);
    title.chars().take(24).collect()
}

/// Whether `lead` tells a situation, or only who speaks: 客服:, 应说:.
pub(super) fn is_situation(lead: &str) -> bool {
    let mut rest = lead.trim_matches(|c: char| !c.is_alphanumeric());
    while let Some(word) = prefix_of(rest, &AGENTS).or_else(|| {
        prefix_of(
            rest,
            &[
                "应", "应该", "必须", "须", "礼貌", "回应", "回答", "说", "用语", "规范", "标准", "则", ":",
                ",", " ",
            ],
        )
    }) {
        rest = &rest[word.len()..];
    }
    rest.chars().filter(|c| c.is_alphanumeric()).count() >= 2
}

/// `lead` without the end that tells only who speaks.
pub(super) fn situation(lead: &str) -> &str {
    let mut lead = lead.trim_matches([' ', ':', ',', '。', '、', '\n']);
    while let Some((at, sign)) = lead.rmatch_indices([',', ':', '。', '\n', '」']).next() {
        if is_situation(&lead[at + sign.len()..]) {
            break;
        }
        let end = if sign == "」" { at + sign.len() } else { at };
        if end == lead.len() {
            break;
        }
        lead = lead[..end].trim_end_matches([' ', ':', ',', '。']);
    }
    lead
}

/// Whether a breach of an assessment item shows in calls, by its words; and the word that told.
pub(super) fn shows_in_calls(text: &str) -> Option<&'static str> {
    const CALLS: [&str; 27] = [
        "来电",
        "接电话",
        "接听",
        "通话",
        "挂机",
        "挂断",
        "挂电话",
        "用语",
        "禁语",
        "语气",
        "态度",
        "称呼",
        "咨询",
        "解答",
        "答复",
        "投诉",
        "推诿",
        "报修",
        "来访",
        "推介",
        "推荐",
        "服务项目",
        "等待",
        "转接",
        "问候",
        "语速",
        "普通话",
    ];
    CALLS.into_iter().find(|word| text.contains(word))
}
