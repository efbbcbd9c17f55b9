use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

use crate::access::{Act, On};
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::store::{AuditEntry, AuditQuery};

/// Lines of one answer.
const LIMIT_MAX: u32 = 1_000;

/// `GET /api/audit?who=…&object=…&from_ms=…&to_ms=…&limit=…`
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Which {
    who: Option<String>,
    object: Option<String>,
    from_ms: Option<i64>,
    to_ms: Option<i64>,
    limit: Option<u32>,
}

/// Lines of the audit trail, newest first.
pub(super) async fn read(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(Which { who, object, from_ms, to_ms, limit }): Query<Which>,
) -> Result<Json<Vec<AuditEntry>>, Fault> {
    visitor.check(&house, Act::ReadAudit, On::Whole, "audit")?;
    let limit = limit.unwrap_or(100).clamp(1, LIMIT_MAX);
    let query = AuditQuery { who, object, from_ms, to_ms, limit };
    house.blocking(move |house| Ok(Json(house.store.audit_trail(&query)?))).await
}
