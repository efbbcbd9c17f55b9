use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use callcue::access::{
    AccessError, Accounts, Actor, AuditTrail, LoggedIn, Now, PasswordCost, PasswordHashes, SessionLimits,
    StationDraft, UserDraft, WeakPassword, audit_queue,
};
use callcue::store::sqlite::SqliteStore;
use callcue::store::{AuditEntry, AuditQuery, Role, Store};

const HOUR: i64 = 3_600_000;
const NEW: &str = "红灯停绿灯行黄灯要等一等";

struct Desk {
    store: Arc<dyn Store>,
    accounts: Accounts,
    writer: Option<callcue::access::AuditWriter>,
    now: Now,
}

impl Desk {
    fn open(folder: &Path) -> Self {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory(folder).unwrap());
        let (audit, writer) = audit_queue();
        let accounts = accounts(&store, audit);
        Self { store, accounts, writer: Some(writer), now: Now { wall_ms: 1_795_752_000_000, steady_ms: 0 } }
    }

    fn add(&self, name: &str, role: Role, teams: &[&str]) -> String {
        let secret = self.accounts.add_user(&Actor::console(), name, &draft(role, teams), self.now).unwrap();
        secret.reveal().to_owned()
    }

    fn log_in(&self, name: &str, password: &str) -> Result<LoggedIn, AccessError> {
        self.accounts.log_in(name, password, home(), self.now)
    }

    /// Somebody with a password of the own.
    fn settled(&self, name: &str, role: Role) -> LoggedIn {
        let first = self.log_in(name, &self.add(name, role, &["A"])).unwrap();
        self.accounts.change_password(&first.session, &self.again(name), NEW, home(), self.now).unwrap()
    }

    fn again(&self, name: &str) -> String {
        self.accounts.reset_password(&Actor::console(), name, self.now).unwrap().reveal().to_owned()
    }

    fn is_good(&self, cookie: &str) -> bool {
        self.accounts.session(cookie, self.now).unwrap().is_some()
    }

    fn later(&mut self, ms: i64) {
        self.now.wall_ms += ms;
        self.now.steady_ms += ms.unsigned_abs();
    }

    /// The trail, oldest first.
    fn trail(mut self) -> Vec<AuditEntry> {
        drop(self.accounts);
        self.writer.take().unwrap().run(|lines| self.store.audit(lines));
        let mut lines =
            self.store.audit_trail(&AuditQuery { limit: 1_000, ..AuditQuery::default() }).unwrap();
        lines.reverse();
        lines
    }
}

fn accounts(store: &Arc<dyn Store>, audit: AuditTrail) -> Accounts {
    let hashes = PasswordHashes::new(PasswordCost { memory_kib: 8, passes: 1 }).unwrap();
    Accounts::new(Arc::clone(store), audit, hashes, SessionLimits::default())
}

fn draft(role: Role, teams: &[&str]) -> UserDraft {
    UserDraft {
        full_name: "王芳".into(),
        role,
        teams: teams.iter().map(|team| (*team).to_owned()).collect(),
        agent: (role == Role::Agent).then(|| "1024".into()),
        disabled: false,
    }
}

fn home() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

#[test]
fn the_first_start_makes_an_administrator_and_the_second_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path());
    let password = desk.accounts.first_administrator(desk.now).unwrap().unwrap();
    assert!(desk.accounts.first_administrator(desk.now).unwrap().is_none());
    let entered = desk.log_in(" Admin ", password.reveal()).unwrap();
    assert!(entered.session.user.must_change);
    assert_eq!(entered.session.user.role, Role::Administrator);
    let kept = desk.store.user("admin").unwrap().unwrap();
    assert!(!kept.password_hash.contains(password.reveal()));
    let told = format!("{:?}", desk.trail());
    assert!(!told.contains(password.reveal()), "the trail holds no secret");
}

#[test]
fn nobody_wrong_disabled_and_empty_get_the_same_answer() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path());
    let password = desk.add("wang", Role::Lead, &["A"]);
    let gone = desk.add("gone", Role::Lead, &["A"]);
    let disabled = UserDraft { disabled: true, ..draft(Role::Lead, &["A"]) };
    desk.accounts.change_user(&Actor::console(), "gone", &disabled, desk.now).unwrap();
    for (name, password) in [
        ("wang", "wrong"),
        ("wang", ""),
        ("nobody", password.as_str()),
        ("gone", gone.as_str()),
        ("", ""),
        ("../../etc/passwd", "x"),
        ("wang\0", password.as_str()),
        ("' OR 1=1 --", "x"),
    ] {
        let refused = desk.log_in(name, password).unwrap_err();
        assert!(matches!(refused, AccessError::Wrong), "{name:?} {password:?}: {refused}");
        assert_eq!(refused.zh(), "登录名或密码不对");
    }
    desk.log_in("wang", &password).unwrap();
    let refused: Vec<_> = desk.trail().into_iter().filter(|line| line.act == "login_refused").collect();
    assert_eq!(refused.len(), 8);
    let names: Vec<&str> = refused.iter().map(|line| line.object.as_str()).collect();
    assert_eq!(names, ["wang", "wang", "", "gone", "", "", "", ""], "what is no name is not written down");
    assert!(refused.iter().all(|line| line.who == "-" && line.from == "192.0.2.1"));
}

#[test]
fn guessing_waits_and_so_does_the_owner_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(folder.path());
    let password = desk.add("wang", Role::Lead, &["A"]);
    for _ in 0..5 {
        assert!(matches!(desk.log_in("wang", "guess"), Err(AccessError::Wrong)));
    }
    let refused = desk.log_in("wang", &password).unwrap_err();
    assert!(matches!(refused, AccessError::Wait { wait_ms: 1_000, .. }), "{refused}");
    assert_eq!(refused.zh(), "尝试次数过多，请 1 秒后再试");
    // Another name waits as little as before, whether it exists or not; so nothing is learnt from the waiting.
    assert!(matches!(desk.log_in("nobody", "guess"), Err(AccessError::Wrong)));
    desk.later(1_000);
    desk.log_in("wang", &password).unwrap();
    desk.log_in("wang", "guess").unwrap_err();
    desk.log_in("wang", &password).unwrap();
}

#[test]
fn a_one_time_password_lets_its_owner_do_nothing_but_change_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path());
    let password = desk.add("wang", Role::Lead, &["A"]);
    let LoggedIn { cookie, session } = desk.log_in("wang", &password).unwrap();
    let change = |old: &str, new: &str| desk.accounts.change_password(&session, old, new, home(), desk.now);
    assert!(matches!(change("wrong", NEW), Err(AccessError::Wrong)));
    assert!(matches!(change(&password, "short"), Err(AccessError::Weak(WeakPassword::Short))));
    assert!(matches!(change(&password, &password), Err(AccessError::Weak(WeakPassword::Unchanged))));
    let changed = change(&password, NEW).unwrap();
    assert!(!changed.session.user.must_change);
    assert!(!desk.is_good(cookie.reveal()), "the old session is over");
    assert!(desk.is_good(changed.cookie.reveal()));
    assert!(matches!(desk.log_in("wang", &password), Err(AccessError::Wrong)));
    desk.log_in("wang", NEW).unwrap();
}

#[test]
fn a_session_ends_by_idleness_by_age_and_by_logging_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(folder.path());
    let idle = desk.settled("idle", Role::Lead).cookie;
    desk.later(HOUR - 1);
    assert!(desk.is_good(idle.reveal()));
    desk.later(HOUR - 1);
    assert!(desk.is_good(idle.reveal()), "each request counts");
    desk.later(HOUR);
    assert!(!desk.is_good(idle.reveal()));

    let busy = desk.settled("busy", Role::Lead).cookie;
    for _ in 0..23 {
        desk.later(HOUR / 2);
        assert!(desk.is_good(busy.reveal()));
    }
    desk.later(HOUR / 2);
    assert!(!desk.is_good(busy.reveal()), "twelve hours are the end");

    let out = desk.settled("out", Role::Lead);
    desk.accounts.log_out(&out.session, home(), desk.now).unwrap();
    assert!(!desk.is_good(out.cookie.reveal()));
    for wrong in ["", "0", &"f".repeat(64), &out.session.token_sha256] {
        assert!(!desk.is_good(wrong), "{wrong:?}; the kept hash opens nothing");
    }
}

#[test]
fn a_clock_set_back_lengthens_no_session_by_more_than_the_idle_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(folder.path());
    let entered = desk.settled("wang", Role::Lead);
    desk.now.wall_ms -= HOUR / 2;
    assert!(desk.is_good(entered.cookie.reveal()), "a correction throws nobody out");
    desk.now.wall_ms -= 2 * HOUR;
    assert!(!desk.is_good(entered.cookie.reveal()));
}

#[test]
fn whoever_is_disabled_or_loses_a_role_is_out_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path());
    let (console, lead) = (Actor::console(), draft(Role::Lead, &["A"]));
    let wang = desk.settled("wang", Role::Lead).cookie;
    desk.accounts
        .change_user(&console, "wang", &UserDraft { full_name: "王方".into(), ..lead.clone() }, desk.now)
        .unwrap();
    assert!(desk.is_good(wang.reveal()), "a new name changes no right");
    desk.accounts
        .change_user(&console, "wang", &UserDraft { teams: vec!["B".into()], ..lead.clone() }, desk.now)
        .unwrap();
    assert!(!desk.is_good(wang.reveal()));
    let again = desk.log_in("wang", NEW).unwrap().cookie;
    desk.accounts.change_user(&console, "wang", &UserDraft { disabled: true, ..lead }, desk.now).unwrap();
    assert!(!desk.is_good(again.reveal()));
    let reset = desk.settled("li", Role::Lead).cookie;
    desk.again("li");
    assert!(!desk.is_good(reset.reveal()), "a password given by somebody else ends the sessions");
}

#[test]
fn the_last_administrator_stays() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path());
    let console = Actor::console();
    desk.accounts.first_administrator(desk.now).unwrap();
    let disabled = UserDraft { disabled: true, ..draft(Role::Administrator, &[]) };
    for worse in [&disabled, &draft(Role::Lead, &["A"])] {
        let refused = desk.accounts.change_user(&console, "admin", worse, desk.now).unwrap_err();
        assert!(matches!(refused, AccessError::Invalid { .. }), "{refused}");
    }
    desk.add("second", Role::Administrator, &[]);
    desk.accounts.change_user(&console, "admin", &disabled, desk.now).unwrap();
}

#[test]
fn names_that_could_be_mistaken_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path());
    let add =
        |name: &str| desk.accounts.add_user(&Actor::console(), name, &draft(Role::Lead, &["A"]), desk.now);
    for name in [
        "",
        " ",
        "-",
        "console",
        "a b",
        "a/b",
        "..",
        "../x",
        "a\0",
        "station:x",
        "<b>",
        "a\"b",
        &"x".repeat(65),
    ] {
        assert!(matches!(add(name), Err(AccessError::Invalid { .. })), "{name:?}");
    }
    add("Wang.Fang@example").unwrap();
    assert!(matches!(add("wang.fang@EXAMPLE"), Err(AccessError::Taken(_))), "capitals make no other name");
    add("王芳").unwrap();
    let bad = UserDraft { teams: vec!["<script>".into()], ..draft(Role::Lead, &[]) };
    assert!(desk.accounts.add_user(&Actor::console(), "x", &bad, desk.now).is_err());
    let numberless = UserDraft { agent: None, ..draft(Role::Agent, &[]) };
    assert!(desk.accounts.add_user(&Actor::console(), "x", &numberless, desk.now).is_err());
}

#[test]
fn a_station_comes_in_by_its_newest_token_only() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path());
    let console = Actor::console();
    let draft = StationDraft {
        name: "Desk-07".into(),
        agent: "1024".into(),
        agent_name: "王芳".into(),
        team: "A".into(),
    };
    let first = desk.accounts.enrol(&console, &draft, desk.now).unwrap();
    let found = desk.accounts.station_of(first.token.reveal()).unwrap().unwrap();
    assert_eq!((found.station, found.enrolled.name.as_str()), (first.station.station, "desk-07"));
    let second = desk.accounts.enrol(&console, &draft, desk.now).unwrap();
    assert_eq!(second.station.station, first.station.station, "the same station");
    assert!(desk.accounts.station_of(first.token.reveal()).unwrap().is_none());
    assert!(desk.accounts.station_of(second.token.reveal()).unwrap().is_some());
    for wrong in ["", "0", &found.enrolled.token_sha256, &second.token.sha256()] {
        assert!(desk.accounts.station_of(wrong).unwrap().is_none(), "{wrong:?}");
    }
    desk.accounts.revoke(&console, "desk-07", desk.now).unwrap();
    assert!(desk.accounts.station_of(second.token.reveal()).unwrap().is_none());
    assert!(matches!(desk.accounts.revoke(&console, "desk-08", desk.now), Err(AccessError::Missing(_))));
    for (name, agent, team) in [("../x", "1", "A"), ("a", "", "A"), ("a", "1 2", "A"), ("a", "1", " ")] {
        let draft = StationDraft {
            name: name.into(),
            agent: agent.into(),
            agent_name: String::new(),
            team: team.into(),
        };
        assert!(
            matches!(desk.accounts.enrol(&console, &draft, desk.now), Err(AccessError::Invalid { .. })),
            "{draft:?}"
        );
    }
    let trail = desk.trail();
    let acts: Vec<_> =
        trail.iter().map(|line| (line.who.as_str(), line.act.as_str(), line.object.as_str())).collect();
    assert_eq!(
        acts,
        [
            ("console", "station_enrolled", "desk-07"),
            ("console", "station_enrolled", "desk-07"),
            ("console", "station_revoked", "desk-07"),
        ]
    );
    assert!(!format!("{trail:?}").contains(second.token.reveal()));
}

#[test]
fn a_subject_belongs_to_one_user() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path());
    desk.add("wang", Role::Lead, &["A"]);
    desk.add("li", Role::Lead, &["A"]);
    let link =
        |name: &str, subject: &str| desk.accounts.link_subject(&Actor::console(), name, subject, desk.now);
    link("wang", "sub-1").unwrap();
    assert!(matches!(link("li", "sub-1"), Err(AccessError::Taken(_))));
    link("wang", "").unwrap();
    link("li", "sub-1").unwrap();
    assert_eq!(desk.store.user_by_oidc("sub-1").unwrap().unwrap().name, "li");
    assert_eq!(desk.store.user_by_oidc("").unwrap(), None);
}
