use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use super::settings::{FloorSettings, FloorUrl, StationToken, TokenSource};

/// All that a connection to the floor needs: address, token, whom to trust.
#[derive(Clone, Debug)]
pub struct FloorAccess {
    pub(super) url: FloorUrl,
    pub(super) token: StationToken,
    /// Absent without TLS.
    pub(super) tls: Option<Arc<ClientConfig>>,
}

/// The settings of the floor cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A file that they name.
    #[error("{path}: cannot be read ({error}); check `{setting}` under [floor]", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// The setting that names it.
        setting: &'static str,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// Others may read the token.
    #[error("{path}: others on this machine can read the token; `chmod 600` it", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// A file without a token in it.
    #[error("{path}: {what}", path = path.display())]
    NoToken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// A file without certificates.
    #[error("{path}: {what}; `ca_file` under [floor] must name a PEM file with certificates", path = path.display())]
    NoCertificates {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The system's certificates cannot be had.
    #[error(
        "the certificates of this system cannot be used ({0}); install them, or name `ca_file` under [floor]"
    )]
    Tls(#[source] rustls::Error),
}

impl FloorAccess {
    /// Reads the files that the settings name.
    ///
    /// # Errors
    /// [`AccessError`] names the file and the mend.
    pub fn open(settings: &FloorSettings) -> Result<Self, AccessError> {
        let token = match &settings.token {
            TokenSource::Given(token) => token.clone(),
            TokenSource::File(path) => read_token(path)?,
        };
        let url = settings.url.clone();
        let tls = if url.is_tls() { Some(tls_config(settings.ca_file.as_deref())?) } else { None };
        Ok(Self { url, token, tls })
    }

    /// Where the floor is.
    pub const fn url(&self) -> &FloorUrl {
        &self.url
    }
}

fn read_token(path: &Path) -> Result<StationToken, AccessError> {
    let unreadable = |error| AccessError::Unreadable { path: path.to_owned(), setting: "token_file", error };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(AccessError::Open { path: path.to_owned() });
        }
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    StationToken::try_from(text.trim()).map_err(|what| AccessError::NoToken { path: path.to_owned(), what })
}

/// The system's authorities and those of `ca_file`; the provider is named, since another crate may bring one of its own.
fn tls_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, AccessError> {
    let extra = ca_file.map(read_certificates).transpose()?.unwrap_or_default();
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(AccessError::Tls)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(AccessError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, AccessError> {
    let pem = fs::read(path).map_err(|error| AccessError::Unreadable {
        path: path.to_owned(),
        setting: "ca_file",
        error,
    })?;
    let wrong = |what: String| AccessError::NoCertificates { path: path.to_owned(), what };
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() { Err(wrong("no certificate in it".to_owned())) } else { Ok(found) }
}
