//! Who may come onto the floor and what each may do there, without any server.

mod accounts;
mod attempts;
mod audit;
#[cfg(feature = "oidc")]
mod oidc;
mod password;
mod rights;
mod tls;
