use std::sync::Arc;

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use super::counts::Counts;
use super::house::House;
use crate::http::{Fault, Peer};
use crate::webhook::HookCounts;

/// `GET /metrics`, OpenMetrics text: for this machine, or with the token of the configuration.
pub(super) async fn metrics(State(house): State<Arc<House>>, parts: Parts) -> Result<Response, Fault> {
    // The connection's own end counts: what a proxy says of others is not asked.
    let is_local =
        parts.extensions.get::<Peer>().is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    let is_forwarded = ["x-forwarded-for", "forwarded"].iter().any(|name| parts.headers.contains_key(*name));
    if (!is_local || is_forwarded) && !has_token(&house, &parts.headers) {
        return Err(Fault::new(
            StatusCode::FORBIDDEN,
            "指标只对本机开放",
            "/metrics answers this machine, or who has the token of [metrics] token_file",
        ));
    }
    let free_bytes = house.blocking(|house| Ok(house.people.data.as_deref().and_then(free_bytes))).await?;
    let text = text(&house, free_bytes);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

fn has_token(house: &House, headers: &HeaderMap) -> bool {
    let offered = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let offered = offered.and_then(|value| value.split_once(' '));
    let (Some(token), Some((scheme, offered))) = (&house.people.metrics_token, offered) else { return false };
    scheme.eq_ignore_ascii_case("bearer") && token.matches(offered.trim())
}

fn text(house: &House, free_bytes: Option<u64>) -> String {
    let counts = &house.counts;
    let of_hooks =
        |figure: fn(&HookCounts) -> u64| house.people.hooks.iter().map(|hook| figure(hook)).sum::<u64>();
    let mut registry = Registry::with_prefix("callcue_floor");
    let gauges = [
        ("stations", "Stations connected", counts.stations.get()),
        ("leads", "Pages of leads connected", counts.leads.get()),
        ("store_down", "1 while the store takes nothing", counts.store_down.get()),
        ("audit_missing", "Lines of the audit trail that are in the log only", house.audit.missing()),
        ("webhooks_waiting", "Deliveries of webhooks that wait", of_hooks(HookCounts::waiting)),
        ("writer_queue", "Arrivals and alerts that wait for the writer", counts.writer_queue.get()),
    ];
    for (name, help, value) in gauges {
        registry.register(name, help, ConstGauge::new(value));
    }
    let counters = [
        ("events_stored", "Events stored", counts.events_stored.get()),
        ("events_double", "Events that came again", counts.events_double.get()),
        ("events_behind_gap", "Events refused behind a gap", counts.events_behind_gap.get()),
        ("commits", "Transactions with events", counts.commits.get()),
        ("store_failures", "Batches that the store did not take", counts.store_failures.get()),
        (
            "writer_waits",
            "Times that a station's socket had to wait for the writer",
            counts.writer_waits.get(),
        ),
        ("moments_dropped", "Moments and sound dropped for who was too slow", counts.moments_dropped.get()),
        ("resyncs", "Pages brought up to date by the whole floor", counts.resyncs.get()),
        ("frames", "Frames encoded for leads", counts.frames.get()),
        ("refused", "Requests, frames and sockets refused", counts.refused.get()),
        ("log_ins_refused", "Log-ins refused", counts.log_ins_refused.get()),
        ("alerts", "Alerts raised", counts.alerts.get()),
        ("webhooks_delivered", "Deliveries of webhooks that were taken", of_hooks(HookCounts::delivered)),
        ("webhooks_failed", "Attempts at a webhook that failed", of_hooks(HookCounts::failed)),
        ("webhooks_dropped", "Deliveries of webhooks given up", of_hooks(HookCounts::dropped)),
    ];
    for (name, help, value) in counters {
        registry.register(name, help, ConstCounter::new(value));
    }
    register_latencies(&mut registry, counts);
    let commit_s = counts.commit_ms.get() as f64 / 1e3;
    registry.register_with_unit(
        "commit",
        "Time spent in commits",
        Unit::Seconds,
        ConstCounter::new(commit_s),
    );
    if let Some(bytes) = free_bytes {
        registry.register_with_unit(
            "disk_free",
            "Room on the data folder's disk",
            Unit::Bytes,
            ConstGauge::new(bytes),
        );
    }
    if let Some(bytes) = resident_bytes() {
        registry.register_with_unit(
            "memory",
            "Resident memory of the floor",
            Unit::Bytes,
            ConstGauge::new(bytes),
        );
    }
    let mut out = String::new();
    // A String takes whatever is written to it.
    let _ = encode(&mut out, &registry);
    out
}

/// How long events take inside the floor.
fn register_latencies(registry: &mut Registry, counts: &Counts) {
    let latencies = [
        ("event_to_store", "From the arrival of an event until it is stored", &counts.to_store),
        ("event_to_leads", "From the arrival of an event until it is on its way to leads", &counts.to_leads),
    ];
    for (name, help, latency) in latencies {
        registry.register_with_unit(name, help, Unit::Seconds, latency.histogram());
    }
}

#[cfg(unix)]
fn free_bytes(folder: &std::path::Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &std::path::Path) -> Option<u64> {
    None
}

/// Where the system tells it (Linux).
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
