use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callcue::access::{Actor, Identity, IdentityError, IdentityProvider, Pending, Secret};
use callcue::floor::PeopleParts;
use callcue::store::{AuditQuery, PeopleStore, Role};
use serde_json::json;

use crate::support::floor::{Disk, TestFloor, brisk};
use crate::support::station::Reply;

/// A provider that knows one person.
#[derive(Default)]
struct Company {
    is_down: AtomicBool,
}

impl IdentityProvider for Company {
    fn label(&self) -> &str {
        "企业账号登录"
    }

    fn begin(&self) -> Result<(String, Pending), IdentityError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(IdentityError::Unavailable("down".to_owned()));
        }
        let secret = || Secret::random().unwrap();
        let pending = Pending { state: secret(), nonce: secret(), verifier: secret() };
        Ok((format!("https://login.example.com/?state={}", pending.state.reveal()), pending))
    }

    fn finish(&self, _: &Pending, code: &str) -> Result<Identity, IdentityError> {
        match code {
            "right" => Ok(Identity { subject: "sub-1".into(), user_name: Some("wang.fang".into()) }),
            "sly" => Ok(Identity { subject: "name:wang.fang".into(), user_name: None }),
            _ => Err(IdentityError::Untrusted("no such code".to_owned())),
        }
    }
}

async fn start(folder: &std::path::Path, company: &Arc<Company>) -> TestFloor {
    let people = PeopleParts { identity: Some(company.clone()), ..PeopleParts::default() };
    TestFloor::start_with_people(Disk::open(folder), brisk(), people).await
}

/// State and cookie of a log-in that has begun.
async fn begin(floor: &TestFloor) -> (String, String) {
    let reply = floor.request("GET", "/api/oidc/start", &[], b"").await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let state = header(&reply, "location: ").split_once("state=").unwrap().1.to_owned();
    let cookie = header(&reply, "set-cookie: ");
    assert!(
        cookie.contains("httponly") && cookie.contains("samesite=lax") && cookie.contains("path=/api/oidc")
    );
    (state, cookie.split(';').next().unwrap().to_owned())
}

async fn back(floor: &TestFloor, query: &str, cookie: &str) -> Reply {
    floor.request("GET", &format!("/api/oidc/callback?{query}"), &[("Cookie", cookie)], b"").await
}

fn header<'r>(reply: &'r Reply, start: &str) -> &'r str {
    reply.head.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_else(|| panic!("{}", reply.head))
}

fn session(reply: &Reply) -> Option<String> {
    let start = "set-cookie: callcue_session=";
    let cookie = reply.head.lines().find_map(|line| line.strip_prefix(start))?;
    Some(format!("callcue_session={}", cookie.split(';').next().unwrap()))
}

#[tokio::test]
async fn whom_an_administrator_has_linked_comes_in_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let company = Arc::new(Company::default());
    let floor = start(folder.path(), &company).await;
    assert_eq!(
        floor.get("/api/login", "").await.1,
        json!({"password": true, "oidc": {"label": "企业账号登录"}})
    );
    let (state, cookie) = begin(&floor).await;
    let unknown = back(&floor, &format!("code=right&state={state}"), &cookie).await;
    assert_eq!((unknown.status, header(&unknown, "location: ")), (303, "/floor#sign-on=not_linked"));
    assert!(session(&unknown).is_none());
    assert!(floor.disk.users().unwrap().is_empty(), "nobody is made");

    floor.log_in("wang", Role::Lead, &["一组"]);
    let link =
        |subject: &str| floor.accounts.link_subject(&Actor::console(), "wang", subject, floor.now()).unwrap();
    link("name:wang.fang");
    let (state, cookie) = begin(&floor).await;
    let sly = back(&floor, &format!("code=sly&state={state}"), &cookie).await;
    assert!(session(&sly).is_none(), "a subject is no administrator's word");
    let (state, cookie) = begin(&floor).await;
    let linked = back(&floor, &format!("code=right&state={state}"), &cookie).await;
    assert_eq!(header(&linked, "location: "), "/floor");
    let (status, me) = floor.get("/api/me", &session(&linked).unwrap()).await;
    assert_eq!((status, &me["name"]), (200, &json!("wang")));
    assert_eq!(floor.disk.user("wang").unwrap().unwrap().oidc_subject, "sub-1", "from now on by subject");
    let disk = floor.disk.clone();
    floor.stop().await;
    let trail = disk.audit_trail(&AuditQuery { limit: 100, ..AuditQuery::default() }).unwrap();
    let refused =
        trail.iter().find(|line| line.act == "login_refused" && line.detail.contains("sub-1")).unwrap();
    assert!(refused.detail.contains("wang.fang"), "to link by: {}", refused.detail);
}

#[tokio::test]
async fn a_log_in_belongs_to_the_browser_that_began_it_and_is_used_once() {
    let folder = tempfile::tempdir().unwrap();
    let company = Arc::new(Company::default());
    let floor = start(folder.path(), &company).await;
    floor.log_in("wang", Role::Lead, &["一组"]);
    floor.accounts.link_subject(&Actor::console(), "wang", "sub-1", floor.now()).unwrap();
    let (state, cookie) = begin(&floor).await;
    let (other_state, other_cookie) = begin(&floor).await;
    let right = format!("code=right&state={state}");
    for (query, with) in [
        (right.as_str(), ""),
        (right.as_str(), other_cookie.as_str()),
        ("code=right&state=", cookie.as_str()),
        ("code=right", cookie.as_str()),
        ("", cookie.as_str()),
        (&format!("code=right&state={}", "0".repeat(64)), cookie.as_str()),
    ] {
        let reply = back(&floor, query, with).await;
        assert_eq!(header(&reply, "location: "), "/floor#sign-on=expired", "{query} with {with:?}");
        assert!(session(&reply).is_none());
    }
    assert!(session(&back(&floor, &right, &cookie).await).is_some());
    let again = back(&floor, &right, &cookie).await;
    assert_eq!(header(&again, "location: "), "/floor#sign-on=expired", "each counts once");
    let refused = back(&floor, &format!("error=access_denied&state={other_state}"), &other_cookie).await;
    assert_eq!(header(&refused, "location: "), "/floor#sign-on=refused");
    let (state, cookie) = begin(&floor).await;
    floor.clock.advance(10 * 60 * 1_000);
    let late = back(&floor, &format!("code=right&state={state}"), &cookie).await;
    assert_eq!(header(&late, "location: "), "/floor#sign-on=expired");
    let (state, cookie) = begin(&floor).await;
    let wrong = back(&floor, &format!("code=wrong&state={state}"), &cookie).await;
    assert_eq!(header(&wrong, "location: "), "/floor#sign-on=unavailable");
    company.is_down.store(true, Ordering::SeqCst);
    assert_eq!(floor.request("GET", "/api/oidc/start", &[], b"").await.status, 502);
    floor.stop().await;
}

#[tokio::test]
async fn without_a_provider_there_is_no_such_way() {
    let folder = tempfile::tempdir().unwrap();
    let floor = TestFloor::start(folder.path()).await;
    assert_eq!(floor.get("/api/login", "").await.1, json!({"password": true, "oidc": null}));
    for path in ["/api/oidc/start", "/api/oidc/callback?code=x&state=y"] {
        assert_eq!(floor.request("GET", path, &[], b"").await.status, 404, "{path}");
    }
    floor.stop().await;
}
