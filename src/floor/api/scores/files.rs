use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::cards::{CardQuery, card_for, team_for};
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::sheet::{Sheet, card_sheet, csv, pdf, team_sheet, xlsx};

/// `GET /api/scores/card.csv`, `.xlsx`, `.pdf`, and the same of `team`.
pub(super) async fn file(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(file): Path<String>,
    Query(query): Query<CardQuery>,
) -> Result<Response, Fault> {
    let Some((name, kind)) = file.split_once('.') else { return Err(Fault::not_found()) };
    if !["csv", "xlsx", "pdf"].contains(&kind) {
        return Err(Fault::not_found());
    }
    let (sheet, whose, month, made_ms) = match name {
        "card" => {
            let (card, made) = card_for(&house, visitor, query).await?;
            (card_sheet(&card, &made), card.agent, card.month, card.made_ms)
        }
        "team" => {
            let (scores, made) = team_for(&house, visitor, query).await?;
            (team_sheet(&scores, &made), scores.team, scores.month, scores.made_ms)
        }
        _ => return Err(Fault::not_found()),
    };
    let kind = kind.to_owned();
    let disposition = disposition(name, &whose, &month, &kind);
    let write = move |_: &House| written(&sheet, &kind, made_ms);
    let (content_type, bytes) = house.blocking(write).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}

fn written(sheet: &Sheet, kind: &str, made_ms: i64) -> Result<(&'static str, Vec<u8>), Fault> {
    match kind {
        "csv" => Ok(("text/csv; charset=utf-8", csv(sheet).into_bytes())),
        "pdf" => Ok(("application/pdf", pdf(sheet, made_ms))),
        _ => {
            let bytes = xlsx(sheet, made_ms).map_err(|error| {
                tracing::error!(%error, "a workbook was not written");
                Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "表格无法生成", error.to_string())
            })?;
            Ok(("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes))
        }
    }
}

/// Old browsers take the plain name, others the one in UTF-8 (RFC 6266).
fn disposition(name: &str, whose: &str, month: &str, kind: &str) -> HeaderValue {
    let utf8: String = format!("{whose}-{month}.{kind}").bytes().map(percent).collect();
    let value = format!("attachment; filename=\"{name}-{month}.{kind}\"; filename*=UTF-8''{utf8}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

fn percent(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}
