use std::time::Duration;

use crate::call::Channel;

use super::event::CaptureEvent;
use super::host::{Answer, AudioHost};
use super::link::Link;
use super::same_source::SameSourceAlarm;
use super::settings::CaptureSettings;

/// All of capture but threads and clocks: devices in, [`CaptureEvent`]s out.
///
/// Call [`step`](Self::step) every 10 ms or so; a late step delays events, it changes none.
#[derive(Debug)]
pub struct CaptureEngine<H> {
    host: H,
    links: Vec<Link>,
    alarm: SameSourceAlarm,
}

impl<H: AudioHost> CaptureEngine<H> {
    /// Captures what `settings` name, through `host`.
    pub fn new(settings: &CaptureSettings, host: H) -> Self {
        let links = settings.sources().into_iter().enumerate();
        Self {
            host,
            links: links.map(|(slot, source)| Link::new(slot, source)).collect(),
            alarm: SameSourceAlarm::new(),
        }
    }

    /// Does all that is due at `now`, counted since capture started, and appends what happened to `out`.
    pub fn step(&mut self, now: Duration, out: &mut Vec<CaptureEvent>) {
        let first = out.len();
        while let Some(answer) = self.host.answer() {
            self.take(now, answer, out);
        }
        for link in &mut self.links {
            link.step(now, &mut self.host, out);
        }
        let mut turned = Vec::new();
        for event in &out[first..] {
            turned.extend(self.alarm.watch(event));
        }
        out.append(&mut turned);
    }

    fn take(&mut self, now: Duration, answer: Answer, out: &mut Vec<CaptureEvent>) {
        let (Answer::Seen { slot, .. }
        | Answer::Opened { slot, .. }
        | Answer::Failed { slot, .. }
        | Answer::Closed { slot, .. }) = answer;
        let (Some(link), host) = (self.links.get_mut(slot), &mut self.host) else {
            return;
        };
        match answer {
            Answer::Seen { asked_at, device, .. } => link.seen(now, asked_at, device, host, out),
            Answer::Opened { generation, stream, .. } => link.opened(now, generation, stream, host, out),
            Answer::Failed { generation, message, .. } => link.failed(now, generation, &message, host, out),
            Answer::Closed { generation, .. } => link.closed(generation),
        }
    }

    /// The sound system, for tests that steer it.
    pub fn host_mut(&mut self) -> &mut H {
        &mut self.host
    }

    /// Parts in a million by which the clock of the channel's device is slow; `None` before 30 s of sound.
    pub fn drift_ppm(&self, channel: Channel) -> Option<f64> {
        let link = self.links.iter().find(|link| link.feeds(channel))?;
        link.placer()?.drift_ppm()
    }

    /// Median distance between the timestamps and the placement of the channel over the last 5 s, ms.
    pub fn error_ms(&self, channel: Channel) -> Option<f64> {
        let link = self.links.iter().find(|link| link.feeds(channel))?;
        Some(link.placer()?.error_ms())
    }
}
