//! What is said on a processor that lacks what whisper.cpp was compiled for, and what keeps its bad parts out.

use callcue::transcribe::{CpuError, has_cpu_feature, missing_cpu_features};

/// The instruction sets that `.cargo/config.toml` turns on, and the one that is cmake's default.
#[cfg(target_arch = "x86_64")]
#[test]
fn an_old_processor_is_told_what_it_lacks() {
    let all = ["SSE42", "AVX", "AVX2", "FMA", "F16C", "BMI2"];
    assert_eq!(missing_cpu_features(|_| true), [""; 0]);
    assert_eq!(missing_cpu_features(|_| false), all, "a Core 2");
    let ivy_bridge = ["SSE42", "AVX", "F16C"];
    let missing = missing_cpu_features(|name| ivy_bridge.contains(&name));
    assert_eq!(missing, ["AVX2", "FMA", "BMI2"]);
    assert_eq!(
        CpuError { missing }.to_string(),
        "this processor lacks AVX2, FMA, BMI2, which speech to text was compiled for; build callcue on this machine with \
         GGML_AVX2=OFF GGML_FMA=OFF GGML_BMI2=OFF, or use a processor of the last ten years"
    );
    for name in all {
        assert!(has_cpu_feature(name), "{name}: these tests run whisper.cpp, so this processor has it");
    }
    assert!(!has_cpu_feature("AVX2 "));
}

/// A binary that is handed out is not tuned to the machine that built it, and has the fast matrix kernels.
#[test]
fn whisper_is_built_for_any_machine_and_with_its_fast_kernels() {
    for (name, value, wanted) in [
        ("GGML_NATIVE", option_env!("GGML_NATIVE"), "OFF"),
        ("GGML_LLAMAFILE", option_env!("GGML_LLAMAFILE"), "ON"),
        ("GGML_OPENMP", option_env!("GGML_OPENMP"), "OFF"),
    ] {
        assert_eq!(
            value,
            Some(wanted),
            "{name}: .cargo/config.toml, or your environment, which wins over it"
        );
    }
    // cmake itself says what it took, in the program.
    let info = whisper_rs::print_system_info();
    assert!(info.contains("LLAMAFILE = 1"), "{info}");
    assert!(!info.contains("AVX512 = 1"), "{info}");
}

/// The wrapper's parts that are unsound, leak or spin: clippy refuses them.
#[test]
fn what_the_wrapper_gets_wrong_is_forbidden() {
    let clippy: toml::Table = toml::from_str(include_str!("../../../clippy.toml")).unwrap();
    let banned: Vec<_> = clippy["disallowed-methods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ban| ban["path"].as_str().unwrap())
        .collect();
    for method in [
        "FullParams::set_abort_callback_safe",
        "FullParams::set_language",
        "FullParams::set_initial_prompt",
        "FullParams::set_vad_model_path",
        "FullParams::enable_vad",
        "FullParams::set_segment_callback_safe",
        "FullParams::set_segment_callback_safe_lossy",
        "FullParams::set_progress_callback_safe",
        "WhisperVadContext::new",
    ] {
        assert!(banned.contains(&format!("whisper_rs::{method}").as_str()), "{method}");
    }
    let manifest: toml::Table = toml::from_str(include_str!("../../../Cargo.toml")).unwrap();
    assert_eq!(manifest["lints"]["clippy"]["disallowed_methods"].as_str(), Some("deny"));
}
