//! What devices do to us, and how capture comes back.

use super::*;

fn pulse(id: &'static str, sound: fn(f64) -> f32) -> FakeDevice {
    let mut device = FakeDevice::new(id, sound);
    device.moves_silently = true;
    device
}

#[test]
fn a_device_that_is_not_there_is_told_within_a_second_and_taken_when_it_comes() {
    let mut customer = FakeDevice::new("spk", customer_tone);
    customer.present = false;
    let mut bench = Bench::two(FakeDevice::new("mic", agent_tone), customer);
    bench.run_until(6_000);
    assert_eq!(bench.losses(Customer), [LossReason::NotFound]);
    assert!(bench.breaks(Customer)[0].0 <= 1_000);
    bench.host().plug("spk");
    bench.run_until(10_000);
    let (back_ms, event) = bench.breaks(Customer)[1];
    assert!(matches!(event, CaptureEvent::Back { at, .. } if at.as_millis() < 6_500));
    assert!(back_ms <= 8_000, "back at {back_ms} ms");
    assert!(bench.losses(Agent).is_empty());
}

#[test]
fn a_vanished_sink_never_lets_the_microphone_through() {
    // The moment of the pull against the poll of the watch must not matter.
    for pull_ms in (4_000..4_000 + 80).step_by(20) {
        let mut bench = Bench::two(pulse("mic", agent_tone), pulse("spk", customer_tone));
        bench.run_until(pull_ms);
        bench.host().pull("spk");
        bench.run_until(pull_ms + 3_000);
        let (lost_ms, _) = bench.breaks(Customer)[0];
        assert_eq!(bench.losses(Customer), [LossReason::Removed]);
        assert!(lost_ms <= pull_ms + 1_000, "told after {} ms", lost_ms - pull_ms);
        let end_ms = bench.heard_until_ms(Customer);
        assert!(end_ms <= pull_ms, "sound of {} ms after the pull", end_ms - pull_ms);
        assert!(pull_ms - end_ms <= 60, "{} ms lost before the pull", pull_ms - end_ms);
        bench.host().plug("spk");
        bench.run_until(pull_ms + 8_000);
        let breaks = bench.breaks(Customer);
        let (back_ms, CaptureEvent::Back { at, .. }) = breaks[1] else { panic!("{breaks:?}") };
        assert!(back_ms <= pull_ms + 5_000);
        assert!(at.as_millis() <= pull_ms + 3_000 + 500);
        let heard: Vec<i16> = bench.samples(Customer).into_iter().flatten().collect();
        assert!(strength(&heard, 1_000.0) < 1e-4, "the agent is on the customer's channel");
        assert!((strength(&heard[..16_000], 300.0) - 0.3).abs() < 0.01);
        assert!(bench.breaks(Agent).is_empty(), "the microphone was never touched");
    }
}

#[test]
fn a_sink_that_is_replaced_between_two_looks_is_noticed() {
    for pull_ms in (4_000..4_000 + 80).step_by(20) {
        let mut bench = Bench::two(pulse("mic", agent_tone), pulse("spk", customer_tone));
        bench.run_until(pull_ms);
        bench.host().pull("spk");
        bench.run_until(pull_ms + 10);
        bench.host().plug("spk");
        bench.run_until(pull_ms + 4_000);
        assert_eq!(bench.losses(Customer), [LossReason::Removed]);
        let heard: Vec<i16> = bench.samples(Customer).into_iter().flatten().collect();
        assert!(strength(&heard, 1_000.0) < 1e-4);
        assert!(bench.heard_until_ms(Customer) + 200 > pull_ms + 4_000, "runs again");
    }
}

#[test]
fn default_means_the_same_device_until_the_end() {
    let other = FakeDevice::new("other", agent_tone);
    let mut bench = Bench::new(
        "",
        vec![FakeDevice::new("mic", customer_tone), FakeDevice::new("spk", customer_tone), other],
    );
    bench.run_until(2_000);
    bench.host().pull("mic");
    bench.host().defaults = [2, 2];
    bench.run_until(6_000);
    assert_eq!(bench.losses(Agent), [LossReason::Removed]);
    assert!(bench.heard_until_ms(Agent) <= 2_000);
}

#[test]
fn play_that_never_returns_is_given_up_when_the_device_goes() {
    let mut customer = pulse("spk", customer_tone);
    customer.play = Takes::Forever;
    let mut bench = Bench::two(pulse("mic", agent_tone), customer);
    bench.run_until(1_500);
    assert_eq!(bench.losses(Customer), [LossReason::Stalled]);
    bench.host().pull("spk");
    bench.run_until(2_000);
    bench.host().device("spk").play = Takes::Ms(30);
    bench.host().plug("spk");
    bench.run_until(6_000);
    let back_ms = bench.breaks(Customer)[1].0;
    assert!(back_ms <= 4_000, "back at {back_ms} ms");
    assert!(bench.breaks(Agent).is_empty());
}

#[test]
fn play_that_never_returns_is_tried_again() {
    let mut customer = FakeDevice::new("spk", customer_tone);
    customer.play = Takes::Forever;
    let mut bench = Bench::two(FakeDevice::new("mic", agent_tone), customer);
    bench.run_until(3_000);
    bench.host().device("spk").play = Takes::Ms(30);
    bench.run_until(8_000);
    assert!(matches!(bench.breaks(Customer)[1], (ms, CaptureEvent::Back { .. }) if ms < 6_500));
}

#[test]
fn a_stalled_microphone_is_lost_and_comes_back_by_itself() {
    let mut bench = Bench::two(FakeDevice::new("mic", agent_tone), FakeDevice::new("spk", customer_tone));
    bench.run_until(5_000);
    bench.host().device("mic").stalled = true;
    bench.run_until(6_500);
    bench.host().device("mic").stalled = false;
    bench.run_until(9_000);
    assert_eq!(bench.losses(Agent), [LossReason::Stalled]);
    let breaks = bench.breaks(Agent);
    assert!(breaks[0].0 <= 5_700, "told at {} ms", breaks[0].0);
    assert!(
        matches!(breaks[1], (told, CaptureEvent::Back { at, .. })
        if told <= 7_000 && (6_480..=6_530).contains(&at.as_millis())),
        "{breaks:?}"
    );
    assert_eq!(bench.host().opened, 2, "the stream was kept");
}

#[test]
fn a_long_stall_opens_the_device_anew_even_if_dropping_it_hangs() {
    let mut mic = FakeDevice::new("mic", agent_tone);
    mic.close = Takes::Forever;
    let mut bench = Bench::two(mic, FakeDevice::new("spk", customer_tone));
    bench.run_until(5_000);
    bench.host().device("mic").stalled = true;
    bench.run_until(12_000);
    bench.host().device("mic").stalled = false;
    bench.run_until(16_000);
    assert!(bench.host().opened > 2);
    assert_eq!(bench.losses(Agent), [LossReason::Stalled]);
    assert!(matches!(bench.breaks(Agent)[1], (told, CaptureEvent::Back { .. }) if told <= 14_000));
}
