use callcue::script::{BUNDLED, BUNDLED_NAME, Script};

#[test]
fn the_bundled_script_has_all_37_rules() {
    let script = Script::parse(BUNDLED_NAME, BUNDLED).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let ids: Vec<_> = script.rules.iter().map(|rule| rule.id.get_ref().as_str()).collect();
    let expected: Vec<_> = [(1, 6), (2, 6), (3, 9), (4, 5), (5, 8), (6, 3)]
        .iter()
        .flat_map(|(section, items)| (1..=*items).map(move |item| format!("{section}.{item}")))
        .collect();
    assert_eq!(ids, expected);
}

#[test]
fn mistakes_are_named_with_line_and_column() {
    let head = "format = 1\nname = \"n\"\ncompany = \"c\"\n";
    for (body, line, column, part) in [
        ("colour = 1\n", 4, 1, "unknown field `colour`"),
        (
            "[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\nnever = [{ text = \"喂[\" }]\n",
            8,
            19,
            "no partner",
        ),
        (
            "[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\n[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\n",
            9,
            6,
            "two rules 1.1",
        ),
        (
            "[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\ncheck.opening = { within_ms = 1 }\n",
            5,
            6,
            "needs 1",
        ),
        (
            "[[rule]]\nid = \"1.1\"\ntitle = \"t\"\nitem = \"A4\"\ncheck.dance = {}\n",
            8,
            7,
            "unknown variant `dance`",
        ),
        ("[[rule]]\nid = 11\n", 5, 6, "invalid type"),
        ("[[rule]\n", 4, 8, ""),
    ] {
        let mistakes = Script::parse("my.toml", &format!("{head}{body}")).unwrap_err();
        let text = mistakes.to_string();
        assert!(
            text.starts_with(&format!("my.toml:{line}:{column}: ")) && text.contains(part),
            "{body}\n{text}"
        );
        assert!(!text.contains('\n'), "{text}");
    }
}
