use std::fmt;

use serde::Serialize;

/// What a run of the swarm has shown. Names and units of the JSON form are a fixed interface.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Simulated stations.
    pub stations: usize,
    /// Watching leads.
    pub leads: usize,
    /// Leads that watched and never read.
    pub frozen_leads: usize,
    /// Length of the measurement, s.
    pub seconds: u64,
    /// Of the calls and their order.
    pub seed: u64,
    /// Calls in the stations' journals.
    pub calls: u64,
    /// Events in the stations' journals, warm-up included.
    pub events: u64,
    /// Events a second during the measurement.
    pub events_per_s: f64,
    /// Events of the journals that the floor does not have.
    pub lost: u64,
    /// Events that the floor has twice.
    pub duplicated: u64,
    /// Events that it has in another order.
    pub reordered: u64,
    /// Events that it has with other words, or that no journal has.
    pub changed: u64,
    /// Events that found no room in a journal and were never sent.
    pub unkept: u64,
    /// From a station's journal to a lead's socket, all events at all leads: median, ms.
    pub p50_ms: u64,
    /// 99 of 100 were not later, ms.
    pub p99_ms: u64,
    /// The latest, ms.
    pub max_ms: u64,
    /// Events that a lead's socket got, summed over the leads.
    pub deliveries: u64,
    /// Those that a lead never got.
    pub undelivered: u64,
    /// Most memory of the floor during the measurement, KiB; 0 for a floor that is not a child of the swarm.
    pub floor_rss_kib: u64,
    /// Its memory before the first station came, KiB.
    pub floor_idle_rss_kib: u64,
    /// What the stations added to that, KiB a station.
    pub floor_kib_per_station: f64,
    /// Processor time of the floor during the measurement, s.
    pub floor_cpu_s: f64,
    /// The same, in processors.
    pub floor_cores: f64,
    /// Processor time of the swarm itself during the measurement, s.
    pub swarm_cpu_s: f64,
    /// Faults in words: the first few of the comparison, and of the store's own check.
    pub faults: Vec<String>,
}

impl Report {
    /// Nothing lost, doubled, in another order or changed, and the store's own check found nothing.
    pub fn is_good(&self) -> bool {
        self.lost == 0
            && self.duplicated == 0
            && self.reordered == 0
            && self.changed == 0
            && self.faults.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, value: String| writeln!(f, "{name:<28}{value}");
        row("stations, leads", format!("{}, {}", self.stations, self.leads))?;
        if self.frozen_leads > 0 {
            row("frozen leads", self.frozen_leads.to_string())?;
        }
        row("measured", format!("{} s, seed {}", self.seconds, self.seed))?;
        row("calls, events", format!("{}, {} ({:.0} a second)", self.calls, self.events, self.events_per_s))?;
        row("lost, doubled", format!("{}, {}", self.lost, self.duplicated))?;
        row("reordered, changed", format!("{}, {}", self.reordered, self.changed))?;
        if self.unkept > 0 {
            row("no room in a journal", self.unkept.to_string())?;
        }
        row("event to lead, p50", format!("{} ms", self.p50_ms))?;
        row("event to lead, p99", format!("{} ms", self.p99_ms))?;
        row("event to lead, longest", format!("{} ms", self.max_ms))?;
        row("deliveries, undelivered", format!("{}, {}", self.deliveries, self.undelivered))?;
        if self.floor_rss_kib > 0 {
            let each = format!(
                "{:.0} KiB a station over {} KiB",
                self.floor_kib_per_station, self.floor_idle_rss_kib
            );
            row("floor: memory", format!("{} KiB ({each})", self.floor_rss_kib))?;
            row(
                "floor: processor",
                format!("{:.1} s ({:.2} of a core)", self.floor_cpu_s, self.floor_cores),
            )?;
        }
        row("swarm: processor", format!("{:.1} s", self.swarm_cpu_s))?;
        self.faults.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }
}
