use crate::call::{CallTime, Channel, Metrics, PerChannel, Span};
use crate::phrase::count_characters;
use crate::rules::Utterance;

/// An agent who starts over the customer and goes on for so long has interrupted.
const INTERRUPTION_MS: u64 = 1_000;

/// Sums up the behaviour of a call, from the same utterances that the rules see.
#[derive(Debug, Default)]
pub(super) struct Meter {
    spoken_ms: PerChannel<u64>,
    /// Speech of both sides together, overlaps counted once.
    either_ms: u64,
    /// End of all speech so far.
    end: CallTime,
    power: PerChannel<(f64, u64)>,
    characters: usize,
    monologue_ms: u64,
    longest_ms: u64,
    last: PerChannel<Option<Span>>,
    interruptions: u32,
    delays_ms: (u64, u64),
    silence_windows: u32,
}

impl Meter {
    pub(super) fn silence(&mut self, length_ms: u64) {
        // One quiet stretch raises a window at 3 s and again at 6, 9, …: it is one stretch.
        self.silence_windows += u32::from(length_ms == crate::segment::SILENCE_WINDOW_MS);
    }

    pub(super) fn spoken(&mut self, utterance: &Utterance) {
        let (channel, span) = (utterance.channel, utterance.span);
        self.spoken_ms[channel] += span.millis();
        self.either_ms += span.to.millis_since(span.from.max(self.end.min(span.to)));
        self.end = self.end.max(span.to);
        if let Some(level) = utterance.level_dbfs {
            let (power, ms) = &mut self.power[channel];
            *power += 10f64.powf(f64::from(level) / 10.0) * span.millis().max(1) as f64;
            *ms += span.millis().max(1);
        }
        let other = self.last[channel.other()];
        if channel == Channel::Agent {
            self.characters += count_characters(&utterance.text);
            self.agent_spoke(span, other);
        } else {
            self.monologue_ms = 0;
            if let Some(agent) = self.last[Channel::Agent] {
                self.interrupted(agent, span);
            }
        }
        self.last[channel] = Some(span);
    }

    fn agent_spoke(&mut self, span: Span, customer: Option<Span>) {
        self.monologue_ms += span.millis();
        self.longest_ms = self.longest_ms.max(self.monologue_ms);
        let Some(customer) = customer else { return };
        self.interrupted(span, customer);
        let answers = self.last[Channel::Agent].is_none_or(|before| before.to <= customer.to);
        if answers && span.from >= customer.to {
            self.delays_ms.0 += span.from.millis_since(customer.to);
            self.delays_ms.1 += 1;
        }
    }

    /// Counts `agent` if it began inside `customer`; each pair is seen once, when its later one is over.
    fn interrupted(&mut self, agent: Span, customer: Span) {
        let inside = agent.from > customer.from && agent.from < customer.to;
        self.interruptions += u32::from(inside && agent.millis() >= INTERRUPTION_MS);
    }

    pub(super) fn finish(&self, end: CallTime, restatings: u32) -> Metrics {
        let [agent, customer] = Channel::BOTH.map(|channel| self.spoken_ms[channel]);
        let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f32 / whole as f32 };
        let level = |channel| {
            let (power, ms): (f64, u64) = self.power[channel];
            (ms > 0).then(|| (10.0 * (power / ms as f64).log10()) as f32)
        };
        let call_ms = end.as_millis();
        Metrics {
            agent_talk_share: share(agent, agent + customer),
            customer_talk_share: share(customer, agent + customer),
            silence_share: share(call_ms.saturating_sub(self.either_ms), call_ms),
            longest_monologue_ms: self.longest_ms,
            interruptions: self.interruptions,
            response_delay_ms: self.delays_ms.0.checked_div(self.delays_ms.1),
            agent_chars_per_s: (agent > 0).then(|| self.characters as f32 * 1000.0 / agent as f32),
            agent_level_dbfs: level(Channel::Agent),
            customer_level_dbfs: level(Channel::Customer),
            silence_windows: self.silence_windows,
            restatings,
        }
    }
}
