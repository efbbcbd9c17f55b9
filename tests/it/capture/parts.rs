//! The parts by themselves: settings, sample formats, the ring, the queue.

use callcue::call::Channel;
use callcue::capture::ring::block_ring;
use callcue::capture::{
    BothSidesSettings, ChannelMap, DeviceChoice, LineTime, Outlet, Role, SampleFormat, StreamFormat,
};

use super::*;

#[test]
fn settings_are_strict_and_name_the_mend() {
    let ok: CaptureSettings = toml::from_str("both = { device = \"name:card\" }").unwrap();
    let both = BothSidesSettings {
        device: DeviceChoice::Name("card".into()),
        channels: ChannelMap { agent: 0, customer: 1 },
        format: Default::default(),
    };
    assert_eq!(ok.both, Some(both));
    for (bad, said) in [
        ("agnet = {}", "agnet"),
        ("agent = { device = \"usb\" }", "callcue devices"),
        ("agent = { device = \"id:\" }", "id:…"),
        ("agent = { format = { sample = \"f64\" } }", "f64"),
        ("both = { channels = {} }", "missing field"),
    ] {
        let error = toml::from_str::<CaptureSettings>(bad).unwrap_err().to_string();
        assert!(error.contains(said), "{bad}: {error}");
    }
}

#[test]
fn every_sample_format_is_read_at_full_scale() {
    let f = |v: f32| v.to_ne_bytes().to_vec();
    let rows: [(SampleFormat, [Vec<u8>; 3]); 6] = [
        (SampleFormat::F32, [f(-1.0), f(0.0), f(0.5)]),
        (SampleFormat::I16, [i16::MIN, 0, 16_384].map(|v| v.to_ne_bytes().to_vec())),
        (SampleFormat::U16, [0u16, 32_768, 49_152].map(|v| v.to_ne_bytes().to_vec())),
        (SampleFormat::I24, [-8_388_608i32, 0, 4_194_304].map(|v| v.to_ne_bytes().to_vec())),
        (SampleFormat::I32, [i32::MIN, 0, 1 << 30].map(|v| v.to_ne_bytes().to_vec())),
        (SampleFormat::U8, [0u8, 128, 192].map(|v| vec![v])),
    ];
    for (sample, values) in rows {
        let format = StreamFormat { rate_hz: 48_000, channels: 1, sample };
        let mut raw = values.concat();
        raw.extend_from_slice(&vec![0xff; sample.bytes() - 1]);
        let side = format.split(Role::Side(Channel::Agent), &raw);
        assert_eq!(side, [vec![-1.0, 0.0, 0.5]], "{sample:?}, torn last frame left out");
    }
    let nan = [f32::NAN, f32::INFINITY].map(f32::to_ne_bytes).concat();
    let format = StreamFormat { rate_hz: 48_000, channels: 1, sample: SampleFormat::F32 };
    assert_eq!(format.split(Role::Side(Channel::Agent), &nan), [vec![0.0, 0.0]]);
}

#[test]
fn sides_are_picked_or_averaged() {
    let format = StreamFormat { rate_hz: 48_000, channels: 2, sample: SampleFormat::I16 };
    let raw = [8_192i16, 16_384, -8_192, 0].map(i16::to_ne_bytes).concat();
    let rows = [
        (Role::Side(Channel::Customer), vec![vec![0.375, -0.125]]),
        (Role::Both(ChannelMap { agent: 0, customer: 1 }), vec![vec![0.25, -0.25], vec![0.5, 0.0]]),
        (Role::Both(ChannelMap { agent: 1, customer: 0 }), vec![vec![0.5, 0.0], vec![0.25, -0.25]]),
        (Role::Both(ChannelMap { agent: 0, customer: 5 }), vec![vec![0.25, -0.25], vec![0.0, 0.0]]),
    ];
    for (role, sides) in rows {
        assert_eq!(format.split(role, &raw), sides, "{role:?}");
    }
}

#[test]
fn the_ring_keeps_order_and_counts_what_does_not_fit() {
    let (mut writer, mut reader) = block_ring(1_000, 2);
    let block = |n: u64| (Duration::from_millis(n), vec![n as u8; 2_000]);
    for n in 0..6 {
        let (at, bytes) = block(n);
        writer.push(at, &bytes);
    }
    for n in 0..4 {
        let raw = reader.pop().unwrap();
        assert_eq!((raw.captured_at, raw.bytes), block(n));
    }
    assert!(reader.pop().is_none());
    assert_eq!(reader.take_overruns(), 2);
    assert_eq!(reader.take_overruns(), 0);
    for n in 10..40 {
        let (at, bytes) = block(n);
        writer.push(at, &bytes);
        let raw = reader.pop().unwrap();
        assert_eq!((raw.captured_at, raw.bytes), block(n), "around the end");
    }
    drop(writer);
    assert!(reader.is_abandoned());
}

#[test]
fn a_full_queue_costs_sound_and_says_so() {
    let audio = |n: u64| CaptureEvent::Audio {
        channel: Channel::Agent,
        at: LineTime::from_samples(n * 160),
        samples: vec![0; 160],
    };
    let mut outlet = Outlet::new();
    let mut got = Vec::new();
    for n in 0..10 {
        // The reader sleeps from block 3 to block 5.
        let open = !(3..6).contains(&n);
        outlet.offer(audio(n), |event| {
            if open {
                got.push(event);
                Ok(())
            } else {
                Err(event)
            }
        });
    }
    let at = |n: u64| LineTime::from_samples(n * 160);
    let (channel, reason) = (Channel::Agent, LossReason::Overrun);
    let mut wanted: Vec<CaptureEvent> = (0..3).map(audio).collect();
    wanted.push(CaptureEvent::Lost { channel, at: at(3), reason });
    wanted.push(CaptureEvent::Overruns { channel, blocks: 3 });
    wanted.push(CaptureEvent::Back { channel, at: at(6) });
    wanted.extend((6..10).map(audio));
    assert_eq!(got, wanted);
}

#[test]
fn what_waits_for_a_full_queue_stays_small() {
    let mut outlet = Outlet::new();
    let (channel, reason) = (Channel::Customer, LossReason::Removed);
    for n in 0..10_000u64 {
        let at = LineTime::from_samples(n * 160);
        for event in [
            CaptureEvent::Audio { channel, at, samples: vec![0; 160] },
            CaptureEvent::Lost { channel, at, reason },
            CaptureEvent::SameSource { on: n % 2 == 0 },
            CaptureEvent::Back { channel, at },
        ] {
            outlet.offer(event, Err);
        }
    }
    let mut got = Vec::new();
    outlet.offer(CaptureEvent::SameSource { on: true }, |event| {
        got.push(event);
        Ok(())
    });
    assert!(got.len() <= 4, "{got:?}");
    assert!(matches!(got[0], CaptureEvent::Lost { .. }));
}
