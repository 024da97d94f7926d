//! Which instructions the kernels use.

/// What the processor offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    /// AVX2 and FMA, and AVX-512 with its sums of products (F, BW, VL, VNNI). To be made by [`Machine::detect`] alone,
    /// like the next.
    Avx512,
    /// AVX2 and FMA.
    Avx2,
    Portable,
}

impl Machine {
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("bmi2") {
            let more = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni");
            return if more { Self::Avx512 } else { Self::Avx2 };
        }
        Self::Portable
    }

    /// Whether AVX2 and FMA are there.
    pub fn has_avx2(self) -> bool {
        self != Self::Portable
    }

    /// All that this processor can be, for tests.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        match Self::detect() {
            Self::Avx512 => vec![Self::Avx512, Self::Avx2, Self::Portable],
            Self::Avx2 => vec![Self::Avx2, Self::Portable],
            Self::Portable => vec![Self::Portable],
        }
    }
}
