/// Gaussian windows along the probe, each of which has a displacement of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepthWindows {
    /// (µm) Between their centres.
    pub step: f64,
    /// (µm) Their standard deviation.
    pub scale: f64,
}

/// A window ends where it has fallen below this.
const LEAST: f64 = 1e-3;

/// The centres of windows over a range of depths (µm), half a `scale` from its ends at least; of a range too short
/// for two, and for rigid motion, the middle. Source: SpikeInterface's `get_spatial_windows`.
pub(super) fn centers(windows: Option<DepthWindows>, [low, high]: [f64; 2]) -> Vec<f64> {
    let middle = vec![0.5 * (low + high)];
    let Some(DepthWindows { step, scale }) = windows else { return middle };
    let room = high - low - scale;
    let steps = (room / step).floor();
    if steps < 1.0 {
        return middle;
    }
    let first = low + 0.5 * scale + 0.5 * (room - steps * step);
    (0..=steps as usize).map(|index| first + index as f64 * step).collect()
}

/// The weight of each place (µm) in the window around `center`; all the same where there is but one window.
pub(super) fn weights(windows: Option<DepthWindows>, single: bool, center: f64, places: &[f64]) -> Vec<f64> {
    let scale = windows.map_or(f64::INFINITY, |windows| windows.scale);
    let weight = |place: f64| {
        if single {
            return 1.0;
        }
        let weight = (-0.5 * ((place - center) / scale).powi(2)).exp();
        if weight < LEAST { 0.0 } else { weight }
    };
    places.iter().map(|&place| weight(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_stand_evenly_and_off_the_ends() {
        let windows = Some(DepthWindows { step: 400.0, scale: 400.0 });
        assert_eq!(centers(windows, [0.0, 3840.0]), (0..9).map(|i| 320.0 + 400.0 * f64::from(i)).collect::<Vec<_>>());
        assert_eq!(centers(windows, [0.0, 700.0]), [350.0]);
        assert_eq!(centers(None, [0.0, 3840.0]), [1920.0]);
    }
}
