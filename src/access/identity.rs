use super::Secret;

/// The company's own identity provider, as far as the floor needs it. Everything here may wait for the network.
pub trait IdentityProvider: Send + Sync {
    /// What stands on the button.
    fn label(&self) -> &str;

    /// Begins a log-in: where to send the browser, and what to keep until it comes back.
    ///
    /// # Errors
    /// [`IdentityError`]; the other way to log in stays open.
    fn begin(&self) -> Result<(String, Pending), IdentityError>;

    /// Ends a log-in with the code that the browser brought back.
    ///
    /// # Errors
    /// [`IdentityError`] for a provider that cannot be reached, and for any token that is not exactly right.
    fn finish(&self, pending: &Pending, code: &str) -> Result<Identity, IdentityError>;
}

/// A log-in under way.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Comes back with the browser: the log-in's name.
    pub state: Secret,
    /// Must be in the ID token.
    pub nonce: Secret,
    /// Shows that whoever brings the code is the one who asked for it (PKCE).
    pub verifier: Secret,
}

/// Somebody, as the provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Never changes and belongs to nobody else there.
    pub subject: String,
    /// The name there, if it tells one; may change.
    pub user_name: Option<String>,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The provider does not answer, or not as it should: see to it, or to `[oidc]` in the configuration.
    #[error("the identity provider does not do its part: {0}")]
    Unavailable(String),
    /// What it says does not hold: nobody is let in.
    #[error("the identity provider's answer is not right: {0}")]
    Untrusted(String),
}
