//! What measured speeds are enough for.

use callcue::models::{
    Advice, MeasuredModel, ModelFolder, Pass, SpeedBook, advise, finishes_ms, load_of_channel,
};

/// A model whose passes take `fixed_ms` and so much for each second of speech, on one thread.
fn model(name: &str, cores: u32, fixed_ms: f64, per_s_ms: f64) -> MeasuredModel {
    let pass = |length_ms: u32| Pass {
        length_ms,
        threads: 1,
        encode_ms: fixed_ms,
        decode_ms: per_s_ms * f64::from(length_ms) / 1_000.0,
        tokens: 1,
    };
    let passes = [10_000, 1_000, 3_000, 5_000].map(pass).to_vec();
    MeasuredModel { name: name.to_owned(), measured_on: "2026-11-25".to_owned(), cores, passes }
}

#[test]
fn times_between_the_measured_lengths_lie_on_a_line() {
    let measured = model("base", 2, 20.0, 10.0);
    for (length_ms, expected_ms) in
        [(1_000, 30.0), (2_000, 40.0), (4_000, 60.0), (10_000, 120.0), (20_000, 220.0), (500, 25.0)]
    {
        assert_eq!(finishes_ms(&measured, length_ms), Some(expected_ms), "{length_ms} ms");
    }
    let mut one = measured.clone();
    one.passes.truncate(1);
    assert_eq!(finishes_ms(&one, 3_000), Some(120.0));
    for pass in &mut one.passes {
        pass.threads = 2;
    }
    assert_eq!((finishes_ms(&one, 3_000), load_of_channel(&one, 1_000), advise(&one)), (None, None, None));
}

/// 1, 2, … 9 s and the final 10 s: 55 s of speech are gone through for 10 s of it.
#[test]
fn the_load_counts_every_pass_over_a_running_utterance() {
    let close = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 1e-9;
    let measured = model("base", 2, 0.0, 10.0);
    assert!(close(load_of_channel(&measured, 1_000), 0.055));
    assert!(close(load_of_channel(&measured, 5_000), 0.015));
    assert!(close(load_of_channel(&measured, 10_000), 0.010), "the final pass alone");
    assert!(close(load_of_channel(&model("base", 2, 40.0, 0.0), 3_000), 0.016), "3, 6, 9 and 10 s");
}

#[test]
fn a_model_keeps_up_or_does_not() {
    let interval = |measured: &MeasuredModel| match advise(measured) {
        Some(Advice::KeepsUp { partial_interval_ms, load, .. }) if load <= 0.7 => Some(partial_interval_ms),
        Some(Advice::TooSlow { .. }) => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(interval(&model("tiny", 2, 0.0, 100.0)), Some(1_000), "0.55 of a core");
    assert_eq!(interval(&model("base", 2, 0.0, 200.0)), Some(2_000), "1.1, then 0.6");
    assert_eq!(interval(&model("tiny", 1, 0.0, 100.0)), Some(2_000), "one core for both sides");
    assert_eq!(interval(&model("small", 2, 0.0, 330.0)), Some(5_000), "final text after 990 ms");
    assert_eq!(interval(&model("small", 2, 0.0, 340.0)), None, "final text after 1020 ms");
    assert_eq!(interval(&model("small", 1, 0.0, 330.0)), Some(10_000));
    assert_eq!(interval(&model("medium", 8, 0.0, 2_000.0)), None);
}

#[test]
fn the_best_shape_that_keeps_up_is_chosen() {
    let book = |models: &[(&str, f64)]| {
        let mut book = SpeedBook::default();
        for (name, per_s_ms) in models {
            book.put(model(name, 2, 0.0, *per_s_ms));
        }
        book
    };
    let choice = |book: &SpeedBook| book.choice().map(|(model, _)| model.name.clone());
    assert_eq!(choice(&SpeedBook::default()), None);
    assert_eq!(
        choice(&book(&[("callcue-zh-demo", 5.0), ("/own/model.bin", 5.0)])),
        None,
        "only published ones"
    );
    assert_eq!(
        choice(&book(&[("tiny", 5.0), ("base-q5_1", 60.0), ("base-q8_0", 50.0)])).as_deref(),
        Some("base-q8_0")
    );
    let slower = [("tiny-q8_0", 40.0), ("base-q8_0", 110.0), ("small-q8_0", 200.0), ("medium-q8_0", 2_000.0)];
    assert_eq!(
        choice(&book(&slower)).as_deref(),
        Some("base-q8_0"),
        "running text each second is worth more"
    );
    assert_eq!(choice(&book(&slower[2..])).as_deref(), Some("small-q8_0"), "the only one that keeps up");
    assert_eq!(choice(&book(&slower[3..])), None);
}

#[test]
fn measurements_are_kept_and_replaced() {
    let data = tempfile::tempdir().unwrap();
    let folder = ModelFolder::below(data.path());
    assert_eq!(SpeedBook::load(&folder).unwrap(), SpeedBook::default());
    std::fs::create_dir(folder.path()).unwrap();
    let mut book = SpeedBook::default();
    book.put(model("tiny", 2, 1.5, 2.25));
    book.put(model("base", 2, 3.0, 4.0));
    book.put(model("tiny", 4, 9.0, 9.0));
    book.save(&folder).unwrap();
    let kept = SpeedBook::load(&folder).unwrap();
    assert_eq!(kept, book);
    assert_eq!((kept.models.len(), kept.of("tiny").unwrap().cores), (2, 4));
    for bad in ["", "{\"models\":[{}]}", "{\"modles\":[]}"] {
        std::fs::write(folder.path().join("speed.json"), bad).unwrap();
        let message = SpeedBook::load(&folder).unwrap_err().to_string();
        assert!(message.contains("speed.json: ") && message.contains("callcue model bench"), "{message}");
    }
}
