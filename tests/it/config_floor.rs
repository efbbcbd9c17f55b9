//! A floor's configuration: which setting wins, and how a mistake in the file is told.

use std::fs;
use std::path::{Path, PathBuf};

use callcue::config::{
    ConfigError, ConfigFile, Environment, Flags, FloorSettings, ServiceUrl, WebhookEvent, floor_config_path,
    resolve_floor,
};

fn home() -> Environment {
    Environment { home: Some("/home/li".into()), ..Environment::default() }
}

fn from_file(text: &str) -> Result<FloorSettings, ConfigError> {
    let file = ConfigFile { path: Path::new("/etc/callcue/floor.toml"), bytes: text.as_bytes() };
    resolve_floor(&Flags::default(), &home(), Some(file))
}

#[test]
fn every_setting_is_read() {
    let settings = from_file(
        r#"
        data = "~/floor"
        script = "script.toml"
        assessment = "~/assessment.toml"
        [server]
        listen = "0.0.0.0:443"
        public_url = "https://floor.example.com"
        behind_proxy = true
        trusted_proxies = ["10.0.0.1", "::1"]
        [tls]
        cert = "floor.crt"
        key = "/run/keys/floor.key"
        [sessions]
        idle_min = 5
        longest_h = 168
        [alerts]
        long_silence_s = 3
        long_hold_s = 10
        acknowledge_s = 5
        [review]
        appeal_days = 14
        [metrics]
        token_file = "metrics.token"
        [[webhooks]]
        url = "https://hooks.example.com/x?y=1"
        secret_file = "hook.secret"
        events = ["alert"]
        [[webhooks]]
        url = "http://127.0.0.1:9000/"
        secret_file = "hook.secret"
        [oidc]
        issuer = "https://login.example.com/realms/staff"
        client_id = "floor"
        client_secret_file = "oidc.secret"
        [log]
        filter = "warn"
        "#,
    )
    .unwrap();
    assert_eq!(settings.data, Path::new("/home/li/floor"));
    assert_eq!(settings.script, Some(PathBuf::from("/etc/callcue/script.toml")));
    assert_eq!(settings.assessment, Some(PathBuf::from("/home/li/assessment.toml")));
    assert_eq!(settings.server.listen.socket().to_string(), "0.0.0.0:443");
    assert_eq!(settings.server.public_url.as_ref().unwrap().host(), "floor.example.com");
    assert_eq!(settings.server.trusted_proxies.len(), 2);
    let tls = settings.tls.unwrap();
    assert_eq!(tls.cert, Path::new("/etc/callcue/floor.crt"));
    assert_eq!(tls.key, Path::new("/run/keys/floor.key"));
    assert_eq!((settings.sessions.idle_min, settings.sessions.longest_h), (5, 168));
    assert_eq!(settings.alerts.long_hold_s, 10);
    assert_eq!(settings.review.appeal_days, 14);
    assert_eq!(settings.metrics.token_file, Some(PathBuf::from("/etc/callcue/metrics.token")));
    assert_eq!(settings.webhooks[0].events, [WebhookEvent::Alert]);
    assert_eq!(settings.webhooks[1].events.len(), 3, "all unless said");
    assert_eq!(settings.webhooks[1].secret_file, Path::new("/etc/callcue/hook.secret"));
    let oidc = settings.oidc.unwrap();
    assert_eq!(oidc.client_secret_file, Some(PathBuf::from("/etc/callcue/oidc.secret")));
    assert_eq!(oidc.label, "企业账号登录");
}

#[test]
fn mistakes_are_told_with_line_and_column_and_their_mend() {
    let cases = [
        ("lisen = '1'", "1:1: unknown field `lisen`, expected one of"),
        ("[server]\nlisten = 'localhost:80'", "2:10: \"localhost:80\" is no address with a port; write it"),
        ("[server]\nlisten = 7900", "2:10: invalid type: integer `7900`, expected an address in quotes"),
        ("[server]\n# all\nlisten = \"0.0.0.0:80\"", "3:10: 0.0.0.0:80 is reached by other machines"),
        (
            "[server]\nlisten = \"[::]:80\"\nbehind_proxy = false",
            "2:10: [::]:80 is reached by other machines",
        ),
        ("[server]\ntrusted_proxies = ['10.0.0.1']", "2:19: trusted_proxies counts only with behind_proxy"),
        ("[server]\nbehind_proxy = true\ntrusted_proxies = ['proxy']", "3:20: "),
        (
            "[server]\npublic_url = 'https://f.example/x'",
            "2:14: \"https://f.example/x\" is no public address",
        ),
        (
            "[server]\nbehind_proxy = true\npublic_url = 'http://127.0.0.1'",
            "3:14: \"http://127.0.0.1\" is no public",
        ),
        (
            "[server]\npublic_url = 'http://f.example'",
            "2:14: \"http://f.example\" sends secrets and names in the open",
        ),
        ("[tls]\ncert = 'a'", "1:1: missing field `key`"),
        (
            "[sessions]\nidle_min = 4",
            "2:12: invalid value: integer `4`, expected a whole number from 5 to 1440",
        ),
        ("[alerts]\nlong_silence_s = 1000000", "2:18: invalid value"),
        ("[backtests]\ncores = 0", "2:9: invalid value"),
        ("[review]\nappeal_days = 0", "2:15: invalid value"),
        ("[[webhooks]]\nurl = 'ftp://x'\nsecret_file = 's'", "2:7: \"ftp://x\" is no address of a service"),
        ("[[webhooks]]\nurl = 'https://x/'", "1:1: missing field `secret_file`"),
        (
            "[[webhooks]]\nurl = 'https://x/'\nsecret_file = 's'\n[[webhooks]]\nurl = 'https://x/'\nsecret_file = 't'\nevents = ['flag']",
            "1:1: two webhooks have the same url",
        ),
        ("[[webhooks]]\nurl = 'https://x/'\nsecret = 'abc'", "3:1: unknown field `secret`"),
        ("[oidc]\nissuer = 'https://x'\nclient_id = ' '", "3:13: client_id is empty"),
        ("[log]\nfilter = 'callcue=loud'", "2:10: \"callcue=loud\" is no log filter"),
    ];
    for (text, expected) in cases {
        let line = from_file(text).unwrap_err().to_string();
        let expected = format!("/etc/callcue/floor.toml:{expected}");
        assert!(line.starts_with(&expected), "{text:?}: {line:?}");
        assert!(!line.contains('\n'), "{line:?}");
    }
}

#[test]
fn secrets_go_to_https_or_stay_on_this_machine() {
    for good in
        ["https://a", "https://a:8443/x?y=z", "http://127.0.0.1:9", "http://[::1]/", "http://localhost:1/x"]
    {
        assert!(ServiceUrl::try_from(good).is_ok(), "{good}");
    }
    for bad in [
        "http://a/",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1@evil.example/",
        "https://user:password@a/",
        "https://",
        "https:///x",
        "HTTPS://a",
        "https://a/#x",
        "https://a b",
        "a",
        "",
        "file:///etc/passwd",
        "https://a\r\nx",
    ] {
        assert!(ServiceUrl::try_from(bad).is_err(), "{bad}");
    }
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let file = ConfigFile { path: Path::new("/etc/floor.toml"), bytes: b"data = '/file'" };
    let env = Environment { floor_data: Some("/env".into()), data: Some("/station".into()), ..home() };
    let flags = Flags { data: Some("/flag".into()), ..Flags::default() };
    let none = Flags::default();
    for (flags, env, file, data) in [
        (&flags, &env, Some(file), "/flag"),
        (&none, &env, Some(file), "/env"),
        (&none, &home(), Some(file), "/file"),
        (&none, &home(), None, "/home/li/.local/share/callcue/floor"),
    ] {
        assert_eq!(resolve_floor(flags, env, file).unwrap().data, Path::new(data));
    }
    assert!(matches!(resolve_floor(&none, &Environment::default(), None), Err(ConfigError::NoDataFolder)));
    let path = |env: &Environment| floor_config_path(&none, env).map(|place| (place.path, place.required));
    assert_eq!(path(&home()), Some(("/home/li/.config/callcue/floor.toml".into(), false)));
    let named = Environment { floor_config: Some("/env.toml".into()), ..home() };
    assert_eq!(path(&named), Some(("/env.toml".into(), true)));
}

#[test]
fn the_sample_holds_every_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/floor.toml");
    let sample = fs::read_to_string(&path).unwrap();
    assert_eq!(toml::from_str::<FloorSettings>(&sample).unwrap(), FloorSettings::default());
    // "# " is prose or an example, "#" alone hides a setting at its default.
    let shown = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting.to_owned(),
        _ => line.to_owned(),
    };
    let uncommented: String = sample.lines().map(|line| shown(line) + "\n").collect();
    assert_eq!(toml::from_str::<FloorSettings>(&uncommented).unwrap(), FloorSettings::default());
    let settings = uncommented.parse::<toml::Table>().unwrap();
    for (table, keys) in [("server", 3), ("sessions", 2), ("alerts", 3), ("review", 1), ("backtests", 1)] {
        assert_eq!(settings[table].as_table().unwrap().len(), keys, "{table}");
    }
    // The examples are right, too.
    let is_setting = |line: &str| {
        line.contains(" = ") && !line.contains(':') || line.starts_with('[') || line.contains("https://")
    };
    let all: String = sample
        .lines()
        .map(|line| line.trim_start_matches('#').trim_start())
        .filter(|line| is_setting(line) && line.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
        .map(|line| format!("{line}\n"))
        .collect();
    let read = toml::from_str::<FloorSettings>(&all).unwrap_or_else(|why| panic!("{why}\n{all}"));
    assert!(read.tls.is_some() && read.oidc.is_some() && read.webhooks.len() == 1, "{all}");
}

#[test]
fn masking_keeping_and_importing_are_off_unless_said() {
    let settings = FloorSettings::default();
    assert!(!settings.privacy.mask && settings.import.model.is_none());
    let settings = from_file(
        "[privacy]\nmask = true\n[retention]\nunflagged.recording_days = 30\nunflagged.data_days = 90\nappealed = { data_days = 3650 }\n\
         [import]\nmodel = 'ggml-small.bin'",
    )
    .unwrap();
    assert!(settings.privacy.mask);
    let days = |class: callcue::config::ClassRetention| (class.recording_days, class.data_days);
    let retention = settings.retention;
    assert_eq!(
        [retention.unflagged, retention.flagged, retention.appealed].map(days),
        [(30, 90), (0, 0), (0, 3_650)]
    );
    assert_eq!(settings.import.model.as_deref(), Some(Path::new("/etc/callcue/ggml-small.bin")));
    for wrong in
        ["[retention]\nflagged.data_days = 36501", "[retention]\nopen.data_days = 1", "[privacy]\nmask = 1"]
    {
        assert!(from_file(wrong).is_err(), "{wrong}");
    }
}
