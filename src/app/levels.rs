use crate::call::{CallTime, Channel, PerChannel, SAMPLE_RATE_HZ};
use crate::wire::Moment;

/// Samples of the side that is ahead between two messages: 100 ms.
const EVERY_SAMPLES: u64 = SAMPLE_RATE_HZ as u64 / 10;
/// What a meter shows for no sound at all.
const FLOOR_DBFS: f32 = -96.0;

/// RMS of both sides, ten times a second, for the screen's meters.
#[derive(Debug, Default)]
pub(super) struct Meters {
    sums: PerChannel<(f64, u64)>,
}

impl Meters {
    /// Takes audio of one side; gives a message when enough has come. `doing`: who speaks, agent first, and since when
    /// both are quiet.
    pub(super) fn audio(
        &mut self,
        channel: Channel,
        samples: &[i16],
        at_ms: u64,
        doing: Option<([bool; 2], Option<CallTime>)>,
    ) -> Option<Moment> {
        let (energy, count) = &mut self.sums[channel];
        *energy += samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        *count += samples.len() as u64;
        if *count < EVERY_SAMPLES {
            return None;
        }
        let [agent_dbfs, customer_dbfs] = Channel::BOTH.map(|side| level_dbfs(self.sums[side]));
        self.sums = PerChannel::default();
        let ([agent_speaking, customer_speaking], quiet_since) = doing.unwrap_or_default();
        let quiet_since_ms = quiet_since.map(CallTime::as_millis);
        Some(Moment::Levels {
            at_ms,
            agent_dbfs,
            customer_dbfs,
            agent_speaking,
            customer_speaking,
            quiet_since_ms,
        })
    }
}

fn level_dbfs((energy, count): (f64, u64)) -> f32 {
    if count == 0 || energy == 0.0 {
        return FLOOR_DBFS;
    }
    let rms = (energy / count as f64).sqrt() / 32_768.0;
    (20.0 * rms.log10() as f32).max(FLOOR_DBFS)
}
