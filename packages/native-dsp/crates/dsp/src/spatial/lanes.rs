//! Eight numbers at a time: the same kernels compiled for AVX2 with FMA and for any processor.

/// Eight single-precision numbers.
///
/// Kernels are generic over it, `#[inline(always)]`, and entered through [`dispatch!`]. What they do stands in loops, not in
/// closures: a closure is compiled for itself, for any processor, and each operation in it becomes a call.
pub(crate) trait Lanes: Copy {
    fn splat(value: f32) -> Self;
    /// The first eight of `from`; panics where there are fewer.
    fn load(from: &[f32]) -> Self;
    fn store(self, to: &mut [f32]);
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// `self * factor + summand`, rounded once where the processor can.
    fn mul_add(self, factor: Self, summand: Self) -> Self;
    /// `summand - self * factor`, rounded once where the processor can.
    fn neg_mul_add(self, factor: Self, summand: Self) -> Self;
    /// `other` where either is NaN.
    fn min(self, other: Self) -> Self;
    /// `other` where either is NaN.
    fn max(self, other: Self) -> Self;
    fn abs(self) -> Self;
    /// `self`, which is not negative, with the sign of `other`.
    fn sign_of(self, other: Self) -> Self;
    /// Towards zero; exact for all numbers.
    fn trunc(self) -> Self;
    /// The bits of NaN where `self` is NaN, else of 0.
    fn nan(self) -> Self;
    /// Bits of either.
    fn or(self, other: Self) -> Self;
    /// Lane `i` of vector `j` becomes lane `j` of vector `i`.
    fn transpose(block: [Self; 8]) -> [Self; 8];

    /// Whole counts: towards zero, clamped to int16; a NaN stays one.
    #[inline(always)]
    fn whole(self) -> Self {
        Self::splat(-32768.0).max(Self::splat(32767.0).min(self.trunc()))
    }
}

/// All sixteen.
#[inline(always)]
pub(crate) fn pair<V: Lanes>(from: &[f32; 16]) -> [V; 2] {
    [V::load(from), V::load(&from[8..])]
}

#[inline(always)]
pub(crate) fn store_pair<V: Lanes>([early, late]: [V; 2], to: &mut [f32; 16]) {
    early.store(to);
    late.store(&mut to[8..]);
}

impl Lanes for [f32; 8] {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; 8]
    }

    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        std::array::from_fn(|lane| from[lane])
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to[..8].copy_from_slice(&self);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + other[lane])
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] - other[lane])
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * other[lane])
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] / other[lane])
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, summand: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * factor[lane] + summand[lane])
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, summand: Self) -> Self {
        std::array::from_fn(|lane| summand[lane] - self[lane] * factor[lane])
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        std::array::from_fn(|lane| if self[lane] < other[lane] { self[lane] } else { other[lane] })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        std::array::from_fn(|lane| if self[lane] > other[lane] { self[lane] } else { other[lane] })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.map(f32::abs)
    }

    #[inline(always)]
    fn sign_of(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane].copysign(other[lane]))
    }

    #[inline(always)]
    fn trunc(self) -> Self {
        self.map(f32::trunc)
    }

    #[inline(always)]
    fn nan(self) -> Self {
        self.map(|value| f32::from_bits(if value.is_nan() { u32::MAX } else { 0 }))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        std::array::from_fn(|lane| f32::from_bits(self[lane].to_bits() | other[lane].to_bits()))
    }

    #[inline(always)]
    fn transpose(block: [Self; 8]) -> [Self; 8] {
        std::array::from_fn(|row| std::array::from_fn(|lane| block[lane][row]))
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::Lanes;

    // SAFETY of this block: `dispatch!` alone names `__m256` as lanes, in a function that enables AVX2 and FMA, after it
    // has found them on the processor; slices are checked to hold eight numbers before they are read or written.
    #[rustfmt::skip]
    impl Lanes for __m256 {
        #[inline(always)]
        fn splat(value: f32) -> Self { unsafe { _mm256_set1_ps(value) } }

        #[inline(always)]
        fn load(from: &[f32]) -> Self { unsafe { _mm256_loadu_ps(from[..8].as_ptr()) } }

        #[inline(always)]
        fn store(self, to: &mut [f32]) { unsafe { _mm256_storeu_ps(to[..8].as_mut_ptr(), self) } }

        #[inline(always)]
        fn add(self, other: Self) -> Self { unsafe { _mm256_add_ps(self, other) } }

        #[inline(always)]
        fn sub(self, other: Self) -> Self { unsafe { _mm256_sub_ps(self, other) } }

        #[inline(always)]
        fn mul(self, other: Self) -> Self { unsafe { _mm256_mul_ps(self, other) } }

        #[inline(always)]
        fn div(self, other: Self) -> Self { unsafe { _mm256_div_ps(self, other) } }

        #[inline(always)]
        fn mul_add(self, factor: Self, summand: Self) -> Self { unsafe { _mm256_fmadd_ps(self, factor, summand) } }

        #[inline(always)]
        fn neg_mul_add(self, factor: Self, summand: Self) -> Self { unsafe { _mm256_fnmadd_ps(self, factor, summand) } }

        #[inline(always)]
        fn min(self, other: Self) -> Self { unsafe { _mm256_min_ps(self, other) } }

        #[inline(always)]
        fn max(self, other: Self) -> Self { unsafe { _mm256_max_ps(self, other) } }

        #[inline(always)]
        fn abs(self) -> Self { unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self) } }

        #[inline(always)]
        fn sign_of(self, other: Self) -> Self { unsafe { _mm256_or_ps(self, _mm256_and_ps(_mm256_set1_ps(-0.0), other)) } }

        #[inline(always)]
        fn trunc(self) -> Self {
            unsafe { _mm256_round_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(self) }
        }

        #[inline(always)]
        fn nan(self) -> Self { unsafe { _mm256_cmp_ps::<_CMP_UNORD_Q>(self, self) } }

        #[inline(always)]
        fn or(self, other: Self) -> Self { unsafe { _mm256_or_ps(self, other) } }

        #[inline(always)]
        fn transpose([a, b, c, d, e, f, g, h]: [Self; 8]) -> [Self; 8] {
            unsafe {
                let (ab, cd, ef, gh) =
                    (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d), _mm256_unpacklo_ps(e, f), _mm256_unpacklo_ps(g, h));
                let (ba, dc, fe, hg) =
                    (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d), _mm256_unpackhi_ps(e, f), _mm256_unpackhi_ps(g, h));
                let (r0, r1) = (_mm256_shuffle_ps::<0x44>(ab, cd), _mm256_shuffle_ps::<0xee>(ab, cd));
                let (r2, r3) = (_mm256_shuffle_ps::<0x44>(ba, dc), _mm256_shuffle_ps::<0xee>(ba, dc));
                let (s0, s1) = (_mm256_shuffle_ps::<0x44>(ef, gh), _mm256_shuffle_ps::<0xee>(ef, gh));
                let (s2, s3) = (_mm256_shuffle_ps::<0x44>(fe, hg), _mm256_shuffle_ps::<0xee>(fe, hg));
                [
                    _mm256_permute2f128_ps::<0x20>(r0, s0), _mm256_permute2f128_ps::<0x20>(r1, s1),
                    _mm256_permute2f128_ps::<0x20>(r2, s2), _mm256_permute2f128_ps::<0x20>(r3, s3),
                    _mm256_permute2f128_ps::<0x31>(r0, s0), _mm256_permute2f128_ps::<0x31>(r1, s1),
                    _mm256_permute2f128_ps::<0x31>(r2, s2), _mm256_permute2f128_ps::<0x31>(r3, s3),
                ]
            }
        }
    }
}

/// Whether the processor has what the fast kernels need.
pub(crate) fn fast() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Calls a kernel, generic over [`Lanes`], compiled for AVX2 and FMA where `$fast` says that the processor has them.
macro_rules! dispatch {
    ($fast:expr, $kernel:ident($($name:ident: $type:ty),* $(,)?)) => {{
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            fn widened($($name: $type),*) {
                $kernel::<std::arch::x86_64::__m256>($($name),*)
            }
            if $fast {
                debug_assert!($crate::spatial::lanes::fast());
                // SAFETY: `$fast` comes from `lanes::fast`, which found AVX2 and FMA on this processor.
                unsafe { widened($($name),*) }
            } else {
                $kernel::<[f32; 8]>($($name),*)
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            let _ = $fast;
            $kernel::<[f32; 8]>($($name),*)
        }
    }};
}
pub(crate) use dispatch;

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
