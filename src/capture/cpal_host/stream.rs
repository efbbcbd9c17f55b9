use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, DeviceId, ErrorKind, HostId, StreamConfig, StreamInstant};

use crate::capture::frames::StreamFormat;
use crate::capture::host::{DeviceKey, OpenStream};
use crate::capture::ring::block_ring;
use crate::capture::settings::{FormatSettings, SampleFormat, Source};

use super::finder;

/// Callbacks a second. PulseAudio's own choice is one in 2 s.
const BLOCKS_PER_SECOND: u32 = 100;
/// For hosts that can bound the building of a stream.
const BUILD_DEADLINE: Duration = Duration::from_secs(3);
/// Readings of the stream's clock; the one that took least time counts.
const CLOCK_READINGS: usize = 8;

/// Formats that callcue reads, best first.
const FORMATS: [(cpal::SampleFormat, SampleFormat); 6] = [
    (cpal::SampleFormat::F32, SampleFormat::F32),
    (cpal::SampleFormat::I16, SampleFormat::I16),
    (cpal::SampleFormat::I32, SampleFormat::I32),
    (cpal::SampleFormat::I24, SampleFormat::I24),
    (cpal::SampleFormat::U16, SampleFormat::U16),
    (cpal::SampleFormat::U8, SampleFormat::U8),
];

/// Opens `device` and lets it run; blocks for as long as the sound system likes. `on_error` is called when it breaks off.
pub(super) fn open(
    host_id: HostId,
    source: &Source,
    device: &DeviceKey,
    started: Instant,
    on_error: impl Fn(String) + Send + 'static,
) -> Result<(cpal::Stream, OpenStream), String> {
    // A fresh host each time: after the sound server went away the old one is dead for good.
    let host = cpal::host_from_id(host_id).map_err(|error| error.to_string())?;
    let id: DeviceId = device.id.parse().map_err(|error: cpal::Error| error.to_string())?;
    let found = host.device_by_id(&id).ok_or_else(|| format!("{id} is not there"))?;
    let loopback = finder::is_loopback(&found);
    let format = preferred_format(&found, loopback)?;
    let format = overridden(format, source.format);
    let (mut writer, reader) = block_ring(format.rate_hz, format.frame_bytes());
    let config = StreamConfig {
        channels: format.channels,
        sample_rate: format.rate_hz,
        buffer_size: BufferSize::Fixed((format.rate_hz / BLOCKS_PER_SECOND).max(1)),
    };
    let stream = found
        .build_input_stream_raw(
            config,
            cpal_format(format.sample),
            move |data, info| writer.push(since_origin(info.timestamp().capture), data.bytes()),
            move |error| {
                // These two are told and survived by the stream itself.
                if !matches!(error.kind(), ErrorKind::Xrun | ErrorKind::RealtimeDenied) {
                    on_error(error.to_string());
                }
            },
            Some(BUILD_DEADLINE),
        )
        .map_err(|error| error.to_string())?;
    #[cfg(target_os = "linux")]
    if host_id == HostId::PulseAudio {
        super::pulse::wake_idle_sink(&device.id);
    }
    stream.play().map_err(|error| error.to_string())?;
    let clock_offset_ns = clock_offset_ns(&stream, started);
    let opened = OpenStream {
        device: device.clone(),
        format,
        clock_offset_ns,
        reader,
        moves_silently: finder::moves_silently(host_id),
        idle_is_silence: cfg!(windows) && loopback,
    };
    Ok((stream, opened))
}

/// How the device itself likes to be opened.
pub(super) fn preferred_format(device: &cpal::Device, loopback: bool) -> Result<StreamFormat, String> {
    let config = if loopback { device.default_output_config() } else { device.default_input_config() };
    let config = config.map_err(|error| error.to_string())?;
    let known = FORMATS.iter().find(|(format, _)| *format == config.sample_format());
    let sample = match known {
        Some((_, sample)) => *sample,
        None => other_format(device, &config)?,
    };
    Ok(StreamFormat { rate_hz: config.sample_rate(), channels: config.channels(), sample })
}

/// The best format that callcue reads and the device offers at its own rate and channels.
fn other_format(device: &cpal::Device, config: &cpal::SupportedStreamConfig) -> Result<SampleFormat, String> {
    let offered: Vec<_> = device
        .supported_input_configs()
        .map_err(|error| error.to_string())?
        .filter(|range| range.channels() == config.channels() && range.contains_rate(config.sample_rate()))
        .map(|range| range.sample_format())
        .collect();
    FORMATS
        .iter()
        .find(|(format, _)| offered.contains(format))
        .map(|(_, sample)| *sample)
        .ok_or_else(|| format!("sample format {} is not supported", config.sample_format()))
}

fn overridden(format: StreamFormat, wanted: FormatSettings) -> StreamFormat {
    StreamFormat {
        rate_hz: wanted.rate_hz.unwrap_or(format.rate_hz),
        channels: wanted.channels.unwrap_or(format.channels).max(1),
        sample: wanted.sample.unwrap_or(format.sample),
    }
}

fn cpal_format(sample: SampleFormat) -> cpal::SampleFormat {
    FORMATS.iter().find(|(_, known)| *known == sample).map_or(cpal::SampleFormat::I16, |(format, _)| *format)
}

fn since_origin(instant: StreamInstant) -> Duration {
    Duration::from_nanos(instant.as_nanos() as u64)
}

/// What to add to the stream's instants to get the time since `started`. Two streams need not share an origin, but
/// each tells its own present moment.
fn clock_offset_ns(stream: &cpal::Stream, started: Instant) -> i64 {
    (0..CLOCK_READINGS)
        .map(|_| {
            let before = started.elapsed();
            let stream_now = since_origin(stream.now());
            let width = started.elapsed() - before;
            let middle = before + width / 2;
            (width, middle.as_nanos() as i64 - stream_now.as_nanos() as i64)
        })
        .min()
        .map_or(0, |(_, offset_ns)| offset_ns)
}
