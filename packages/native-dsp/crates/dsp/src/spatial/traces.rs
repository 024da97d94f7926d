//! Steps over traces at hand.

use super::plan::SpatialPlan;
use super::{Rows, Scratch, prepare};
use crate::{Control, DspError, Result};

/// Frames that are worked on at a time, beside the margins.
const BLOCK: usize = 1024;

/// Applies a step to whole frame-major traces, in place; they begin and end as a segment does.
///
/// For a spatial high-pass, refuses values that are not finite. Motion correction needs a recording's time and is refused.
pub fn apply(traces: &mut [f32], channels: usize, plan: &SpatialPlan, control: &dyn Control) -> Result<()> {
    let frames = crate::frames::require_frames(traces.len(), channels)?;
    let step = prepare(plan, channels, f64::NAN)?;
    let margin = step.margin();
    let (block, stride) = (BLOCK.max(2 * margin), channels.next_multiple_of(16));
    let finite = matches!(plan, SpatialPlan::SpatialHighPass(_));
    if let Some(&value) = traces.iter().find(|value| finite && !value.is_finite()) {
        let value = f64::from(value);
        return Err(DspError::InvalidParameter { name: "traces", value, expected: "finite numbers" });
    }
    let mut scratch = Scratch::default();
    // What stood in the frames before a block, which has its results there already.
    let mut before: Vec<f32> = Vec::new();
    let mut data = Vec::new();
    for start in (0..frames).step_by(block) {
        control.check()?;
        control.progress(start as f64 / frames as f64);
        let end = (start + block).min(frames);
        let (from, to) = (start.saturating_sub(margin), (end + margin).min(frames));
        data.clear();
        data.resize((to - from) * stride, 0.0);
        let kept = before.chunks_exact(channels).chain(traces[start * channels..to * channels].chunks_exact(channels));
        for (row, frame) in data.chunks_exact_mut(stride).zip(kept) {
            row[..channels].copy_from_slice(frame);
        }
        let next = end.saturating_sub(margin).max(start);
        before.clear();
        before.extend_from_slice(&traces[next * channels..end * channels]);
        let mut rows = Rows {
            data: &mut data,
            channels,
            stride,
            first_frame: from as u64,
            segment: 0,
            at_start: from == 0,
            at_end: to == frames,
            masked: &[],
        };
        step.apply(&mut rows, &mut scratch);
        let results = data[(start - from) * stride..].chunks_exact(stride);
        for (frame, row) in traces[start * channels..end * channels].chunks_exact_mut(channels).zip(results) {
            frame.copy_from_slice(&row[..channels]);
        }
    }
    Ok(())
}
