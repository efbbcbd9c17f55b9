use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::Fault;

/// Passwords that are hashed at a time: each takes 19 MiB and tens of milliseconds of a core that calls need, too.
const AT_A_TIME: usize = 2;
/// Log-ins that wait for their turn. More are sent away.
const WAITING_MAX: usize = 64;

/// Turns at hashing a password.
#[derive(Debug)]
pub(crate) struct LogIns {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for LogIns {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_A_TIME)), waiting: Arc::new(Semaphore::new(WAITING_MAX)) }
    }
}

impl LogIns {
    /// A turn, for as long as it is held. Cutting a connection off gives no turn back while its hash is still made, if it is held there.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, Fault> {
        let busy = || {
            Fault::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "登录的人太多，请稍后再试",
                "too many log-ins at once; try again",
            )
        };
        let _waiting = self.waiting.try_acquire().map_err(|_| busy())?;
        Arc::clone(&self.turns).acquire_owned().await.map_err(|_| busy())
    }
}
