//! Who may come onto the floor, and what each may do there: passwords, sessions, rights, tokens of stations, the audit trail.
//!
//! No HTTP and no clock: [`Accounts`] is told the time and blocks; whoever serves pages calls it from threads that may.
//!
//! 1. A password is kept as an Argon2id hash ([`PasswordHashes`]), a cookie or token, which is 256 random bits, as its SHA-256 ([`Secret`]).
//! 2. A name that does not exist, a wrong password and a disabled user get the same answer after the same time. Attempts are counted by name and by
//!    address, and each failure beyond a few doubles the wait ([`Attempts`]).
//! 3. A password that somebody else has seen must be changed before anything else: until then its user may nothing ([`may`]).
//! 4. Rights are one table ([`reach`]). No route has an opinion of its own; it asks [`may`] about one call, or [`scope`] for a query.
//! 5. A session is looked up in the store at each request, with its user: whoever is disabled, loses a role or a password is out at once. Its
//!    cookie is new at each log-in.
//! 6. What was done and what was refused goes to the audit trail ([`AuditTrail`]), without secrets.

mod accounts;
mod attempts;
mod audit;
mod error;
mod identity;
mod names;
#[cfg(feature = "oidc")]
mod oidc;
mod password;
mod rights;
mod secret;
mod secret_file;
mod session;
mod sign_on;
mod stations;
mod tls;
mod users;

pub use accounts::{Accounts, Actor, LoggedIn, Now};
pub use attempts::{Attempts, Wait};
pub use audit::{AuditTrail, AuditWriter, audit_queue};
pub use error::AccessError;
pub use identity::{Identity, IdentityError, IdentityProvider, Pending};
#[cfg(feature = "oidc")]
pub use oidc::{OidcPlan, OidcProvider};
pub use password::{PASSWORD_RULES, PasswordCost, PasswordHashes, WeakPassword, check_new_password};
pub use rights::{Act, On, Reach, Scope, may, reach, scope};
pub use secret::{NoRandomness, Secret, sha256_hex};
pub use secret_file::{SecretFileError, read_secret_file};
pub use session::{Session, SessionLimits};
pub use stations::{Enrolled, StationDraft};
pub use tls::{CertificateFiles, TlsError, tls_acceptor};
pub use users::UserDraft;
