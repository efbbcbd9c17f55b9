use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::bail;

use super::say;
use super::settings::FloorSettingsArgs;
use crate::access::{SessionLimits, read_secret_file, tls_acceptor};
use crate::app::{FloorPlan, OpenFloor, WebhookPlan, run_floor};
use crate::board::Thresholds;
use crate::config::{FloorSettings, WebhookEvent};
use crate::floor::PeopleParts;

/// Fewest characters of a webhook's secret and of the token for metrics.
const SECRET_MIN: usize = 32;

/// Options of a floor that runs.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    settings: FloorSettingsArgs,
    /// Where to listen [default: the configuration's, 127.0.0.1:7900]; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

pub(super) fn run(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load()?;
    let plan = plan(&settings, args.listen)?;
    run_floor(plan)?;
    Ok(ExitCode::SUCCESS)
}

fn plan(settings: &FloorSettings, listen: Option<SocketAddr>) -> anyhow::Result<FloorPlan> {
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
        metrics_token: metrics_token.map(|path| read_secret_file(path, SECRET_MIN)).transpose()?,
    };
    Ok(FloorPlan {
        folder: settings.data.clone(),
        listen,
        hosts: server.public_url.iter().map(|url| url.host().to_owned()).collect(),
        tls,
        thresholds: thresholds(settings),
        sessions: SessionLimits {
            idle_ms: i64::from(settings.sessions.idle_min) * 60_000,
            absolute_ms: i64::from(settings.sessions.longest_h) * 3_600_000,
        },
        tap: None,
        webhooks: webhooks(settings)?,
        people,
        ready: Box::new(|open| {
            show(open);
            Ok(())
        }),
    })
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
    let name = |event: &WebhookEvent| match event {
        WebhookEvent::Flag => "flag",
        WebhookEvent::Alert => "alert",
        WebhookEvent::CallEnded => "call_ended",
    };
    let plan = |webhook: &crate::config::WebhookSettings| {
        Ok(WebhookPlan {
            address: webhook.url.as_str().to_owned(),
            secret: read_secret_file(&webhook.secret_file, SECRET_MIN)?,
            events: webhook.events.iter().map(name).collect(),
        })
    };
    settings.webhooks.iter().map(plan).collect()
}

/// Tells the person at the terminal where the floor is, and how to come in for the first time.
fn show(open: &OpenFloor) {
    let scheme = if open.is_secure { "https" } else { "http" };
    say(&format!("班组长屏幕 (floor): {scheme}://{}/floor\nCtrl-C 结束", open.address));
    if let Some(password) = &open.first_password {
        say(&format!("第一次启动: 管理员 admin, 一次性密码 (one-time password) {password}"));
    }
}
