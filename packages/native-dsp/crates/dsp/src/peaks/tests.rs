use super::*;
use crate::Unattended;

const CRITERIA: PeakCriteria = PeakCriteria {
    positions: Vec::new(),
    threshold: 5.0,
    radius: 20.0,
    exclusion_frames: 2,
    sign: Sign::Negative,
    method: Method::LocallyExclusive,
};

fn detect(traces: &[f32], positions: &[[f64; 2]]) -> Vec<(u64, u32, f32)> {
    detect_as(traces, &PeakCriteria { positions: positions.to_vec(), ..CRITERIA })
}

fn detect_as(traces: &[f32], criteria: &PeakCriteria) -> Vec<(u64, u32, f32)> {
    let noise = vec![1.0; criteria.positions.len()];
    let peaks = detect_peaks(traces, criteria.positions.len(), &noise, criteria, &Unattended).unwrap();
    peaks.into_iter().map(|Peak { frame, channel, amplitude }| (frame, channel, amplitude)).collect()
}

#[test]
fn the_first_sample_of_a_flat_trough_is_the_peak() {
    assert_eq!(detect(&[0.0, -6.0, -6.0, 0.0], &[[0.0, 0.0]]), [(1, 0, -6.0)]);
}

#[test]
fn a_larger_neighbour_within_radius_and_time_excludes() {
    let near = [[0.0, 0.0], [20.0, 0.0]];
    let traces = [0.0, 0.0, -6.0, 0.0, 0.0, 0.0, 0.0, -9.0, 0.0, 0.0];
    assert_eq!(detect(&traces, &near), [(3, 1, -9.0)]);
    assert_eq!(detect(&traces, &[[0.0, 0.0], [20.1, 0.0]]), [(1, 0, -6.0), (3, 1, -9.0)]);
}

#[test]
fn beyond_the_exclusion_time_both_are_kept() {
    assert_eq!(detect(&[-6.0, 0.0, 0.0, -9.0], &[[0.0, 0.0]]), [(0, 0, -6.0), (3, 0, -9.0)]);
}

#[test]
fn of_two_equal_peaks_the_earlier_is_kept_and_at_the_same_time_both() {
    assert_eq!(detect(&[-6.0, 0.0, -6.0, 0.0], &[[0.0, 0.0]]), [(0, 0, -6.0)]);
    assert_eq!(detect(&[-6.0, -6.0], &[[0.0, 0.0], [20.0, 0.0]]), [(0, 0, -6.0), (0, 1, -6.0)]);
}

#[test]
fn peaks_of_both_signs_compete() {
    let positions = vec![[0.0, 0.0]];
    let traces = [0.0, -6.0, 0.0, 9.0, 0.0, 0.0, 0.0, -7.0];
    let with = |sign| detect_as(&traces, &PeakCriteria { positions: positions.clone(), sign, ..CRITERIA });
    assert_eq!(with(Sign::Negative), [(1, 0, -6.0), (7, 0, -7.0)]);
    assert_eq!(with(Sign::Positive), [(3, 0, 9.0)]);
    assert_eq!(with(Sign::Both), [(3, 0, 9.0), (7, 0, -7.0)]);
}

#[test]
fn by_channel_a_peak_outdoes_the_samples_of_its_channel_only() {
    let positions = vec![[0.0, 0.0], [20.0, 0.0]];
    let criteria = PeakCriteria { positions, method: Method::ByChannel, ..CRITERIA };
    let traces = [0.0, 0.0, -6.0, -9.0, 0.0, 0.0, -6.0, 0.0, 0.0, -5.0];
    assert_eq!(detect_as(&traces, &criteria), [(1, 0, -6.0), (1, 1, -9.0)]);
}

#[test]
fn a_channel_without_noise_has_no_peaks_and_takes_none_from_its_neighbours() {
    let criteria = PeakCriteria { positions: vec![[0.0, 0.0], [20.0, 0.0]], ..CRITERIA };
    let traces = [0.0, 0.0, -6.0, -1.0, 0.0, 0.0];
    for level in [0.0, -0.0, f32::NAN] {
        let peaks = detect_peaks(&traces, 2, &[1.0, level], &criteria, &Unattended).unwrap();
        assert_eq!(peaks, [Peak { frame: 1, channel: 0, amplitude: -6.0 }]);
    }
}

#[test]
fn a_threshold_of_zero_is_refused() {
    let criteria = PeakCriteria { positions: vec![[0.0, 0.0]], threshold: 0.0, ..CRITERIA };
    assert!(detect_peaks(&[0.0], 1, &[1.0], &criteria, &Unattended).is_err());
}

#[test]
fn a_raised_flag_stops_the_search() {
    let criteria = PeakCriteria { positions: vec![[0.0, 0.0]], ..CRITERIA };
    let stopped = detect_peaks(&[0.0], 1, &[1.0], &criteria, &std::sync::atomic::AtomicBool::new(true));
    assert_eq!(stopped, Err(crate::DspError::Cancelled));
}

#[test]
fn no_frames_hold_no_peaks() {
    assert_eq!(detect(&[], &[[0.0, 0.0]]), []);
}
