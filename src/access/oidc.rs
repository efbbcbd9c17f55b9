//! OpenID Connect: authorization code with PKCE, over `ureq`. Behind the feature `oidc`.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::{Identity, IdentityError, IdentityProvider, NoRandomness, Pending, Secret};

/// Longest wait for the provider, all in all.
const PATIENCE: Duration = Duration::from_secs(8);
/// Most bytes of an answer.
const ANSWER_MAX: u64 = 1 << 20;

/// A provider and this floor's registration with it.
pub struct OidcProvider {
    issuer: String,
    client_id: String,
    client_secret: Option<Secret>,
    redirect: String,
    label: String,
    agent: Agent,
    /// What the provider says of itself, with its keys; read anew as each log-in begins, because keys change. A lock because log-ins run on several threads; held for a copy.
    metadata: Mutex<Option<CoreProviderMetadata>>,
}

/// How a provider is reached, and what this floor is there.
#[derive(Debug)]
pub struct OidcPlan {
    /// The provider's address, as it writes it itself.
    pub issuer: String,
    /// What the provider calls this floor.
    pub client_id: String,
    /// The secret that it gave; none for a public client.
    pub client_secret: Option<Secret>,
    /// Where browsers reach this floor: scheme, host and port.
    pub public_origin: String,
    /// What stands on the button.
    pub label: String,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct HttpError(String);

impl OidcProvider {
    /// Asks nobody yet.
    pub fn new(plan: OidcPlan) -> Self {
        let OidcPlan { issuer, client_id, client_secret, public_origin, label } = plan;
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        // A redirection could lead the code and the secret elsewhere.
        let config = Agent::config_builder()
            .tls_config(tls)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE));
        let is_here = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
            .iter()
            .any(|here| issuer.starts_with(here));
        let agent = if is_here { config.proxy(None).build().new_agent() } else { config.build().new_agent() };
        let redirect = format!("{public_origin}/api/oidc/callback");
        Self { issuer, client_id, client_secret, redirect, label, agent, metadata: Mutex::default() }
    }

    fn http(&self) -> impl Fn(HttpRequest) -> Result<HttpResponse, HttpError> + '_ {
        |request| {
            let response = self.agent.run(request).map_err(|error| HttpError(error.to_string()))?;
            let (parts, mut body) = response.into_parts();
            let bytes = body.with_config().limit(ANSWER_MAX).read_to_vec();
            let bytes = bytes.map_err(|error| HttpError(error.to_string()))?;
            Ok(HttpResponse::from_parts(parts, bytes))
        }
    }

    fn metadata(&self, anew: bool) -> Result<CoreProviderMetadata, IdentityError> {
        let known = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|_| !anew) {
            return Ok(known);
        }
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(unavailable)?;
        let metadata = CoreProviderMetadata::discover(&issuer, &self.http()).map_err(unavailable)?;
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = Some(metadata.clone());
        Ok(metadata)
    }

    fn exchange(&self, pending: &Pending, code: &str) -> Result<Identity, IdentityError> {
        let metadata = self.metadata(false)?;
        let redirect = RedirectUrl::new(self.redirect.clone()).map_err(unavailable)?;
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.client_id.clone()),
            self.secret(),
        )
        .set_redirect_uri(redirect);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(unavailable)?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.reveal().to_owned()))
            .request(&self.http())
            .map_err(untrusted)?;
        let id_token =
            tokens.id_token().ok_or_else(|| IdentityError::Untrusted("there is no ID token".to_owned()))?;
        let nonce = Nonce::new(pending.nonce.reveal().to_owned());
        // Issuer, audience, signature by a key of the provider, time and nonce.
        let claims = id_token.claims(&client.id_token_verifier(), &nonce).map_err(untrusted)?;
        Ok(Identity {
            subject: claims.subject().as_str().to_owned(),
            user_name: claims.preferred_username().map(|name| name.as_str().to_owned()),
        })
    }

    fn secret(&self) -> Option<ClientSecret> {
        self.client_secret.as_ref().map(|secret| ClientSecret::new(secret.reveal().to_owned()))
    }
}

impl IdentityProvider for OidcProvider {
    fn label(&self) -> &str {
        &self.label
    }

    fn begin(&self) -> Result<(String, Pending), IdentityError> {
        let no_secret = |error: NoRandomness| IdentityError::Unavailable(error.to_string());
        let pending = Pending {
            state: Secret::random().map_err(no_secret)?,
            nonce: Secret::random().map_err(no_secret)?,
            verifier: Secret::random().map_err(no_secret)?,
        };
        // Read anew at each log-in: keys that the provider has changed since are no reason to refuse anybody.
        let metadata = self.metadata(true)?;
        let redirect = RedirectUrl::new(self.redirect.clone()).map_err(unavailable)?;
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.client_id.clone()),
            self.secret(),
        )
        .set_redirect_uri(redirect);
        let verifier = PkceCodeVerifier::new(pending.verifier.reveal().to_owned());
        let (state, nonce) = (pending.state.reveal().to_owned(), pending.nonce.reveal().to_owned());
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok((url.to_string(), pending))
    }

    fn finish(&self, pending: &Pending, code: &str) -> Result<Identity, IdentityError> {
        self.exchange(pending, code)
    }
}

impl std::fmt::Debug for OidcProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcProvider").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// With what lies behind it, which is where the reason is.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

fn unavailable(error: impl std::error::Error) -> IdentityError {
    IdentityError::Unavailable(told(&error))
}

fn untrusted(error: impl std::error::Error) -> IdentityError {
    IdentityError::Untrusted(told(&error))
}
