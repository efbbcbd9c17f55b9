//! From a floor's settings to what it is run by.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::bail;

use crate::access::{IdentityProvider, SessionLimits, read_secret_file, tls_acceptor};
use crate::app::{FloorPlan, Ready, StandardPaths, WebhookPlan};
use crate::board::Thresholds;
use crate::config::{ClassRetention, FloorSettings, RetentionSettings, WebhookEvent, WebhookSettings};
use crate::floor::PeopleParts;
use crate::privacy::{KeepDays, RetentionPlan};

/// Fewest characters of a webhook's secret and of the token for metrics.
const SECRET_MIN: usize = 32;

/// Reads the certificate and the files with secrets, and puts together what a floor is run by.
pub(super) fn plan(
    settings: &FloorSettings,
    listen: Option<SocketAddr>,
    ready: Ready,
) -> anyhow::Result<FloorPlan> {
    let server = &settings.server;
    let listen = listen.unwrap_or_else(|| server.listen.socket());
    if !listen.ip().is_loopback() && settings.tls.is_none() && !server.behind_proxy {
        bail!(
            "--listen {listen} is reached by other machines, and passwords would cross the network in the open: give [tls] a cert and a \
             key in floor.toml, or set behind_proxy = true there if a reverse proxy speaks TLS and nobody gets past it"
        );
    }
    let tls = settings.tls.as_ref().map(|tls| tls_acceptor(&tls.cert, &tls.key)).transpose()?;
    let metrics_token = settings.metrics.token_file.as_ref();
    let people = PeopleParts {
        secure_cookies: tls.is_some() || server.behind_proxy,
        trusted_proxies: server.trusted_proxies.iter().map(|address| address.to_canonical()).collect(),
        data: Some(settings.data.clone()),
        identity: identity(settings, listen)?,
        metrics_token: metrics_token.map(|path| read_secret_file(path, SECRET_MIN)).transpose()?,
        hooks: Vec::new(),
    };
    Ok(FloorPlan {
        folder: settings.data.clone(),
        listen,
        hosts: hosts(settings, listen),
        tls,
        thresholds: thresholds(settings),
        sessions: SessionLimits {
            idle_ms: i64::from(settings.sessions.idle_min) * 60_000,
            absolute_ms: i64::from(settings.sessions.longest_h) * 3_600_000,
        },
        masks: settings.privacy.mask,
        retention: retention(&settings.retention),
        import_model: settings.import.model.clone(),
        webhooks: webhooks(settings)?,
        people,
        standard: StandardPaths {
            script: settings.script.clone(),
            assessment: settings.assessment.clone(),
            company: None,
        },
        backtest_threads: backtest_threads(settings),
        appeal_days: settings.review.appeal_days,
        ready,
    })
}

/// The public name, and this machine's own names for whoever asks `/metrics` and `/healthz` from here. Without a public name the floor decides.
fn hosts(settings: &FloorSettings, listen: SocketAddr) -> Vec<String> {
    let Some(url) = &settings.server.public_url else { return Vec::new() };
    let port = listen.port();
    let mut hosts = vec![url.host().to_owned(), listen.to_string()];
    hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}")));
    hosts
}

/// A back-test leaves the other cores to the floor.
fn backtest_threads(settings: &FloorSettings) -> NonZeroUsize {
    let cores = usize::try_from(settings.backtests.cores).unwrap_or(1);
    NonZeroUsize::new(cores).unwrap_or(NonZeroUsize::MIN)
}

/// The same in the words of the core.
pub(super) fn retention(settings: &RetentionSettings) -> RetentionPlan {
    let days = |class: ClassRetention| KeepDays { recording: class.recording_days, data: class.data_days };
    RetentionPlan {
        unflagged: days(settings.unflagged),
        flagged: days(settings.flagged),
        appealed: days(settings.appealed),
    }
}

fn thresholds(settings: &FloorSettings) -> Thresholds {
    let alerts = &settings.alerts;
    Thresholds {
        long_silence_ms: i64::from(alerts.long_silence_s) * 1_000,
        long_hold_ms: i64::from(alerts.long_hold_s) * 1_000,
        acknowledge_ms: i64::from(alerts.acknowledge_s) * 1_000,
    }
}

fn webhooks(settings: &FloorSettings) -> anyhow::Result<Vec<WebhookPlan>> {
    let plan = |webhook: &WebhookSettings| {
        Ok(WebhookPlan {
            address: webhook.url.as_str().to_owned(),
            secret: read_secret_file(&webhook.secret_file, SECRET_MIN)?,
            flags: webhook.events.contains(&WebhookEvent::Flag),
            alerts: webhook.events.contains(&WebhookEvent::Alert),
            ended_calls: webhook.events.contains(&WebhookEvent::CallEnded),
        })
    };
    settings.webhooks.iter().map(plan).collect()
}

#[cfg(feature = "oidc")]
fn identity(
    settings: &FloorSettings,
    listen: SocketAddr,
) -> anyhow::Result<Option<Arc<dyn IdentityProvider>>> {
    use crate::access::{OidcPlan, OidcProvider};
    let Some(oidc) = &settings.oidc else { return Ok(None) };
    let here = || format!("{}://{listen}", if settings.tls.is_some() { "https" } else { "http" });
    let secret_file = oidc.client_secret_file.as_ref();
    Ok(Some(Arc::new(OidcProvider::new(OidcPlan {
        issuer: oidc.issuer.as_str().to_owned(),
        client_id: oidc.client_id.clone(),
        client_secret: secret_file.map(|path| read_secret_file(path, 1)).transpose()?,
        public_origin: settings.server.public_url.as_ref().map_or_else(here, |url| url.origin().to_owned()),
        label: oidc.label.clone(),
    }))))
}

#[cfg(not(feature = "oidc"))]
fn identity(settings: &FloorSettings, _: SocketAddr) -> anyhow::Result<Option<Arc<dyn IdentityProvider>>> {
    if settings.oidc.is_some() {
        bail!(
            "[oidc] is set, but this callcue was built without it: build with `--features oidc`, or take [oidc] out of floor.toml"
        );
    }
    Ok(None)
}
