use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, http};
use serde::{Deserialize, Serialize};

use super::body::Body;
use crate::access::{AccessError, Act, LoggedIn, On, PASSWORD_RULES, may};
use crate::floor::house::House;
use crate::floor::visitor::{SESSION_COOKIE, Visitor, sender};
use crate::http::Fault;
use crate::store::{Role, UserRow};

/// Who is logged in, as the pages get it.
#[derive(Debug, Serialize)]
struct Me {
    name: String,
    full_name: String,
    role: Role,
    teams: Vec<String>,
    agent: Option<String>,
    /// Nothing else is possible before the password is changed.
    must_change: bool,
    /// What this user may do, somewhere.
    may: Vec<Act>,
    /// For whoever must think of a password.
    password_rules: &'static str,
}

impl Me {
    fn of(user: UserRow) -> Self {
        let may = Act::ALL.into_iter().filter(|act| may(&user, *act, On::Whole)).collect();
        let UserRow { name, full_name, role, teams, agent, must_change, .. } = user;
        Self { name, full_name, role, teams, agent, must_change, may, password_rules: PASSWORD_RULES }
    }
}

/// Address of who asks.
pub(super) struct From(pub(super) IpAddr);

impl FromRequestParts<Arc<House>> for From {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Fault> {
        sender(parts, house).map(Self)
    }
}

/// `POST /api/login`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogIn {
    name: String,
    password: String,
}

/// `POST /api/password`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    old: String,
    new: String,
}

/// A session that the browser had before is over: nobody goes on with it.
pub(super) async fn log_in(
    State(house): State<Arc<House>>,
    before: Option<Visitor>,
    From(from): From,
    Body(LogIn { name, password }): Body<LogIn>,
) -> Result<Response, Fault> {
    let turn = house.log_ins.turn().await?;
    let logged_in = house
        .blocking(move |house| {
            // Held by the thread: a request that is cut off meanwhile makes no room for the next.
            let _turn = turn;
            let now = house.clock.now();
            let logged_in = house.accounts.log_in(&name, &password, from, now);
            if let (Ok(_), Some(before)) = (&logged_in, before) {
                house.accounts.log_out(&before.session, from, now)?;
            }
            Ok(logged_in)
        })
        .await?;
    if logged_in.is_err() {
        house.counts.log_ins_refused.add(1);
    }
    Ok(entered(&house, logged_in, StatusCode::UNAUTHORIZED, "登录名或密码不对"))
}

pub(super) async fn change_password(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Body(ChangePassword { old, new }): Body<ChangePassword>,
) -> Result<Response, Fault> {
    let turn = house.log_ins.turn().await?;
    let changed = house
        .blocking(move |house| {
            let _turn = turn;
            let Visitor { session, from, .. } = visitor;
            Ok(house.accounts.change_password(&session, &old, &new, from, house.clock.now()))
        })
        .await?;
    Ok(entered(&house, changed, StatusCode::FORBIDDEN, "原密码不对"))
}

/// Gives the browser its cookie, or says why not.
fn entered(house: &House, answer: Result<LoggedIn, AccessError>, wrong: StatusCode, zh: &str) -> Response {
    let error = match answer {
        Ok(LoggedIn { cookie, session }) => {
            let cookie = cookie_header(cookie.reveal(), None, house.people.secure_cookies);
            return ([(header::SET_COOKIE, cookie)], Json(Me::of(session.user))).into_response();
        }
        Err(error) => error,
    };
    match error {
        AccessError::Wrong => Fault::new(wrong, zh, error.to_string()).into_response(),
        AccessError::Wait { wait_ms, .. } => {
            let mut response = Fault::from(error).into_response();
            let wait_s = HeaderValue::from(wait_ms.div_ceil(1_000));
            response.headers_mut().insert(header::RETRY_AFTER, wait_s);
            response
        }
        other => Fault::from(other).into_response(),
    }
}

/// `POST /api/logout`; without a session there is nothing to do.
pub(super) async fn log_out(
    State(house): State<Arc<House>>,
    visitor: Option<Visitor>,
) -> Result<Response, Fault> {
    if let Some(Visitor { session, from, .. }) = visitor {
        house.blocking(move |house| Ok(house.accounts.log_out(&session, from, house.clock.now())?)).await?;
    }
    let cookie = cookie_header("", Some(0), house.people.secure_cookies);
    Ok((http::StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// `GET /api/me`
pub(super) async fn me(visitor: Visitor) -> Json<impl Serialize> {
    Json(Me::of(visitor.session.user))
}

/// A cookie of the browser's session, which no script reads and no other site sends along.
pub(super) fn cookie_header(value: &str, max_age_s: Option<u32>, secure: bool) -> HeaderValue {
    let mut text = format!("{SESSION_COOKIE}={value}; HttpOnly; SameSite=Strict; Path=/");
    if let Some(max_age_s) = max_age_s {
        text += &format!("; Max-Age={max_age_s}");
    }
    if secure {
        text += "; Secure";
    }
    text.parse().expect("hexadecimal digits fit into a header")
}
