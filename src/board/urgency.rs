/// What may make an agent need somebody.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    /// How often the alert that has been passed on most has been; none: there is no open alert.
    pub(super) alert_passed_on: Option<u32>,
    pub(super) flags_grave: u32,
    pub(super) flags_light: u32,
    /// Length of the silence that runs, ms.
    pub(super) silence_ms: Option<u64>,
    /// In a call, a side cannot be heard or the station is away.
    pub(super) deaf: bool,
    pub(super) on_hold: bool,
    /// The station's own alarm.
    pub(super) alarm: bool,
}

/// 0 to 100, by the table of the module.
pub(super) fn urgency(needs: &Needs) -> u8 {
    let over = |base: u8, more: u64| base + more.min(9) as u8;
    if let Some(passed_on) = needs.alert_passed_on {
        over(90, passed_on.into())
    } else if needs.flags_grave > 0 {
        over(70, needs.flags_grave.into())
    } else if let Some(length_ms) = needs.silence_ms {
        over(50, length_ms / 3_000)
    } else if needs.deaf {
        45
    } else if needs.on_hold {
        40
    } else if needs.flags_light > 0 {
        over(20, needs.flags_light.into())
    } else if needs.alarm {
        10
    } else {
        0
    }
}
