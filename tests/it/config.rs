//! Which setting wins, and how a mistake in the file is told.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use callcue::config::{ConfigError, ConfigFile, Environment, Flags, Settings, config_path, load, resolve};
use callcue::uplink::TokenSource;

fn home() -> Environment {
    Environment { home: Some("/home/li".into()), ..Environment::default() }
}

fn from_file(text: &str) -> Result<Settings, ConfigError> {
    let file = ConfigFile { path: Path::new("/etc/callcue/callcue.toml"), bytes: text.as_bytes() };
    resolve(&Flags::default(), &home(), Some(file))
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::read(|name| {
        variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
    })
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let file = ConfigFile {
        path: Path::new("/etc/callcue.toml"),
        bytes: b"data = '/file'\n[log]\nfilter = 'error'",
    };
    let env = Environment { data: Some("/env".into()), log: Some("warn".to_owned()), ..home() };
    let flags = Flags { data: Some("/flag".into()), log: Some("debug".to_owned()), config: None };
    let none = Flags::default();
    let cases = [
        (&flags, &env, Some(file), "/flag", "debug"),
        (&none, &env, Some(file), "/env", "warn"),
        (&none, &home(), Some(file), "/file", "error"),
        (&none, &home(), None, "/home/li/.local/share/callcue", "info"),
    ];
    for (flags, env, file, data, filter) in cases {
        let settings = resolve(flags, env, file).unwrap();
        assert_eq!((settings.data.as_path(), settings.log.filter.as_str()), (Path::new(data), filter));
        assert_eq!(settings.record.folder, Path::new(data).join("calls"));
    }
}

#[test]
fn the_file_is_found_where_it_is_named() {
    let path = |flags: &Flags, env: &Environment| {
        config_path(flags, env).map(|place| (place.path.display().to_string(), place.required))
    };
    let flags = Flags { config: Some("/flag.toml".into()), ..Flags::default() };
    let none = Flags::default();
    let env = environment(&[("CALLCUE_CONFIG", "/env.toml"), ("HOME", "/home/li")]);
    assert_eq!(path(&flags, &env), Some(("/flag.toml".to_owned(), true)));
    assert_eq!(path(&none, &env), Some(("/env.toml".to_owned(), true)));
    assert_eq!(path(&none, &home()), Some(("/home/li/.config/callcue/callcue.toml".to_owned(), false)));
    let xdg = environment(&[("XDG_CONFIG_HOME", "/xdg"), ("HOME", "/home/li"), ("CALLCUE_CONFIG", "")]);
    assert_eq!(path(&none, &xdg), Some(("/xdg/callcue/callcue.toml".to_owned(), false)));
    assert_eq!(path(&none, &Environment::default()), None);
}

#[test]
fn data_goes_where_the_system_wants_it() {
    let data = |variables: &[(&str, &str)]| {
        resolve(&Flags::default(), &environment(variables), None).map(|s| s.data)
    };
    assert_eq!(data(&[("XDG_DATA_HOME", "/xdg"), ("HOME", "/h")]).unwrap(), Path::new("/xdg/callcue"));
    assert_eq!(
        data(&[("XDG_DATA_HOME", "relative"), ("HOME", "/h")]).unwrap(),
        Path::new("/h/.local/share/callcue")
    );
    let error = data(&[]).unwrap_err();
    assert!(matches!(error, ConfigError::NoDataFolder));
    assert!(error.to_string().contains("CALLCUE_DATA"), "{error}");
    assert_eq!(data(&[("CALLCUE_DATA", "/d")]).unwrap(), Path::new("/d"));
}

#[test]
fn every_setting_is_read() {
    let settings = from_file(
        r#"
        agent = "0815"
        company = "中铁物流集团"
        data = "~/calls"
        [station]
        listen = "[::1]:0"
        open_browser = false
        auto_start = { enabled = true, after_speech_ms = 200, end_after_quiet_s = 3600 }
        [record]
        enabled = false
        folder = "records"
        keep_days = 0
        [script]
        path = "../script.toml"
        assessment = "points.toml"
        [log]
        filter = "callcue::capture=debug,warn"
        [floor]
        url = "wss://floor.example:7979/"
        token_file = "floor.token"
        ca_file = "~/ca.pem"
        "#,
    )
    .unwrap();
    let floor = settings.floor.as_ref().unwrap();
    assert_eq!(floor.url.to_string(), "wss://floor.example:7979");
    assert_eq!(floor.token, TokenSource::File("/etc/callcue/floor.token".into()));
    assert_eq!(floor.ca_file, Some(PathBuf::from("/home/li/ca.pem")));
    assert_eq!(settings.agent.as_ref().map(|agent| agent.as_str()), Some("0815"));
    assert_eq!(settings.company.as_deref(), Some("中铁物流集团"));
    assert_eq!(settings.data, Path::new("/home/li/calls"));
    assert_eq!(settings.station.listen.socket().to_string(), "[::1]:0");
    assert!(!settings.station.open_browser);
    let auto = &settings.station.auto_start;
    assert_eq!((auto.enabled, auto.after_speech_ms, auto.end_after_quiet_s), (true, 200, 3_600));
    assert!(!settings.record.enabled);
    assert_eq!(settings.record.folder, Path::new("/etc/callcue/records"));
    assert_eq!(settings.record.keep_days, 0);
    assert_eq!(settings.script.path, Some(PathBuf::from("/etc/callcue/../script.toml")));
    assert_eq!(settings.script.assessment, Some(PathBuf::from("/etc/callcue/points.toml")));
    assert_eq!(settings.log.filter.as_str(), "callcue::capture=debug,warn");
}

#[test]
fn mistakes_are_told_with_line_and_column() {
    let cases = [
        ("agnet = '1'", "1:1: unknown field `agnet`, expected one of"),
        (
            "[floor]\nurl = 'https://f'\ntoken = 'x'",
            "2:7: \"https://f\" is no address of a floor; write it like",
        ),
        (
            "[floor]\nurl = 'ws://10.0.0.7'\ntoken = 'x'",
            "2:7: \"ws://10.0.0.7\" would send calls and the token in the clear",
        ),
        ("[floor]\nurl = 'wss://f:0'\ntoken = 'x'", "2:7: \"wss://f:0\" is no address"),
        ("[floor]\nurl = 'wss://f'\ntoken = 'se cret'", "3:9: this is no token"),
        ("[floor]\nurl = 'wss://f'", "1:1: the floor wants a token"),
        ("[floor]\nurl = 'wss://f'\ntoken = 'x'\ntoken_file = 'y'", "1:1: both token and token_file are set"),
        ("[floor]\nurl = 'wss://f'\ntokn = 'x'", "3:1: unknown field `tokn`"),
        ("agent = 1024", "1:9: invalid type: integer `1024`, expected an agent number in quotes"),
        ("agent = '10 24'", "1:9: \"10 24\" is no agent number"),
        ("[station]\nlisten = \"0.0.0.0:80\"", "2:10: \"0.0.0.0:80\" can be reached from other machines"),
        ("[station]\nlisten = 'localhost:80'", "2:10: \"localhost:80\" is no address with a port; write it"),
        ("[station]\nlisten = 7878", "2:10: invalid type: integer `7878`, expected an address in quotes"),
        (
            "[station.auto_start]\nafter_speech_ms = 199",
            "2:19: invalid value: integer `199`, expected a whole number from 200",
        ),
        ("[record]\nkeep_days = -1", "2:13: invalid value: integer `-1`, expected a whole number from 0"),
        ("[record]\nkeep_days = 1\nkeep_days = 2", "3:1: duplicate key"),
        ("[log]\nfilter = 'callcue=loud'", "2:10: \"callcue=loud\" is no log filter"),
        ("[recrod]", "1:2: unknown field `recrod`"),
        ("company = '中铁' oops", "1:16: "),
        ("company = \"中", "1:13: "),
    ];
    for (text, expected) in cases {
        let line = from_file(text).unwrap_err().to_string();
        let expected = format!("/etc/callcue/callcue.toml:{expected}");
        assert!(line.starts_with(&expected), "{text:?}: {line:?}");
        assert!(!line.contains('\n'), "{line:?}");
    }
    let file = ConfigFile { path: Path::new("c.toml"), bytes: b"# \xe4\xb8\xad\ncompany = '\xff'" };
    let error = resolve(&Flags::default(), &home(), Some(file)).unwrap_err();
    assert_eq!(error.to_string(), "c.toml:2:12: this is not UTF-8; save the file as UTF-8");
}

#[test]
fn mistakes_outside_the_file_name_their_source() {
    let env = Environment { log: Some("callcue=loud".to_owned()), ..home() };
    let error = resolve(&Flags::default(), &env, None).unwrap_err().to_string();
    assert!(error.starts_with("CALLCUE_LOG: \"callcue=loud\" is no log filter"), "{error}");
}

#[test]
fn a_named_file_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("callcue.toml");
    let env = Environment { home: Some(folder.path().to_owned()), ..Environment::default() };
    assert_eq!(load(&Flags::default(), &env).unwrap().record.keep_days, 90);
    let flags = Flags { config: Some(path.clone()), ..Flags::default() };
    let error = load(&flags, &env).unwrap_err().to_string();
    assert!(error.contains("callcue.toml: the configuration named by --config cannot be read"), "{error}");
    fs::write(&path, "record.keep_days = 7").unwrap();
    assert_eq!(load(&flags, &env).unwrap().record.keep_days, 7);
}

#[test]
fn the_sample_holds_every_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/callcue.toml");
    let sample = fs::read_to_string(&path).unwrap();
    assert_eq!(toml::from_str::<Settings>(&sample).unwrap(), Settings::default());
    // "# " is prose, "#" alone hides a setting at its default.
    let shown = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting.to_owned(),
        _ => line.to_owned(),
    };
    let uncommented: String = sample.lines().map(|line| shown(line) + "\n").collect();
    assert_eq!(toml::from_str::<Settings>(&uncommented).unwrap(), Settings::default());
    let settings = uncommented.parse::<toml::Table>().unwrap();
    assert_eq!(settings["record"].as_table().unwrap().len(), 3);
    assert_eq!(settings["station"].as_table().unwrap().len(), 3);
}
