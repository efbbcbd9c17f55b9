/// The processor lacks instructions that whisper.cpp was compiled to use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this processor lacks {}, which speech to text was compiled for; \
     build callcue on this machine with GGML_AVX2=OFF GGML_FMA=OFF GGML_F16C=OFF GGML_BMI2=OFF GGML_AVX=OFF, \
     or use a processor of the last ten years",
    .missing.join(", ")
)]
pub struct CpuError {
    /// Names of the missing instruction sets.
    pub missing: Vec<&'static str>,
}

/// Whether this processor can run whisper.cpp as it was compiled; asked before a model is loaded, because the
/// alternative is an illegal instruction and no message at all.
///
/// What was compiled in is known from the same variables that reach cmake (`.cargo/config.toml`).
///
/// # Errors
/// [`CpuError`] names what is missing. Nothing on this machine mends it but another build.
pub fn check_cpu() -> Result<(), CpuError> {
    let missing: Vec<_> = needed_and_present()
        .into_iter()
        .filter(|(_, needed, present)| *needed && !*present)
        .map(|(name, _, _)| name)
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(CpuError { missing }) }
}

#[cfg(target_arch = "x86_64")]
fn needed_and_present() -> [(&'static str, bool, bool); 5] {
    // Absent means cmake's default, and that is on.
    let on = |variable: Option<&str>| variable != Some("OFF");
    [
        ("AVX", on(option_env!("GGML_AVX")), is_x86_feature_detected!("avx")),
        ("AVX2", on(option_env!("GGML_AVX2")), is_x86_feature_detected!("avx2")),
        ("FMA", on(option_env!("GGML_FMA")), is_x86_feature_detected!("fma")),
        ("F16C", on(option_env!("GGML_F16C")), is_x86_feature_detected!("f16c")),
        ("BMI2", on(option_env!("GGML_BMI2")), is_x86_feature_detected!("bmi2")),
    ]
}

/// On other processors ggml asks for no more than their base instruction set.
#[cfg(not(target_arch = "x86_64"))]
fn needed_and_present() -> [(&'static str, bool, bool); 0] {
    []
}
