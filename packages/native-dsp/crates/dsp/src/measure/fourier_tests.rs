use super::*;

#[test]
fn every_length_equals_the_sum_that_defines_it() {
    for length in [1, 2, 3, 4, 5, 8, 12, 30, 37, 64, 74, 100, 106, 127, 256, 300, 1019] {
        let mut random = length as u64;
        let mut next = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
        };
        let input: Vec<Point> =
            (0..length).map(|_| Point { re: [(); LANES].map(|()| next()), im: [(); LANES].map(|()| next()) }).collect();
        let mut output = vec![Point::ZERO; length];
        Fourier::new(length).transform(&input, &mut output);
        for (k, found) in output.iter().enumerate().step_by(1 + length / 40) {
            let mut expected = Point::ZERO;
            for (t, point) in input.iter().enumerate() {
                let angle = -2.0 * PI * ((k * t) % length) as f64 / length as f64;
                expected = expected.plus(&point.times(turn(angle)));
            }
            for lane in 0..LANES {
                assert!((found.re[lane] - expected.re[lane]).abs() < 1e-11, "{k} of {length}");
                assert!((found.im[lane] - expected.im[lane]).abs() < 1e-11, "{k} of {length}");
            }
        }
    }
}
