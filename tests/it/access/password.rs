use callcue::access::{PasswordCost, PasswordHashes, Secret, WeakPassword, check_new_password};

/// Enough for a test.
const CHEAP: PasswordCost = PasswordCost { memory_kib: 64, passes: 1 };

#[test]
fn the_rules_for_new_passwords() {
    use WeakPassword::*;
    let cases = [
        ("短", Err(Short)),
        ("elevenchars", Err(Short)),
        ("红灯停绿灯行黄灯要等一等", Ok(())),
        ("correct horse battery", Ok(())),
        ("wangfang-2026-x", Err(HoldsName)),
        ("xx-WangFang-xx-99", Err(HoldsName)),
        ("aaaaaaaaaaaaaaaa", Err(Common)),
        ("abababababab", Err(Common)),
        ("123456789012345", Err(Common)),
        ("abcdefghijklmnop", Err(Common)),
        ("Password12345", Err(Common)),
        ("admin5201314woaini", Err(Common)),
        ("qwertyuiop123456", Err(Common)),
        ("k7mq-2xyz-9hfd-p3vn", Ok(())),
    ];
    for (password, wanted) in cases {
        assert_eq!(check_new_password("wangfang", password), wanted, "{password}");
    }
    assert_eq!(check_new_password("wangfang", &"长句".repeat(100)), Err(Long));
}

#[test]
fn the_default_cost_is_what_owasp_asks_at_least() {
    let PasswordCost { memory_kib, passes } = PasswordCost::default();
    assert!(memory_kib >= 19 * 1024 && passes >= 2);
    let hash = PasswordHashes::new(PasswordCost::default()).unwrap().hash("correct horse battery").unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
}

#[test]
fn only_the_password_itself_is_right() {
    let hashes = PasswordHashes::new(CHEAP).unwrap();
    let kept = hashes.hash("红灯停绿灯行").unwrap();
    assert!(hashes.is_right("红灯停绿灯行", Some(&kept)));
    assert_ne!(kept, hashes.hash("红灯停绿灯行").unwrap(), "each has its own salt");
    for wrong in ["", "红灯停绿灯", "红灯停绿灯行 ", &"x".repeat(100_000)] {
        assert!(!hashes.is_right(wrong, Some(&kept)));
    }
    for nobody in [None, Some(""), Some("not a hash"), Some("$argon2id$v=19$m=19456,t=2,p=1$")] {
        for password in ["", "nobody has this password", "红灯停绿灯行"] {
            assert!(!hashes.is_right(password, nobody), "{nobody:?} {password:?}");
        }
    }
}

#[test]
fn secrets_are_long_new_and_hidden() {
    let [one, other] = [Secret::random().unwrap(), Secret::random().unwrap()];
    assert_eq!(one.reveal().len(), 64);
    assert_ne!(one, other);
    assert_eq!(format!("{one:?}"), "Secret(…)");
    assert_ne!(one.sha256(), one.reveal());
    let password = Secret::one_time_password().unwrap();
    let groups: Vec<&str> = password.reveal().split('-').collect();
    assert!(groups.len() == 4 && groups.iter().all(|group| group.len() == 4), "{}", password.reveal());
    check_new_password("wangfang", password.reveal()).unwrap();
}
