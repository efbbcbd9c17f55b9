use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callcue::access::tls_acceptor;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Certificate and key of a floor, PEM, in two files.
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

impl Files {
    fn write(&self, pair: &Pair) {
        fs::write(&self.cert, pair.cert.pem()).unwrap();
        fs::write(&self.key, pair.signing_key.serialize_pem()).unwrap();
    }
}

type Pair = rcgen::CertifiedKey<rcgen::KeyPair>;

fn pair() -> Pair {
    rcgen::generate_simple_self_signed(vec!["floor.test".to_owned()]).unwrap()
}

fn files(folder: &Path) -> Files {
    Files { cert: folder.join("floor.crt"), key: folder.join("floor.key") }
}

/// What somebody hears who connects and trusts the certificate of `pair` alone.
async fn heard(acceptor: &TlsAcceptor, pair: &Pair) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        // Who does not trust it leaves.
        let Ok(mut stream) = acceptor.accept(stream).await else { return };
        stream.write_all(b"hello").await.unwrap();
        stream.shutdown().await.unwrap();
    };
    let hear = async {
        let mut roots = RootCertStore::empty();
        roots.add(pair.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("floor.test").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await?;
        Ok(heard)
    };
    let ((), heard) = tokio::join!(serve, hear);
    heard
}

#[tokio::test]
async fn an_accepted_connection_speaks_tls_with_the_certificate_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let (files, one) = (files(folder.path()), pair());
    files.write(&one);
    let (acceptor, _) = tls_acceptor(&files.cert, &files.key).unwrap();
    assert_eq!(heard(&acceptor, &one).await.unwrap(), "hello");
    assert!(heard(&acceptor, &pair()).await.is_err(), "another one is not trusted");
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_who_connects_next_and_half_of_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (files, old, new) = (files(folder.path()), pair(), pair());
    files.write(&old);
    let (acceptor, mut watched) = tls_acceptor(&files.cert, &files.key).unwrap();
    assert!(!watched.look().unwrap());
    // The key follows later.
    fs::write(&files.cert, new.cert.pem()).unwrap();
    for _ in 0..2 {
        let why = watched.look().unwrap_err().to_string();
        assert!(why.contains("the key must be that of the first certificate"), "{why}");
    }
    assert_eq!(heard(&acceptor, &old).await.unwrap(), "hello");
    files.write(&new);
    assert!(watched.look().unwrap());
    assert!(!watched.look().unwrap());
    assert_eq!(heard(&acceptor, &new).await.unwrap(), "hello");
    assert!(heard(&acceptor, &old).await.is_err());
    fs::remove_file(&files.key).unwrap();
    assert!(
        watched.look().unwrap_err().to_string().contains("floor.key: no private key can be read from it")
    );
    assert_eq!(heard(&acceptor, &new).await.unwrap(), "hello");
}

#[test]
fn what_is_wrong_with_the_files_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (one, other) = (pair(), pair());
    fs::write(path("floor.crt"), one.cert.pem()).unwrap();
    fs::write(path("floor.key"), one.signing_key.serialize_pem()).unwrap();
    fs::write(path("other.key"), other.signing_key.serialize_pem()).unwrap();
    fs::write(path("empty"), "").unwrap();
    fs::write(path("nonsense"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    for (cert, key, wanted) in [
        ("none.crt", "floor.key", "none.crt: no certificate can be read from it"),
        ("floor.crt", "none.key", "none.key: no private key can be read from it"),
        ("empty", "floor.key", "empty: there is no certificate in it"),
        ("floor.crt", "empty", "empty: no private key can be read from it"),
        ("floor.crt", "other.key", "the key must be that of the first certificate"),
        ("nonsense", "floor.key", "nonsense and "),
    ] {
        let Err(error) = tls_acceptor(&path(cert), &path(key)) else { panic!("{cert} {key}") };
        assert!(error.to_string().contains(wanted), "{cert} {key}: {error}");
    }
}
