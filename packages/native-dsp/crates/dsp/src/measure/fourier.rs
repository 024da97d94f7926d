//! The discrete Fourier transform of several signals side by side, of any length.

use std::f64::consts::PI;

/// Signals that are transformed together.
pub(super) const LANES: usize = 4;

/// One complex value of each signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub re: [f64; LANES],
    pub im: [f64; LANES],
}

impl Point {
    pub const ZERO: Self = Self { re: [0.0; LANES], im: [0.0; LANES] };

    #[inline(always)]
    fn times(&self, [re, im]: [f64; 2]) -> Self {
        let mut result = Self::ZERO;
        for lane in 0..LANES {
            result.re[lane] = self.re[lane] * re - self.im[lane] * im;
            result.im[lane] = self.re[lane] * im + self.im[lane] * re;
        }
        result
    }

    #[inline(always)]
    fn plus(&self, other: &Self) -> Self {
        let mut result = *self;
        for lane in 0..LANES {
            result.re[lane] += other.re[lane];
            result.im[lane] += other.im[lane];
        }
        result
    }

    #[inline(always)]
    fn minus(&self, other: &Self) -> Self {
        let mut result = *self;
        for lane in 0..LANES {
            result.re[lane] -= other.re[lane];
            result.im[lane] -= other.im[lane];
        }
        result
    }
}

/// A transform of one length: by its prime factors, or, where one of them is large, as a convolution (Bluestein).
pub(super) struct Fourier {
    length: usize,
    factors: Vec<usize>,
    /// Where in the input the values of the innermost transforms stand.
    order: Vec<usize>,
    /// `exp(-2 pi i k / length)`
    turns: Vec<[f64; 2]>,
    convolution: Option<Box<Convolution>>,
}

struct Convolution {
    transform: Fourier,
    /// `exp(-pi i k^2 / length)`
    chirp: Vec<[f64; 2]>,
    /// The transform of its inverse, wrapped around.
    kernel: Vec<[f64; 2]>,
    input: Vec<Point>,
    output: Vec<Point>,
}

const LARGEST_FACTOR: usize = 31;

impl Fourier {
    /// The length is 1 or more.
    pub fn new(length: usize) -> Self {
        let factors = factorise(length);
        let mut order = vec![0; length];
        sort_input(&mut order, 0, 1, &factors);
        let turns = (0..length).map(|k| turn(-2.0 * PI * k as f64 / length as f64)).collect();
        let convolution =
            factors.iter().any(|factor| *factor > LARGEST_FACTOR).then(|| Box::new(Convolution::new(length)));
        Self { length, factors, order, turns, convolution }
    }

    /// Writes the transform of `input` into `output`; both have the length of the transform.
    pub fn transform(&mut self, input: &[Point], output: &mut [Point]) {
        assert!(input.len() == self.length && output.len() == self.length, "lengths differ from the transform's");
        if let Some(convolution) = &mut self.convolution {
            return convolution.transform(input, output);
        }
        for (value, from) in output.iter_mut().zip(&self.order) {
            *value = input[*from];
        }
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { combine_avx2(output, &self.factors, &self.turns) };
        }
        combine(output, &self.factors, &self.turns);
    }
}

/// Decimation in time: every `factor`-th value of the input belongs to one of `factor` transforms.
fn sort_input(order: &mut [usize], start: usize, stride: usize, factors: &[usize]) {
    let [factor, rest @ ..] = factors else {
        order[0] = start;
        return;
    };
    let part = order.len() / factor;
    for (index, order) in order.chunks_exact_mut(part).enumerate() {
        sort_input(order, start + index * stride, stride * factor, rest);
    }
}

/// The same operations in wider registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn combine_avx2(values: &mut [Point], factors: &[usize], turns: &[[f64; 2]]) {
    combine(values, factors, turns);
}

/// From transforms of single values to the transform of all.
#[inline(always)]
fn combine(values: &mut [Point], factors: &[usize], turns: &[[f64; 2]]) {
    let mut part = 1;
    for factor in factors.iter().rev() {
        let stride = values.len() / (part * factor);
        for values in values.chunks_exact_mut(part * factor) {
            match factor {
                2 => butterfly_two(values, part, stride, turns),
                3 => butterfly_of::<3>(values, part, stride, turns),
                4 => butterfly_four(values, part, stride, turns),
                5 => butterfly_of::<5>(values, part, stride, turns),
                _ => butterfly(values, *factor, part, stride, turns),
            }
        }
        part *= factor;
    }
}

#[inline(always)]
fn butterfly_two(output: &mut [Point], part: usize, stride: usize, turns: &[[f64; 2]]) {
    for k in 0..part {
        let odd = output[part + k].times(turns[k * stride]);
        let even = output[k];
        output[k] = even.plus(&odd);
        output[part + k] = even.minus(&odd);
    }
}

#[inline(always)]
fn butterfly_four(output: &mut [Point], part: usize, stride: usize, turns: &[[f64; 2]]) {
    for k in 0..part {
        let zero = output[k];
        let one = output[part + k].times(turns[k * stride]);
        let two = output[2 * part + k].times(turns[2 * k * stride]);
        let three = output[3 * part + k].times(turns[3 * k * stride]);
        let (even, difference) = (zero.plus(&two), zero.minus(&two));
        let (odd, apart) = (one.plus(&three), one.minus(&three));
        let turned = Point { re: apart.im, im: apart.re.map(|value| -value) };
        output[k] = even.plus(&odd);
        output[part + k] = difference.plus(&turned);
        output[2 * part + k] = even.minus(&odd);
        output[3 * part + k] = difference.minus(&turned);
    }
}

/// A small factor: unrolled, with its own roots of unity at hand.
#[inline(always)]
fn butterfly_of<const FACTOR: usize>(output: &mut [Point], part: usize, stride: usize, turns: &[[f64; 2]]) {
    let roots: [[f64; 2]; FACTOR] = std::array::from_fn(|index| turns[index * part * stride]);
    for k in 0..part {
        let mut values = [Point::ZERO; FACTOR];
        for (index, value) in values.iter_mut().enumerate() {
            *value = output[index * part + k].times(turns[index * k * stride]);
        }
        for row in 0..FACTOR {
            let mut sum = values[0];
            for index in 1..FACTOR {
                sum = sum.plus(&values[index].times(roots[row * index % FACTOR]));
            }
            output[row * part + k] = sum;
        }
    }
}

/// A factor of any size up to the largest.
#[inline(always)]
fn butterfly(output: &mut [Point], factor: usize, part: usize, stride: usize, turns: &[[f64; 2]]) {
    let mut buffer = [Point::ZERO; LARGEST_FACTOR];
    for k in 0..part {
        for (index, value) in buffer[..factor].iter_mut().enumerate() {
            *value = output[index * part + k].times(turns[index * k * stride]);
        }
        for row in 0..factor {
            let step = row * part * stride;
            let mut at = 0;
            let mut sum = buffer[0];
            for value in &buffer[1..factor] {
                at += step;
                if at >= turns.len() {
                    at %= turns.len();
                }
                sum = sum.plus(&value.times(turns[at]));
            }
            output[row * part + k] = sum;
        }
    }
}

impl Convolution {
    fn new(length: usize) -> Self {
        let size = (2 * length - 1).next_power_of_two();
        let mut transform = Fourier::new(size);
        // the square is taken modulo the period of the chirp: beyond 2^53 it would lose its last digits
        let angle = |k: usize| PI * ((k as u128 * k as u128) % (2 * length as u128)) as f64 / length as f64;
        let chirp: Vec<[f64; 2]> = (0..length).map(|k| turn(-angle(k))).collect();
        let mut input = vec![Point::ZERO; size];
        for (k, [re, im]) in chirp.iter().enumerate() {
            let value = Point { re: [*re; LANES], im: [-im; LANES] };
            input[k] = value;
            input[(size - k) % size] = value;
        }
        let mut output = vec![Point::ZERO; size];
        transform.transform(&input, &mut output);
        let kernel = output.iter().map(|point| [point.re[0] / size as f64, point.im[0] / size as f64]).collect();
        Self { transform, chirp, kernel, input, output }
    }

    fn transform(&mut self, input: &[Point], output: &mut [Point]) {
        self.input.fill(Point::ZERO);
        for (value, (point, chirp)) in self.input.iter_mut().zip(input.iter().zip(&self.chirp)) {
            *value = point.times(*chirp);
        }
        self.transform.transform(&self.input, &mut self.output);
        // the inverse transform is the conjugate of the transform of the conjugate
        for (value, (point, kernel)) in self.input.iter_mut().zip(self.output.iter().zip(&self.kernel)) {
            *value = conjugate(&point.times(*kernel));
        }
        self.transform.transform(&self.input, &mut self.output);
        for (value, (point, chirp)) in output.iter_mut().zip(self.output.iter().zip(&self.chirp)) {
            *value = conjugate(point).times(*chirp);
        }
    }
}

fn conjugate(point: &Point) -> Point {
    Point { re: point.re, im: point.im.map(|value| -value) }
}

fn turn(angle: f64) -> [f64; 2] {
    [angle.cos(), angle.sin()]
}

fn factorise(mut length: usize) -> Vec<usize> {
    let mut factors = Vec::new();
    let mut factor = 4;
    while length > 1 {
        while length.is_multiple_of(factor) {
            factors.push(factor);
            length /= factor;
        }
        factor = match factor {
            4 => 2,
            2 => 3,
            other if other * other > length => length,
            other => other + 2,
        };
    }
    factors
}

#[cfg(test)]
#[path = "fourier_tests.rs"]
mod tests;
