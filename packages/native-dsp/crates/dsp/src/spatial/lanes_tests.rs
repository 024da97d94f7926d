use super::*;

#[inline(always)]
fn exercise<V: Lanes>(from: &[f32], to: &mut [f32]) {
    let block: [V; 8] = std::array::from_fn(|row| V::load(&from[8 * row..]));
    for (row, lanes) in V::transpose(block).into_iter().enumerate() {
        lanes.store(&mut to[8 * row..]);
    }
    let (a, b) = (block[0], block[1]);
    let results = [
        a.add(b),
        a.sub(b),
        a.mul(b),
        a.div(b),
        a.mul_add(b, a),
        a.neg_mul_add(b, a),
        a.min(b),
        a.max(b),
        a.abs(),
        a.trunc(),
        a.abs().sign_of(b),
        a.mul(V::splat(1e6)).whole(),
        a.div(a.sub(a)).sub(b.div(b.sub(b))).nan().or(V::splat(0.0)),
    ];
    for (index, lanes) in results.into_iter().enumerate() {
        lanes.store(&mut to[64 + 8 * index..]);
    }
}

#[test]
fn both_kinds_of_lanes_give_the_same_bits() {
    // quarters, so that a product and a sum are exact and one rounding is as good as two
    let from: Vec<f32> = (0..64).map(|index| ((index * 37 % 64) as f32 - 31.0) / 4.0).collect();
    let (mut fast_results, mut portable) = (vec![0.0; 168], vec![0.0; 168]);
    let (from, to) = (&from[..], &mut fast_results[..]);
    dispatch!(fast(), exercise(from: &[f32], to: &mut [f32]));
    exercise::<[f32; 8]>(from, &mut portable);
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&fast_results), bits(&portable));
    assert_eq!(portable[1], from[8]);
}
