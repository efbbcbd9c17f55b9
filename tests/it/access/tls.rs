use std::fs;
use std::sync::Arc;

use callcue::access::tls_acceptor;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

#[tokio::test]
async fn an_accepted_connection_speaks_tls_with_the_certificate_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["floor.test".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("floor.crt"), folder.path().join("floor.key"));
    fs::write(&cert, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let acceptor = tls_acceptor(&cert, &key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("floor.test").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "hello");
    serve.await.unwrap();
}

#[test]
fn what_is_wrong_with_the_files_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let pair = || rcgen::generate_simple_self_signed(vec!["floor.test".to_owned()]).unwrap();
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
