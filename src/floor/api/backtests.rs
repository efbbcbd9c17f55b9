use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::{Deserialize, Serialize};

use crate::access::{Act, On, may};
use crate::call::FlagKind;
use crate::floor::backtests::{Backtest, BacktestFigures, BacktestState, Busy};
use crate::floor::house::House;
use crate::floor::people::{Body, require_own_page};
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::script::{Diagnostic, Language, Script};

/// Largest script that is taken.
const SCRIPT_MAX: usize = 2 << 20;
const FILE: &str = "script.toml";

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/api/backtests", post(begin))
        .layer(DefaultBodyLimit::max(SCRIPT_MAX))
        .route("/api/backtests/{backtest}", get(one).delete(stop))
        .route_layer(middleware::from_fn(require_own_page))
}

/// `POST /api/backtests`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BacktestOrder {
    script: String,
    #[serde(default)]
    since_ms: Option<i64>,
}

/// A back-test, as the wire has it.
#[derive(Debug, Serialize)]
pub(super) struct BacktestCard {
    backtest: u64,
    state: &'static str,
    problem: String,
    mistakes: Vec<MistakeCard>,
    calls_done: u64,
    calls_all: u64,
    left_s: Option<u64>,
    calls_per_minute: u64,
    gained: u64,
    lost: u64,
    unchanged: u64,
    rules: Vec<RuleCard>,
    changes: Vec<ChangeCard>,
}

#[derive(Debug, Serialize)]
struct MistakeCard {
    line: usize,
    column: usize,
    zh: String,
}

#[derive(Debug, Serialize)]
struct RuleCard {
    rule: String,
    gained: u64,
    lost: u64,
    unchanged: u64,
}

#[derive(Debug, Serialize)]
struct ChangeCard {
    change: &'static str,
    call: String,
    agent: String,
    team: String,
    started_ms: i64,
    rule: String,
    kind: FlagKind,
    from_ms: u64,
    to_ms: u64,
    /// Empty for those who may not read what was said.
    text: String,
}

impl BacktestCard {
    fn of(backtest: &Backtest, visitor: &Visitor) -> Self {
        let BacktestFigures { state, problem, mistakes, calls_done, calls_all, elapsed_ms, tally, changes } =
            backtest.now();
        let elapsed_ms = u64::try_from(elapsed_ms).unwrap_or(0);
        let is_timed = calls_done > 0 && elapsed_ms > 0;
        let left_ms = || calls_all.saturating_sub(calls_done).saturating_mul(elapsed_ms) / calls_done;
        let rules = tally.by_rule.into_iter().map(|(rule, tally)| RuleCard {
            rule,
            gained: tally.gained,
            lost: tally.lost,
            unchanged: tally.unchanged,
        });
        let changes = changes.into_iter().map(|change| {
            let on = On::Call { team: &change.team, agent: &change.agent };
            let reads = may(visitor.user(), Act::ReadTranscript, on);
            ChangeCard {
                change: change.change,
                text: if reads { change.flag.text } else { String::new() },
                call: change.call,
                started_ms: change.started_ms,
                rule: change.flag.rule,
                kind: change.flag.kind,
                from_ms: change.flag.from_ms,
                to_ms: change.flag.to_ms,
                agent: change.agent,
                team: change.team,
            }
        });
        Self {
            backtest: backtest.number,
            state: match state {
                BacktestState::Running => "running",
                BacktestState::Done => "done",
                BacktestState::Stopped => "stopped",
                BacktestState::Failed => "failed",
            },
            problem,
            mistakes: mistakes.iter().map(MistakeCard::of).collect(),
            calls_done,
            calls_all,
            left_s: (is_timed && state == BacktestState::Running).then(|| left_ms().div_ceil(1_000)),
            calls_per_minute: if is_timed { calls_done.saturating_mul(60_000) / elapsed_ms } else { 0 },
            gained: tally.gained,
            lost: tally.lost,
            unchanged: tally.unchanged,
            rules: rules.collect(),
            changes: changes.collect(),
        }
    }
}

impl MistakeCard {
    fn of(mistake: &Diagnostic) -> Self {
        Self { line: mistake.line, column: mistake.column, zh: mistake.text(Language::Chinese).to_owned() }
    }
}

/// Begins one. A script with mistakes is answered with them.
async fn begin(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Body(BacktestOrder { script, since_ms }): Body<BacktestOrder>,
) -> Result<Json<BacktestCard>, Fault> {
    visitor.check(&house, Act::ChangeScript, On::Whole, "backtests")?;
    let begin = move |house: &House| {
        let parsed = Script::parse(FILE, &script);
        let begun = house.backtests.begin(parsed, since_ms, Arc::clone(&house.clock));
        let backtest = begun.map_err(|Busy| {
            Fault::new(
                StatusCode::CONFLICT,
                "已经有一个回测在进行",
                "another back-test runs; stop it, or wait for its end",
            )
        })?;
        visitor.note(house, "backtest_begun", &format!("backtest {}", backtest.number), "");
        Ok(Json(BacktestCard::of(&backtest, &visitor)))
    };
    house.blocking(begin).await
}

async fn one(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<u64>,
) -> Result<Json<BacktestCard>, Fault> {
    visitor.check(&house, Act::ChangeScript, On::Whole, "backtests")?;
    let backtest = house.backtests.find(number).ok_or_else(gone)?;
    Ok(Json(BacktestCard::of(&backtest, &visitor)))
}

async fn stop(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(number): Path<u64>,
) -> Result<Json<BacktestCard>, Fault> {
    visitor.check(&house, Act::ChangeScript, On::Whole, "backtests")?;
    let backtest = house.backtests.find(number).ok_or_else(gone)?;
    backtest.stop();
    visitor.note(&house, "backtest_stopped", &format!("backtest {number}"), "");
    Ok(Json(BacktestCard::of(&backtest, &visitor)))
}

fn gone() -> Fault {
    Fault::new(
        StatusCode::NOT_FOUND,
        "没有这个回测, 或者已经不再保留",
        "there is no such back-test, or it is not kept any more",
    )
}
