/// Slips that writers of such standards make, and what they meant; only what is never right.
const SLIPS: [(&str, &str); 46] = [
    ("您否能", "您能否"),
    ("你否能", "你能否"),
    ("您否可以", "您可否"),
    ("请您您", "请您"),
    ("请请", "请"),
    ("您您", "您"),
    ("的的", "的"),
    ("了了", "了"),
    ("我我", "我"),
    ("把把", "把"),
    ("将将", "将"),
    ("无反映", "无反应"),
    ("没反映", "没反应"),
    ("反应的问题", "反映的问题"),
    ("反应情况", "反映情况"),
    ("书面纪录", "书面记录"),
    ("做好纪录", "做好记录"),
    ("进行纪录", "进行记录"),
    ("稍候让", "稍后让"),
    ("稍候再", "稍后再"),
    ("稍候与", "稍后与"),
    ("稍候给", "稍后给"),
    ("在次", "再次"),
    ("在见", "再见"),
    ("以经", "已经"),
    ("因该", "应该"),
    ("既使", "即使"),
    ("按装", "安装"),
    ("帐号", "账号"),
    ("帐单", "账单"),
    ("登陆", "登录"),
    ("对不器", "对不起"),
    ("报歉", "抱歉"),
    ("抱谦", "抱歉"),
    ("道谦", "道歉"),
    ("必竟", "毕竟"),
    ("查寻", "查询"),
    ("咨寻", "咨询"),
    ("资询", "咨询"),
    ("等侯", "等候"),
    ("问侯", "问候"),
    ("偿试", "尝试"),
    ("竟请", "敬请"),
    ("原凉", "原谅"),
    ("凉解", "谅解"),
    ("锻练", "锻炼"),
];

/// Likely slips in `text`: where, what is written, what was meant.
pub(super) fn find(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let mut found: Vec<_> = SLIPS
        .iter()
        .flat_map(|(slip, meant)| text.match_indices(slip).map(|(at, _)| (at, *slip, *meant)))
        .filter(|(at, slip, _)| !is_right(text, *at, slip))
        .collect();
    found.sort_unstable();
    found.dedup_by(|later, earlier| later.0 < earlier.0 + earlier.1.len());
    found
}

/// 现在次数 has 在次 in it, 存在见解 has 在见.
fn is_right(text: &str, at: usize, slip: &str) -> bool {
    let (before, after) = (&text[..at], &text[at + slip.len()..]);
    match slip {
        "在次" | "在见" => {
            before.ends_with(['现', '存', '所', '正']) || after.starts_with(['数', '日', '解'])
        }
        "了了" => after.starts_with(['解', '事']) || before.ends_with(['不', '得']),
        "以经" => after.starts_with(['济', '营', '验', '理']),
        "的的" => after.starts_with(['确', '士']),
        _ => false,
    }
}

/// `text` without its slips; none if it has none.
pub(super) fn mend(text: &str) -> Option<String> {
    let mut mended = String::new();
    let mut from = 0;
    for (at, slip, meant) in find(text) {
        mended.push_str(&text[from..at]);
        mended.push_str(meant);
        from = at + slip.len();
    }
    (from > 0).then(|| mended + &text[from..])
}
