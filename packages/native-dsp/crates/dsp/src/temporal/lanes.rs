//! Sixteen values side by side, as registers hold them.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Channels of a tile.
pub(crate) const WIDTH: usize = 16;

/// One frame of a tile: a cache line of single-precision values, two of double-precision ones.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Row<S>(pub [S; WIDTH]);

/// The values of rows, one after the other.
pub(crate) fn values(rows: &mut [Row<f32>]) -> &mut [f32] {
    // SAFETY: a row is nothing but its values, which fill it.
    unsafe { std::slice::from_raw_parts_mut(rows.as_mut_ptr().cast(), rows.len() * WIDTH) }
}

/// A floating-point type that signals are computed in.
pub(crate) trait Scalar: Copy + Default + PartialOrd + Send + Sync + 'static {
    fn from_f64(value: f64) -> Self;
    fn from_i32(value: i32) -> Self;
    fn to_f32(self) -> f32;
    fn to_f64(self) -> f64;
}

impl Scalar for f32 {
    fn from_f64(value: f64) -> Self {
        value as f32
    }
    fn from_i32(value: i32) -> Self {
        value as f32
    }
    fn to_f32(self) -> f32 {
        self
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Scalar for f64 {
    fn from_f64(value: f64) -> Self {
        value
    }
    fn from_i32(value: i32) -> Self {
        f64::from(value)
    }
    fn to_f32(self) -> f32 {
        self as f32
    }
    fn to_f64(self) -> f64 {
        self
    }
}

/// Arithmetic on [`WIDTH`] lanes at once.
///
/// The methods are inlined into a function that is compiled for the instructions that they need; that function's
/// caller answers for the processor.
pub(crate) trait Lanes: Copy {
    type Scalar: Scalar;

    /// # Safety
    /// `from` points to [`WIDTH`] values, and the processor has the instructions.
    unsafe fn load(from: *const Self::Scalar) -> Self;
    /// # Safety
    /// `to` points to room for [`WIDTH`] values, and the processor has the instructions.
    unsafe fn store(self, to: *mut Self::Scalar);
    /// # Safety
    /// The processor has the instructions; so for what follows.
    unsafe fn splat(value: Self::Scalar) -> Self;
    /// Fetches the cache lines of [`WIDTH`] values, if the processor can; they need not be there.
    unsafe fn fetch(from: *const Self::Scalar);
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn subtract(self, other: Self) -> Self;
    unsafe fn multiply(self, other: Self) -> Self;
    /// `self * factor + addend`
    unsafe fn multiply_add(self, factor: Self, addend: Self) -> Self;
    /// `addend - self * factor`
    unsafe fn multiply_take(self, factor: Self, addend: Self) -> Self;
}

/// For any processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable<S>([S; WIDTH]);

macro_rules! portable {
    ($scalar:ty) => {
        impl Lanes for Portable<$scalar> {
            type Scalar = $scalar;

            #[inline(always)]
            unsafe fn load(from: *const $scalar) -> Self {
                // SAFETY: as the trait demands.
                Self(unsafe { from.cast::<[$scalar; WIDTH]>().read_unaligned() })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $scalar) {
                // SAFETY: as the trait demands.
                unsafe { to.cast::<[$scalar; WIDTH]>().write_unaligned(self.0) }
            }
            #[inline(always)]
            unsafe fn splat(value: $scalar) -> Self {
                Self([value; WIDTH])
            }
            #[inline(always)]
            unsafe fn fetch(_from: *const $scalar) {}
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
            }
            #[inline(always)]
            unsafe fn subtract(self, other: Self) -> Self {
                Self(std::array::from_fn(|lane| self.0[lane] - other.0[lane]))
            }
            #[inline(always)]
            unsafe fn multiply(self, other: Self) -> Self {
                Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
            }
            #[inline(always)]
            unsafe fn multiply_add(self, factor: Self, addend: Self) -> Self {
                Self(std::array::from_fn(|lane| self.0[lane] * factor.0[lane] + addend.0[lane]))
            }
            #[inline(always)]
            unsafe fn multiply_take(self, factor: Self, addend: Self) -> Self {
                Self(std::array::from_fn(|lane| addend.0[lane] - self.0[lane] * factor.0[lane]))
            }
        }
    };
}

portable!(f32);
portable!(f64);

/// For processors with AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Single([__m256; 2]);

/// For processors with AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Double([__m256d; 4]);

#[cfg(target_arch = "x86_64")]
macro_rules! avx2 {
    ($name:ident, $scalar:ty, $registers:literal, $lanes:literal, $load:ident, $store:ident, $splat:ident, $add:ident,
     $subtract:ident, $multiply:ident, $multiply_add:ident, $multiply_take:ident) => {
        // SAFETY, of every block: the trait's caller answers for AVX2 and FMA, and for the memory.
        impl Lanes for $name {
            type Scalar = $scalar;

            #[inline(always)]
            unsafe fn load(from: *const $scalar) -> Self {
                Self(std::array::from_fn(|index| unsafe { $load(from.add(index * $lanes)) }))
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $scalar) {
                for (index, register) in self.0.into_iter().enumerate() {
                    unsafe { $store(to.add(index * $lanes), register) }
                }
            }
            #[inline(always)]
            unsafe fn splat(value: $scalar) -> Self {
                Self([unsafe { $splat(value) }; $registers])
            }
            #[inline(always)]
            unsafe fn fetch(from: *const $scalar) {
                for line in 0..size_of::<[$scalar; WIDTH]>() / 64 {
                    unsafe { _mm_prefetch::<_MM_HINT_T0>(from.cast::<i8>().wrapping_add(64 * line)) }
                }
            }
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                Self(std::array::from_fn(|index| unsafe { $add(self.0[index], other.0[index]) }))
            }
            #[inline(always)]
            unsafe fn subtract(self, other: Self) -> Self {
                Self(std::array::from_fn(|index| unsafe { $subtract(self.0[index], other.0[index]) }))
            }
            #[inline(always)]
            unsafe fn multiply(self, other: Self) -> Self {
                Self(std::array::from_fn(|index| unsafe { $multiply(self.0[index], other.0[index]) }))
            }
            #[inline(always)]
            unsafe fn multiply_add(self, factor: Self, addend: Self) -> Self {
                Self(std::array::from_fn(|index| unsafe {
                    $multiply_add(self.0[index], factor.0[index], addend.0[index])
                }))
            }
            #[inline(always)]
            unsafe fn multiply_take(self, factor: Self, addend: Self) -> Self {
                Self(std::array::from_fn(|index| unsafe {
                    $multiply_take(self.0[index], factor.0[index], addend.0[index])
                }))
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
avx2!(
    Single,
    f32,
    2,
    8,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_fmadd_ps,
    _mm256_fnmadd_ps
);
#[cfg(target_arch = "x86_64")]
avx2!(
    Double,
    f64,
    4,
    4,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_set1_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_fmadd_pd,
    _mm256_fnmadd_pd
);
