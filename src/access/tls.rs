use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

const CERTIFICATE: &str = "certificate";
const KEY: &str = "private key";

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

/// What speaks TLS with those who connect: `accept(stream)` wraps an accepted connection. TLS 1.2 and 1.3, HTTP/1.1 inside. It shows the certificate that
/// the files hold, and after a [look](CertificateFiles::look) the one that they hold by then.
///
/// # Errors
/// [`TlsError`] names the file.
pub fn tls_acceptor(cert: &Path, key: &Path) -> Result<(TlsAcceptor, CertificateFiles), TlsError> {
    // Named, because a second provider in the tree would make rustls guess.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let paths = Paths { cert: cert.to_owned(), key: key.to_owned() };
    let read = paths.read()?;
    let shown = Arc::new(Shown(RwLock::new(Arc::new(paths.parse(&read, &provider)?))));
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|reason| paths.mismatch(reason))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), CertificateFiles { paths, read, provider, shown }))
}

/// The files of a certificate and its key, which may be renewed while connections come in.
#[derive(Debug)]
pub struct CertificateFiles {
    paths: Paths,
    /// What was taken last.
    read: Pem,
    provider: Arc<CryptoProvider>,
    shown: Arc<Shown>,
}

impl CertificateFiles {
    /// Looks at both files again. True: they have changed, and who connects from now on is shown the new certificate. They are compared by what is in them.
    ///
    /// # Errors
    /// [`TlsError`]: what they hold now cannot be used, as between the writing of the one and of the other; the last one that could be stays.
    pub fn look(&mut self) -> Result<bool, TlsError> {
        let read = self.paths.read()?;
        if read == self.read {
            return Ok(false);
        }
        let certified = Arc::new(self.paths.parse(&read, &self.provider)?);
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = certified;
        self.read = read;
        Ok(true)
    }
}

#[derive(Debug)]
struct Paths {
    cert: PathBuf,
    key: PathBuf,
}

#[derive(PartialEq, Eq)]
struct Pem {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl fmt::Debug for Pem {
    /// Without the key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pem").finish_non_exhaustive()
    }
}

impl Paths {
    fn read(&self) -> Result<Pem, TlsError> {
        let read =
            |path, wanted| fs::read(path).map_err(|error| unreadable(path, wanted)(pem::Error::Io(error)));
        Ok(Pem { cert: read(&self.cert, CERTIFICATE)?, key: read(&self.key, KEY)? })
    }

    fn parse(&self, read: &Pem, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&read.cert)
            .collect::<Result<_, _>>()
            .map_err(unreadable(&self.cert, CERTIFICATE))?;
        if chain.is_empty() {
            return Err(TlsError::Empty { path: self.cert.clone() });
        }
        let private = PrivateKeyDer::from_pem_slice(&read.key).map_err(unreadable(&self.key, KEY))?;
        CertifiedKey::from_der(chain, private, provider).map_err(|reason| self.mismatch(reason))
    }

    fn mismatch(&self, reason: rustls::Error) -> TlsError {
        TlsError::Mismatch { cert: self.cert.clone(), key: self.key.clone(), reason }
    }
}

fn unreadable(path: &Path, wanted: &'static str) -> impl FnOnce(pem::Error) -> TlsError {
    let path = path.to_owned();
    move |reason| TlsError::Unreadable { path, wanted, reason }
}

/// The certificate that is shown to all who ask, whatever name they ask for.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}
