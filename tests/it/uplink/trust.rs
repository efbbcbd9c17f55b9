use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;

use callcue::uplink::{FloorProbe, probe_floor};
use callcue::wire::{FloorLink, Moment};
use jiff::Timestamp;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::floor::{Station, TestFloor, access, access_with, is_linked, notice_of};

/// TLS in front of a floor; gives its address and the certificate as PEM.
async fn start_tls(floor: SocketAddr) -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((station, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut station) = acceptor.accept(station).await else { return };
                let mut floor = TcpStream::connect(floor).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut station, &mut floor).await;
            });
        }
    });
    (address, made.cert.pem())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_the_floor_does_not_know_is_told_and_heals_when_it_is_mended() {
    let floor = TestFloor::start().await;
    floor.change(|scene| scene.denies = true);
    let mut station = Station::new();
    station.start_at(floor.address);
    station
        .until_told("denied", |moment| matches!(moment, Moment::Floor { link: FloorLink::Denied, .. }))
        .await;
    station
        .until_told("with its mend", |moment| {
            notice_of(moment).is_some_and(|(key, en)| key == "floor" && en.contains("enrol it again"))
        })
        .await;
    floor.change(|scene| scene.denies = false);
    station.until_told("linked", is_linked).await;
    station.until_told("the notice is gone", |moment| notice_of(moment) == Some(("floor", ""))).await;
    station.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_trusted_only_if_its_authority_is() {
    let floor = TestFloor::start().await;
    let (address, pem) = start_tls(floor.address).await;
    let url = format!("wss://localhost:{}", address.port());
    let ca_file = tempfile::NamedTempFile::new().unwrap();
    fs::write(ca_file.path(), pem).unwrap();
    // A machine without any authority of its own cannot even begin; that is told where it is opened.
    if let Ok(access) = access(&url, None) {
        let mut station = Station::new();
        station.start(access);
        station
            .until_told("not trusted", |moment| {
                notice_of(moment).is_some_and(|(_, en)| en.contains("certificate is not trusted"))
            })
            .await;
        assert!(floor.scene().hellos.is_empty(), "not a word was said");
        station.stop();
    }
    let mut station = Station::new();
    station.journal("c1", 1..=3);
    station.start(access(&url, Some(ca_file.path())).unwrap());
    floor.until("the call", |scene| scene.floor.disk.get("c1").is_some_and(|kept| kept.closed)).await;
    station.stop();
}

#[test]
fn files_of_the_floor_are_refused_with_their_mend() {
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    let error = access("wss://floor.example", Some(&ca_file)).unwrap_err();
    assert!(error.contains("ca.pem: cannot be read") && error.contains("`ca_file`"), "{error}");
    fs::write(&ca_file, "nothing").unwrap();
    let error = access("wss://floor.example", Some(&ca_file)).unwrap_err();
    assert!(error.contains("no certificate in it"), "{error}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let token_file = folder.path().join("token");
        let settings = format!("url = 'ws://localhost:1'\ntoken_file = {token_file:?}");
        let open = || {
            let settings = toml::from_str(&settings).unwrap();
            callcue::uplink::FloorAccess::open(&settings).map_err(|error| error.to_string())
        };
        fs::write(&token_file, "abc\n").unwrap();
        fs::set_permissions(&token_file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(open().unwrap_err().contains("chmod 600"));
        fs::set_permissions(&token_file, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(!format!("{:?}", open().unwrap()).contains("abc"), "a secret is not shown");
        fs::write(&token_file, "two words").unwrap();
        let error = open().unwrap_err();
        assert!(error.contains("this is no token") && !error.contains("two words"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_learns_whether_the_floor_takes_the_token_and_how_its_clock_stands() {
    let floor = TestFloor::start().await;
    let url = format!("ws://{}", floor.address);
    let probe = |token: &str, now: fn() -> Timestamp| {
        let access = access_with(&url, token, None).unwrap();
        tokio::task::spawn_blocking(move || probe_floor(&access, now))
    };
    let found = probe(super::floor::TOKEN, Timestamp::now).await.unwrap().unwrap();
    assert!(found.clock_ahead_s.is_some_and(|ahead| ahead.abs() < 60), "{found:?}");
    let hour_back = || Timestamp::now() - jiff::SignedDuration::from_hours(1);
    let FloorProbe { clock_ahead_s } = probe(super::floor::TOKEN, hour_back).await.unwrap().unwrap();
    assert!(clock_ahead_s.is_some_and(|ahead| (3_540..3_660).contains(&ahead)), "{clock_ahead_s:?}");
    let error = probe("other", Timestamp::now).await.unwrap().unwrap_err();
    assert!(error.what.contains("refuses this station's token"), "{error}");
    assert!(!error.what.contains("other"), "{error}");
    let nobody = access("ws://127.0.0.1:1", None).unwrap();
    let error =
        tokio::task::spawn_blocking(move || probe_floor(&nobody, Timestamp::now)).await.unwrap().unwrap_err();
    assert!(
        error.what.contains("cannot be reached") && error.mend.contains("Meanwhile calls work"),
        "{error}"
    );
}
