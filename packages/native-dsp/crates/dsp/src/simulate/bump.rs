/// Cubic B-spline with knots at -2, -1, 0, 1, 2 and the value 1 at 0: a bell without `exp`, whose spectrum falls as
/// sinc(f)⁴, so that a bump of a few samples' knot distance may be read between the samples.
#[inline(always)]
pub fn bump(x: f64) -> f64 {
    let a = x.abs();
    if a < 1.0 {
        return 1.0 - a * a * (1.5 - 0.75 * a);
    }
    if a < 2.0 {
        let b = 2.0 - a;
        return 0.25 * (b * b * b);
    }
    0.0
}
