//! Which instructions the kernels use.

/// What the processor offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    /// AVX2 and FMA. To be made by [`Machine::detect`] alone.
    Avx2,
    Portable,
}

impl Machine {
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("bmi2") {
            return Self::Avx2;
        }
        Self::Portable
    }
}
