use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Certificate and key cannot be used; says its mend.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or holds no such thing.
    #[error("{}: no {wanted} can be read from it ({reason}); it must be a PEM file that this account may read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Certificate or key.
        wanted: &'static str,
        /// What is wrong with it.
        reason: pem::Error,
    },
    /// There is no certificate in the file.
    #[error("{}: there is no certificate in it; it must hold the floor's own first, then those that lead to the authority", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// They do not belong together, or are of a kind that is not known.
    #[error("{} and {}: {reason}; the key must be that of the first certificate, RSA or ECDSA or Ed25519", cert.display(), key.display())]
    Mismatch {
        /// File of the certificate.
        cert: PathBuf,
        /// File of the key.
        key: PathBuf,
        /// What rustls says.
        reason: rustls::Error,
    },
}

/// What speaks TLS with those who connect: `accept(stream)` wraps an accepted connection. TLS 1.2 and 1.3, HTTP/1.1 inside. The files are read once.
///
/// # Errors
/// [`TlsError`] names the file.
pub fn tls_acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let unreadable = |path: &Path, wanted| {
        let path = path.to_owned();
        move |reason| TlsError::Unreadable { path, wanted, reason }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(unreadable(cert, "certificate"))?;
    if chain.is_empty() {
        return Err(TlsError::Empty { path: cert.to_owned() });
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key, "private key"))?;
    // Named, because a second provider in the tree would make rustls guess.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|reason| TlsError::Mismatch { cert: cert.to_owned(), key: key.to_owned(), reason })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
