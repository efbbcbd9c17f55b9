//! Simulated stations and leads, without processes, sockets and sleeps.

mod faults;
mod parts;
mod past;
mod room;
mod sockets;
mod tls;
