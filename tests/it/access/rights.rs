use callcue::access::{Act, On, Reach, Scope, may, reach, scope};
use callcue::store::{Role, UserRow};

const ROLES: [Role; 5] = [Role::Agent, Role::Lead, Role::Reviewer, Role::ScriptOwner, Role::Administrator];

/// What the company asked for, written down a second time.
const WANTED: &str = "
    act              agent  lead   reviewer  script_owner  administrator
    WatchFloor       -      teams  -         -             all
    SeeCall          own    teams  teams     -             all
    ReadTranscript   own    teams  teams     -             all
    HearRecording    own    teams  teams     -             all
    ListenIn         -      teams  -         -             all
    Coach            -      teams  -         -             all
    SettleAlert      -      teams  -         -             all
    Judge            -      -      teams     -             all
    Appeal           own    -      -         -             all
    SeeScores        own    teams  teams     -             all
    EnterPoints      -      teams  -         -             all
    SeeQuality       -      -      all       all           all
    ImportCalls      -      -      -         -             all
    ManagePrivacy    -      -      -         -             all
    ReadScript       all    all    all       all           all
    ChangeScript     -      -      -         all           all
    ManageUsers      -      -      -         -             all
    ManageStations   -      -      -         -             all
    ReadAudit        -      -      -         -             all
";

fn user(role: Role) -> UserRow {
    UserRow {
        name: "u".into(),
        full_name: String::new(),
        role,
        teams: if role == Role::Agent { vec![] } else { vec!["A".into(), "B".into()] },
        agent: (role == Role::Agent).then(|| "1024".into()),
        password_hash: String::new(),
        must_change: false,
        oidc_subject: String::new(),
        disabled: false,
    }
}

#[test]
fn the_table_is_what_was_asked_for() {
    let mut lines = WANTED.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1);
    for act in Act::ALL {
        let cells: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
        assert_eq!(cells[0], format!("{act:?}"));
        for (role, cell) in ROLES.into_iter().zip(&cells[1..]) {
            let wanted = match *cell {
                "-" => Reach::Nothing,
                "own" => Reach::Own,
                "teams" => Reach::Teams,
                "all" => Reach::All,
                other => panic!("{other}"),
            };
            assert_eq!(reach(role, act), wanted, "{role:?} {act:?}");
        }
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn every_right_stops_where_the_table_says() {
    let calls = [("A", "1024"), ("B", "2048"), ("C", "1024"), ("C", "4096"), ("", "")];
    for role in ROLES {
        let user = user(role);
        for act in Act::ALL {
            let reach = reach(role, act);
            assert_eq!(may(&user, act, On::Whole), reach != Reach::Nothing, "{role:?} {act:?}");
            for (team, agent) in calls {
                let wanted = match reach {
                    Reach::Nothing => false,
                    Reach::Own => agent == "1024",
                    Reach::Teams => team == "A" || team == "B",
                    Reach::All => true,
                };
                assert_eq!(
                    may(&user, act, On::Call { team, agent }),
                    wanted,
                    "{role:?} {act:?} {team:?} {agent:?}"
                );
            }
        }
    }
}

#[test]
fn nobody_may_anything_before_a_one_time_password_is_changed_or_when_disabled() {
    for role in ROLES {
        let changing = UserRow { must_change: true, ..user(role) };
        let disabled = UserRow { disabled: true, ..user(role) };
        for act in Act::ALL {
            for user in [&changing, &disabled] {
                assert!(!may(user, act, On::Whole) && !may(user, act, On::Call { team: "A", agent: "1024" }));
                assert_eq!(scope(user, act), Scope::Nothing);
            }
        }
    }
}

#[test]
fn a_role_without_its_team_or_number_sees_nothing() {
    for empty in [None, Some(String::new())] {
        let agent = UserRow { agent: empty, ..user(Role::Agent) };
        for on in [On::Whole, On::Call { team: "A", agent: "" }, On::Call { team: "A", agent: "1024" }] {
            assert!(!may(&agent, Act::SeeCall, on), "{on:?}");
        }
    }
    for role in [Role::Lead, Role::Reviewer] {
        let nobody = UserRow { teams: vec![], ..user(role) };
        for on in [On::Whole, On::Call { team: "A", agent: "1024" }, On::Call { team: "", agent: "1024" }] {
            assert!(!may(&nobody, Act::SeeCall, on), "{on:?}");
        }
    }
}
