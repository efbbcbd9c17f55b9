//! How fast a device's clock runs against the time line.

use std::collections::VecDeque;

/// One point a second.
const POINT_SECONDS: f64 = 1.0;
/// How far back points count.
const POINTS_MAX: usize = 120;
/// Pairs closer than this say more about jitter than about drift.
const PAIR_SECONDS_MIN: f64 = 5.0;
/// No estimate before the points span this much.
const SPAN_SECONDS_MIN: f64 = 30.0;
/// Crystals keep within ±100 ppm, bad ones ±300; more is a mistake of the measurement.
const DRIFT_PPM_MAX: f64 = 1_000.0;

#[derive(Clone, Copy, Debug)]
struct Point {
    device_s: f64,
    lag_s: f64,
    segment: u32,
}

/// A robust slope of capture timestamps over device time.
///
/// Each second of blocks gives one point, the median of (timestamp − frames / nominal rate); the drift is
/// the median slope of all pairs of points (Theil and Sen; it bears up to 29 % of wild points). Pairs across a
/// hole do not count, because the length of a hole is only known to some milliseconds.
#[derive(Debug, Default)]
pub struct DriftMeter {
    points: VecDeque<Point>,
    second: Vec<f64>,
    second_from_s: Option<f64>,
    segment: u32,
    slopes: Vec<f64>,
    drift_ppm: Option<f64>,
}

impl DriftMeter {
    /// A meter that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// One block: its first frame is at `device_s` seconds by the device's own count and nominal rate, and was
    /// captured at `captured_s` seconds on the time line.
    pub fn add(&mut self, device_s: f64, captured_s: f64) {
        let from_s = *self.second_from_s.get_or_insert(device_s);
        if device_s - from_s >= POINT_SECONDS {
            self.close_second(from_s + POINT_SECONDS / 2.0);
            self.second_from_s = Some(device_s);
        }
        self.second.push(captured_s - device_s);
    }

    /// The device's count and the time line were cut apart here.
    pub fn cut(&mut self) {
        self.second.clear();
        self.second_from_s = None;
        self.segment = self.segment.wrapping_add(1);
    }

    /// Parts in a million by which the device is slow (its second lasts longer); `None` before 30 s of sound.
    pub fn drift_ppm(&self) -> Option<f64> {
        self.drift_ppm
    }

    fn close_second(&mut self, device_s: f64) {
        let lag_s = median(&mut self.second);
        self.second.clear();
        if self.points.len() == POINTS_MAX {
            self.points.pop_front();
        }
        self.points.push_back(Point { device_s, lag_s, segment: self.segment });
        self.fit();
    }

    fn fit(&mut self) {
        self.slopes.clear();
        let mut span_s: f64 = 0.0;
        for (i, late) in self.points.iter().enumerate() {
            for early in self.points.iter().take(i) {
                let apart_s = late.device_s - early.device_s;
                if early.segment == late.segment && apart_s >= PAIR_SECONDS_MIN {
                    span_s = span_s.max(apart_s);
                    self.slopes.push((late.lag_s - early.lag_s) / apart_s);
                }
            }
        }
        if span_s >= SPAN_SECONDS_MIN {
            let ppm = median(&mut self.slopes) * 1e6;
            self.drift_ppm = Some(ppm.clamp(-DRIFT_PPM_MAX, DRIFT_PPM_MAX));
        }
    }
}

/// The middle value, 0 of none. Reorders `values`.
pub(super) fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}
