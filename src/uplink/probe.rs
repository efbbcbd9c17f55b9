use axum::http::StatusCode;
use jiff::Timestamp;

use super::access::FloorAccess;
use super::line::{LineError, Requests};

/// What `callcue doctor` finds at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FloorProbe {
    /// How far the floor's clock is ahead of this one, s; negative: behind. Absent where it tells no time.
    pub clock_ahead_s: Option<i64>,
}

/// Why there is no [`FloorProbe`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ProbeError {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: &'static str,
}

/// Asks the floor whether it is there and takes this station's token; disturbs no link that stands. `now` is asked when the
/// answer has come.
///
/// # Errors
/// [`ProbeError`] with its mend.
pub fn probe_floor(access: &FloorAccess, now: fn() -> Timestamp) -> Result<FloorProbe, ProbeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ProbeError {
        what: error.to_string(),
        mend: "end some programs; the system has no room for a connection",
    })?;
    runtime
        .block_on(ask(access, now))
        .map_err(|error| ProbeError { what: format!("{} {error}", access.url), mend: mend(&error) })
}

async fn ask(access: &FloorAccess, now: fn() -> Timestamp) -> Result<FloorProbe, LineError> {
    let mut requests = Requests::open(access).await?;
    // Whoever has the token may ask after a recording; that there is none of this name is a good answer.
    let answer = requests.ask("GET", "/station/recordings/doctor", Vec::new()).await?;
    if !matches!(answer.status, StatusCode::OK | StatusCode::NOT_FOUND) {
        return Err(LineError::NoFloor(answer.status));
    }
    let date = answer.date.and_then(|date| jiff::fmt::rfc2822::parse(&date).ok());
    let clock_ahead_s = date.map(|date| date.timestamp().as_second() - now().as_second());
    Ok(FloorProbe { clock_ahead_s })
}

const fn mend(error: &LineError) -> &'static str {
    match error {
        LineError::Denied(_) => {
            "enrol this station again (`callcue floor enrol` on the floor) and put the new token into [floor]"
        }
        LineError::Untrusted(_) => {
            "install the authority of its certificate on this machine, or name its PEM file as ca_file under [floor]"
        }
        LineError::NoFloor(_) => "check url under [floor]: is it callcue's floor, of the same version?",
        _ => "is the floor running, and url under [floor] right? Meanwhile calls work, and are sent later",
    }
}
