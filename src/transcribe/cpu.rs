/// The processor lacks instructions that whisper.cpp was compiled to use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this processor lacks {}, which speech to text was compiled for; \
     build callcue on this machine with {}, or use a processor of the last ten years",
    .missing.join(", "),
    .missing.iter().map(|name| format!("GGML_{name}=OFF")).collect::<Vec<_>>().join(" ")
)]
pub struct CpuError {
    /// Names of the missing instruction sets.
    pub missing: Vec<&'static str>,
}

/// Whether this processor can run whisper.cpp as it was compiled; asked before a model is loaded, because the
/// alternative is an illegal instruction and no message at all. Nothing of whisper.cpp runs before that: `--version`,
/// `doctor` and `model` work on any x86-64.
///
/// # Errors
/// [`CpuError`] names what is missing. Nothing on this machine mends it but another build.
pub fn check_cpu() -> Result<(), CpuError> {
    match missing_cpu_features(has_cpu_feature) {
        missing if missing.is_empty() => Ok(()),
        missing => Err(CpuError { missing }),
    }
}

/// Those instruction sets that whisper.cpp was compiled for and that `has` denies, by their usual names. None on other
/// processors than x86-64: there ggml asks for no more than the base instruction set.
///
/// ```
/// use callcue::transcribe::missing_cpu_features;
///
/// assert!(missing_cpu_features(|_| true).is_empty());
/// ```
pub fn missing_cpu_features(has: impl Fn(&str) -> bool) -> Vec<&'static str> {
    // What was compiled in is known from the variables that reach cmake (`.cargo/config.toml`). Absent means cmake's
    // default, and that is on.
    let on = |variable: Option<&str>| cfg!(target_arch = "x86_64") && variable != Some("OFF");
    let needed = [
        ("SSE42", on(option_env!("GGML_SSE42"))),
        ("AVX", on(option_env!("GGML_AVX"))),
        ("AVX2", on(option_env!("GGML_AVX2"))),
        ("FMA", on(option_env!("GGML_FMA"))),
        ("F16C", on(option_env!("GGML_F16C"))),
        ("BMI2", on(option_env!("GGML_BMI2"))),
    ];
    needed.into_iter().filter(|&(name, needed)| needed && !has(name)).map(|(name, _)| name).collect()
}

/// Whether this processor has an instruction set, by the name that cmake gives it.
#[cfg(target_arch = "x86_64")]
pub fn has_cpu_feature(name: &str) -> bool {
    match name {
        "SSE42" => is_x86_feature_detected!("sse4.2"),
        "AVX" => is_x86_feature_detected!("avx"),
        "AVX2" => is_x86_feature_detected!("avx2"),
        "FMA" => is_x86_feature_detected!("fma"),
        "F16C" => is_x86_feature_detected!("f16c"),
        "BMI2" => is_x86_feature_detected!("bmi2"),
        _ => false,
    }
}

/// Whether this processor has an instruction set: not asked on other processors than x86-64.
#[cfg(not(target_arch = "x86_64"))]
pub fn has_cpu_feature(_: &str) -> bool {
    true
}
