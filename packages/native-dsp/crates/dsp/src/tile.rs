//! A few channels of a stretch of traces, side by side, as vector registers like them.

/// The channels of one tile; eight doubles are one cache line.
pub(crate) const LANES: usize = 8;

/// One frame of a tile.
pub(crate) type Row = [f64; LANES];

/// Copies up to [`LANES`] channels from `first` on out of frame-major traces; lanes without a channel are zero.
pub(crate) fn gather(traces: &[f32], channels: usize, first: usize, tile: &mut Vec<Row>) {
    let lanes = LANES.min(channels - first);
    tile.clear();
    tile.extend(traces.chunks_exact(channels).map(|frame| {
        let mut row = [0.0; LANES];
        for (value, sample) in row.iter_mut().zip(&frame[first..first + lanes]) {
            *value = f64::from(*sample);
        }
        row
    }));
}

/// Writes a tile back to where [`gather`] took it from, rounded to single precision.
pub(crate) fn scatter(tile: &[Row], traces: &mut [f32], channels: usize, first: usize) {
    let lanes = LANES.min(channels - first);
    for (row, frame) in tile.iter().zip(traces.chunks_exact_mut(channels)) {
        for (value, sample) in row.iter().zip(&mut frame[first..first + lanes]) {
            *sample = *value as f32;
        }
    }
}
