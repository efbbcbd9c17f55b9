//! Looks at PulseAudio's sources directly.
//!
//! `cpal` can tell that a name is there, but not that it is a *new* source under the old name; PulseAudio's index can.
//! That matters: our recording was moved elsewhere when the old one went.

use std::ffi::{CStr, CString};
use std::time::Duration;

use pulseaudio::Client;
use pulseaudio::protocol::{SinkFlags, SinkState};
use tokio::runtime::{Builder, Runtime};

use crate::call::Channel;
use crate::capture::host::{DeviceKey, find_choice};
use crate::capture::settings::{DeviceChoice, Role, Source};

use super::finder::full_id;

/// A server that does not answer for this long is dead to us.
const DEADLINE: Duration = Duration::from_secs(2);

/// A connection of its own, made anew when it breaks.
pub(super) struct PulseSources {
    connected: Option<(Client, Runtime)>,
}

/// A source or sink of the server.
struct Named {
    name: String,
    description: String,
    index: u32,
}

impl PulseSources {
    pub(super) fn new() -> Self {
        Self { connected: None }
    }

    /// The source that is meant, if it is there.
    pub(super) fn find(&mut self, source: &Source, pinned: Option<&str>) -> Option<DeviceKey> {
        if self.connected.is_none() {
            self.connected = connect();
        }
        let (client, runtime) = self.connected.as_ref()?;
        let look = look(client, source, pinned);
        let answer = runtime.block_on(async { tokio::time::timeout(DEADLINE, look).await });
        match answer {
            Ok(Ok(found)) => found,
            Ok(Err(pulseaudio::ClientError::ServerError(_))) => None,
            _ => {
                self.connected = None;
                None
            }
        }
    }
}

fn connect() -> Option<(Client, Runtime)> {
    let runtime = Builder::new_current_thread().enable_time().build().ok()?;
    let client = Client::from_env(c"callcue watch").ok()?;
    Some((client, runtime))
}

async fn look(
    client: &Client,
    source: &Source,
    pinned: Option<&str>,
) -> Result<Option<DeviceKey>, pulseaudio::ClientError> {
    let name = match (&source.device, pinned) {
        (_, Some(pinned)) => bare(pinned).to_owned(),
        (DeviceChoice::Default, None) => match default_name(client, source.role).await? {
            Some(name) => name,
            None => return Ok(None),
        },
        (choice, None) => match chosen_name(client, choice).await? {
            Some(name) => name,
            None => return Ok(None),
        },
    };
    let Ok(asked) = CString::new(name.clone()) else {
        return Ok(None);
    };
    match client.source_info_by_name(asked).await {
        Ok(info) => Ok(Some(key(&name, info.index))),
        Err(pulseaudio::ClientError::ServerError(_)) => match &source.device {
            // A person's name for a device may have got another id with a new plug.
            DeviceChoice::Name(_) => Ok(chosen_source(client, &source.device).await?),
            _ => Ok(None),
        },
        Err(error) => Err(error),
    }
}

async fn default_name(client: &Client, role: Role) -> Result<Option<String>, pulseaudio::ClientError> {
    let server = client.server_info().await?;
    Ok(match role {
        Role::Side(Channel::Customer) => {
            server.default_sink_name.map(|sink| format!("{}.monitor", text(&sink)))
        }
        _ => server.default_source_name.map(|source| text(&source)),
    })
}

async fn chosen_name(
    client: &Client,
    choice: &DeviceChoice,
) -> Result<Option<String>, pulseaudio::ClientError> {
    if let Some(found) = chosen_source(client, choice).await? {
        return Ok(Some(bare(&found.id).to_owned()));
    }
    // A sink by its own name means what it plays.
    let sinks = client.list_sinks().await?;
    let sinks: Vec<Named> =
        sinks.into_iter().map(|sink| named(&sink.name, sink.description.as_deref(), sink.index)).collect();
    Ok(chosen(choice, &sinks).map(|sink| format!("{}.monitor", sink.name)))
}

async fn chosen_source(
    client: &Client,
    choice: &DeviceChoice,
) -> Result<Option<DeviceKey>, pulseaudio::ClientError> {
    let sources = client.list_sources().await?;
    let sources: Vec<Named> = sources
        .into_iter()
        .map(|source| named(&source.name, source.description.as_deref(), source.index))
        .collect();
    Ok(chosen(choice, &sources).map(|source| key(&source.name, source.index)))
}

fn chosen<'a>(choice: &DeviceChoice, all: &'a [Named]) -> Option<&'a Named> {
    let choice = match choice {
        DeviceChoice::Id(id) => DeviceChoice::Id(bare(id).to_owned()),
        other => other.clone(),
    };
    let pairs = all.iter().map(|n| (n.name.as_str(), n.description.as_str()));
    let name = find_choice(&choice, pairs)?.to_owned();
    all.iter().find(|named| named.name == name)
}

fn named(name: &CStr, description: Option<&CStr>, index: u32) -> Named {
    Named { name: text(name), description: text(description.unwrap_or(name)), index }
}

fn text(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}

fn bare(id: &str) -> &str {
    id.strip_prefix("pulseaudio:").unwrap_or(id)
}

fn key(name: &str, index: u32) -> DeviceKey {
    DeviceKey { id: full_id(cpal::HostId::PulseAudio, name), epoch: index }
}

/// Wakes the sink whose monitor `id` is, if it is a virtual one that nobody plays to.
///
/// Such a sink has thought up to 2 s of silence ahead, and its monitor delivers nothing until they are over, whatever latency
/// a recording asks for. Put to sleep and woken, it starts over at once. Sinks of hardware start over by themselves, and a
/// sink that somebody plays to is left alone. Without success the first sound only comes later.
pub(super) fn wake_idle_sink(id: &str) {
    let Some(sink) = bare(id).strip_suffix(".monitor") else {
        return;
    };
    let (Some((client, runtime)), Ok(sink)) = (connect(), CString::new(sink)) else {
        return;
    };
    let wake = async {
        let info = client.sink_info_by_name(sink.clone()).await?;
        if info.state == SinkState::Idle && !info.flags.contains(SinkFlags::HARDWARE) {
            client.suspend_sink_by_name(sink.clone(), true).await?;
            client.suspend_sink_by_name(sink, false).await?;
        }
        Ok::<(), pulseaudio::ClientError>(())
    };
    let woken = runtime.block_on(async { tokio::time::timeout(DEADLINE, wake).await });
    tracing::debug!(id, ?woken, "idle sink");
}
