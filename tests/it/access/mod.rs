//! Who may come onto the floor and what each may do there, without any server.

mod accounts;
mod attempts;
mod audit;
mod password;
mod rights;
