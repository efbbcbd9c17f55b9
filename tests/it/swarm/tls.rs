//! The swarm, its stations and leads, against a floor that speaks TLS with a certificate of its own.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use callcue::swarm::{Floor, Pace, Plan, Repertoire, run};

use super::room::{hello, repertoire};
use crate::support::floor::TestFloor;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stations_and_leads_reach_a_floor_over_wss() {
    let folder = tempfile::tempdir().unwrap();
    let (floor, cert) = TestFloor::start_with_tls(folder.path()).await;
    let url = format!("https://localhost:{}", floor.address.port());
    let plan = |authorities| Plan {
        stations: 4,
        leads: 2,
        frozen_leads: 0,
        warm_up: Duration::ZERO,
        measured: Duration::from_secs(1),
        // Calls of a minute in half a second.
        repertoire: Arc::new(Repertoire { pace: Pace::Speed(120.0), ..Repertoire::clone(&repertoire(1)) }),
        hello: hello("2001"),
        journals: None,
        floor: Floor::Running {
            url: url.clone(),
            authorities: Some(authorities),
            data: folder.path().to_owned(),
        },
    };
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = folder.path().join("other.crt");
    fs::write(&other, stranger.cert.pem()).unwrap();
    let untrusted = plan(other);
    let refused = tokio::task::spawn_blocking(move || run(&untrusted).map(drop)).await.unwrap();
    let why = format!("{:#}", refused.unwrap_err());
    assert!(why.contains("certificate"), "{why}");
    assert_eq!(floor.counts.events_stored.get(), 0);

    let trusted = plan(cert);
    let report = tokio::task::spawn_blocking(move || run(&trusted)).await.unwrap().unwrap();
    assert!(report.is_good(), "{report:?}");
    assert!(report.events > 10 && report.deliveries > 0, "{report:?}");
    assert_eq!(floor.counts.events_stored.get(), report.events);
    floor.stop().await;
}
