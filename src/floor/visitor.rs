use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};

use super::gate::Noted;
use super::house::House;
use super::people::forwarded;
use crate::access::{Act, On, Scope, Session, may, scope};
use crate::board::Audience;
use crate::http::{Fault, Peer};
use crate::store::{AuditEntry, UserRow};

/// Name of the cookie that holds a session.
pub(crate) const SESSION_COOKIE: &str = "callcue_session";

/// Who asks: somebody with a session that is good.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) session: Session,
    /// Address that the request comes from.
    pub(crate) from: IpAddr,
    noted: Noted,
}

impl Visitor {
    pub(crate) const fn user(&self) -> &UserRow {
        &self.session.user
    }

    /// Refuses what the visitor may not do; what is refused goes to the audit trail.
    pub(crate) fn check(&self, house: &House, act: Act, on: On<'_>, object: &str) -> Result<(), Fault> {
        if may(self.user(), act, on) {
            return Ok(());
        }
        Err(self.refuse(house, object, &format!("{act:?}")))
    }

    /// The fault of something that the visitor may not do, for `why`; it goes to the audit trail.
    pub(crate) fn refuse(&self, house: &House, object: &str, why: &str) -> Fault {
        self.note(house, "refused", object, why);
        self.noted.set();
        not_yours()
    }

    /// Of which teams the visitor may have something; a fault if of none.
    pub(crate) fn audience(&self, act: Act) -> Result<Audience, Fault> {
        match scope(self.user(), act) {
            Scope::Everything => Ok(Audience::All),
            Scope::Teams(teams) if !teams.is_empty() => Ok(Audience::of(teams)),
            Scope::Teams(_) | Scope::Agent(_) | Scope::Nothing => Err(not_yours()),
        }
    }

    /// Adds to the audit trail.
    pub(crate) fn note(&self, house: &House, act: &str, object: &str, detail: &str) {
        house.audit.note(AuditEntry {
            wall_ms: house.clock.wall_ms(),
            who: self.user().name.clone(),
            from: self.from.to_string(),
            act: act.to_owned(),
            object: object.to_owned(),
            detail: detail.to_owned(),
        });
    }
}

impl FromRequestParts<Arc<House>> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Fault> {
        let visitor =
            <Self as OptionalFromRequestParts<Arc<House>>>::from_request_parts(parts, house).await?;
        visitor.ok_or_else(log_in_first)
    }
}

impl OptionalFromRequestParts<Arc<House>> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Option<Self>, Fault> {
        let Some(cookie) = cookie(&parts.headers, SESSION_COOKIE).map(str::to_owned) else { return Ok(None) };
        let from = sender(parts, house)?;
        let session =
            house.blocking(move |house| Ok(house.accounts.session(&cookie, house.clock.now())?)).await?;
        let noted = parts.extensions.get::<Noted>().cloned().unwrap_or_default();
        Ok(session.map(|session| Self { session, from, noted }))
    }
}

/// Address of who asks: the other end of the connection, or whom a trusted proxy names.
pub(crate) fn sender(parts: &Parts, house: &House) -> Result<IpAddr, Fault> {
    let no_peer =
        || Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "服务器内部错误", "a request without a connection");
    let peer = parts.extensions.get::<Peer>().ok_or_else(no_peer)?.0.ip();
    Ok(forwarded(peer, &parts.headers, &house.people.trusted_proxies))
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut named =
        cookies.flat_map(|value| value.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    named.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

fn log_in_first() -> Fault {
    Fault::new(StatusCode::UNAUTHORIZED, "请先登录", "log in first")
}

/// Also for what does not exist: whether it does is nobody's business who may not see it.
pub(crate) fn not_yours() -> Fault {
    Fault::new(StatusCode::FORBIDDEN, "无权查看或操作", "you may not see or do this")
}
