//! Simulated stations and leads, without processes, sockets and sleeps.

mod faults;
mod parts;
mod room;
mod sockets;
mod tls;
