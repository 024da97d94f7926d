use super::*;

/// Both ways of every length, shift and width are the sum that their definition says.
#[test]
fn sums_are_exact_on_every_machine() {
    let channels = 37;
    let columns = channels + 3;
    let frames = 300;
    let data: Vec<i16> = (0..frames * columns).map(|at| (at * 7919 % 65_521) as u16 as i16).collect();
    let scattered: Vec<usize> = (0..channels).map(|channel| (channel * 7) % columns).collect();
    let ordered: Vec<usize> = (2..channels + 2).collect();
    for (taps, take) in [(16, &ordered), (24, &scattered), (32, &ordered)] {
        let shifts: Vec<f64> = (0..channels).map(|channel| (channel % 13) as f64 / 13.0).collect();
        let delays = Delays::design(Some(&shifts), taps, channels).unwrap();
        let counts = Counts { data: &data, columns, take };
        let within = 40..280;
        for machine in Machine::all() {
            for chunk in [40..168, 60..188, 100..101, 150..278, 203..280] {
                for tile in 0..3 {
                    let mut target = vec![Row([0.0f64; WIDTH]); CHUNK];
                    let mut pairs = [[[0; WIDTH]; 2]; CHUNK + LONGEST + GROUP];
                    delays.apply(machine, &counts, tile, &within, chunk.clone(), &mut target, &mut pairs);
                    let mut single = vec![Row([0.0f32; WIDTH]); CHUNK];
                    delays.apply(machine, &counts, tile, &within, chunk.clone(), &mut single, &mut pairs);
                    for (index, frame) in chunk.clone().enumerate() {
                        for lane in 0..WIDTH.min(channels - tile * WIDTH) {
                            let channel = tile * WIDTH + lane;
                            let whole = design_delay(shifts[channel], taps).unwrap().whole;
                            let sum: i32 = (0..taps)
                                .map(|tap| {
                                    let at = (frame + taps / 2 - 1 - tap).clamp(within.start, within.end - 1);
                                    i32::from(whole[tap]) * i32::from(data[at * columns + take[channel]])
                                })
                                .sum();
                            assert_eq!(target[index].0[lane], f64::from(sum));
                            assert_eq!(single[index].0[lane], sum as f32);
                        }
                    }
                }
            }
        }
    }
}
