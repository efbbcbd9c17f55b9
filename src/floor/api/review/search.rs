use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::scope::{invalid, teams};
use crate::access::{Act, Scope, scope};
use crate::call::Channel;
use crate::floor::house::House;
use crate::floor::visitor::{Visitor, not_yours};
use crate::http::Fault;
use crate::store::{TextHit, TextQuery};

const LIMIT: u32 = 50;
const LIMIT_MAX: u32 = 200;
/// Longest query, in characters.
const WORDS_MAX: usize = 100;

/// `?words=…&by_sound=true&team=…&agent=…&from_ms=…&to_ms=…&before=…&limit=…`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    words: String,
    #[serde(default)]
    by_sound: bool,
    #[serde(default)]
    team: Option<String>,
    #[serde(default)]
    agent: Option<String>,
    #[serde(default)]
    from_ms: Option<i64>,
    #[serde(default)]
    to_ms: Option<i64>,
    #[serde(default)]
    before: Option<u64>,
    #[serde(default)]
    limit: Option<u32>,
}

#[derive(Debug, Serialize)]
pub(super) struct SearchPage {
    hits: Vec<Hit>,
    next: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Hit {
    call: String,
    seq: u64,
    channel: Channel,
    from_ms: u64,
    to_ms: u64,
    text: String,
    agent: String,
    team: String,
    started_ms: i64,
}

impl From<TextHit> for Hit {
    fn from(hit: TextHit) -> Self {
        let TextHit { call, seq, channel, from_ms, to_ms, text, agent, team, started_ms, .. } = hit;
        Self { call, seq, channel, from_ms, to_ms, text, agent, team, started_ms }
    }
}

/// `GET /api/review/search`: what was said, newest first.
pub(super) async fn search(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<SearchPage>, Fault> {
    let Asked { words, by_sound, team, agent, from_ms, to_ms, before, limit } = asked;
    if words.chars().count() > WORDS_MAX {
        return Err(invalid("最多搜索 100 个字符", "at most 100 characters can be searched for"));
    }
    let (teams, agent) = match scope(visitor.user(), Act::ReadTranscript) {
        Scope::Agent(own) if agent.as_deref().is_some_and(|agent| agent != own) => return Err(not_yours()),
        Scope::Agent(own) => (team.map(|team| vec![team]), Some(own.to_owned())),
        _ => (teams(&visitor, Act::ReadTranscript, team)?, agent),
    };
    let limit = limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    visitor.note(&house, "transcripts_searched", "-", &words);
    // One more than is shown tells whether there is more.
    let query = TextQuery { words, by_sound, teams, agent, from_ms, to_ms, before, limit: limit + 1 };
    let mut hits = house.blocking(move |house| Ok(house.store.search(&query)?)).await?;
    let is_more = hits.len() > limit as usize;
    hits.truncate(limit as usize);
    let next = hits.last().filter(|_| is_more).map(|hit| hit.key);
    Ok(Json(SearchPage { hits: hits.into_iter().map(Hit::from).collect(), next }))
}
