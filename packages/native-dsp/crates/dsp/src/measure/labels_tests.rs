use super::*;
use crate::Unattended;

fn labelling(rule: Rule) -> Labelling {
    let (high_pass, margin) = (None, [0, 0]);
    Labelling { rule, sampling_rate: 30_000.0, high_pass, margin, dead: -0.5, noisy: 1.0, outside: -0.75, power: 0.02 }
}

/// A shared signal of 5 µV with 1 kHz; channel 6 does not follow it, 10 has noise, the last four see a tenth of it.
fn probe(channels: usize) -> Vec<f32> {
    let mut random = 5_u64;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as f32 / (1_u32 << 30) as f32 - 1.0
    };
    (0..3000)
        .flat_map(|t| {
            let shared = 7.0 * (t as f32 * 0.2094).sin();
            (0..channels)
                .map(|c| shared * f32::from(c != 6) * if c + 4 >= channels { 0.1 } else { 1.0 })
                .collect::<Vec<_>>()
        })
        .enumerate()
        .map(|(at, value)| value + next() * if at % channels == 10 { 60.0 } else { 0.5 })
        .collect()
}

#[test]
fn dead_noisy_and_outside_channels_are_told_apart() {
    for rule in [Rule::CoherencePsd, Rule::Ibl] {
        let labels = label_channels(probe(40), 40, &labelling(rule), &Unattended).unwrap().labels;
        assert_eq!(
            (labels[6], labels[10], labels[0], labels[20]),
            (Label::Dead, Label::Noisy, Label::Good, Label::Good)
        );
        assert_eq!(labels[39], Label::Outside, "{rule:?}");
    }
}

#[test]
fn one_channel_and_one_frame_have_labels_and_no_frame_is_refused() {
    for rule in [Rule::CoherencePsd, Rule::Ibl] {
        let of = |traces: Vec<f32>, channels| label_channels(traces, channels, &labelling(rule), &Unattended);
        assert_eq!(of(vec![1.0], 1).unwrap().labels, [Label::Good]);
        assert_eq!(of(vec![1.0, -1.0, 2.0], 1).unwrap().similarity, [0.0]);
        assert!(of(vec![], 1).is_err());
        assert!(of(vec![0.0; 21], 3).unwrap().similarity.iter().all(|value| value.is_nan()));
    }
}
