//! What a plan has to keep to.

use super::plan::{
    FilterPlan, GroupReferencePlan, Interval, LocalReferencePlan, MaskPlan, Method, MixPlan, MotionCorrectionPlan,
    Plan, SpatialHighPassPlan, SpatialPlan, TemporalPlan,
};
use crate::{DspError, Result};

/// Refuses a plan that does not fit frames of so many words, or says something that means nothing.
pub fn check_plan(plan: &Plan, columns: usize, segments: &[u64]) -> Result<()> {
    let rows = plan.columns.len();
    positive("samplingRate", plan.sampling_rate)?;
    if rows == 0 {
        return refuse("columns", 0.0, "at least one word of a frame");
    }
    each_once("columns", &plan.columns, columns, "a word of a frame of the source, each once")?;
    if let Some(scale) = &plan.scale {
        length("scale", scale.len(), rows)?;
        scale.iter().try_for_each(|&factor| positive("scale", factor))?;
    }
    if let Some(mask) = &plan.mask {
        check_mask(mask, segments)?;
    }
    check_temporal(&plan.temporal, rows, plan.sampling_rate)?;
    plan.spatial.iter().try_for_each(|step| match step {
        SpatialPlan::GroupReference(step) => check_groups(step, rows),
        SpatialPlan::LocalReference(step) => check_neighbours(step, rows),
        SpatialPlan::SpatialHighPass(step) => check_spatial_high_pass(step, rows),
        SpatialPlan::Mix(step) => check_mix(step, rows),
        SpatialPlan::MotionCorrection(step) => check_motion(step, rows, segments.len()),
    })
}

fn refuse<T>(name: &'static str, value: f64, expected: &'static str) -> Result<T> {
    Err(DspError::InvalidParameter { name, value, expected })
}

fn length(name: &'static str, length: usize, expected: usize) -> Result<()> {
    if length == expected { Ok(()) } else { Err(DspError::WrongLength { name, length, expected }) }
}

fn positive(name: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() { Ok(()) } else { refuse(name, value, "a positive number") }
}

fn not_negative(name: &'static str, value: f64) -> Result<()> {
    if value >= 0.0 && value.is_finite() { Ok(()) } else { refuse(name, value, "a number that is not negative") }
}

fn each_once(name: &'static str, indices: &[usize], below: usize, expected: &'static str) -> Result<()> {
    let mut seen = vec![false; below];
    for &index in indices {
        match seen.get_mut(index) {
            Some(seen) if !*seen => *seen = true,
            _ => return refuse(name, index as f64, expected),
        }
    }
    Ok(())
}

const A_ROW: &str = "an index into `columns`";

fn check_rows(name: &'static str, indices: &[usize], rows: usize) -> Result<()> {
    indices.iter().find(|&&index| index >= rows).map_or(Ok(()), |&index| refuse(name, index as f64, A_ROW))
}

fn check_mask(mask: &MaskPlan, segments: &[u64]) -> Result<()> {
    let mut last: Option<Interval> = None;
    for gap in &mask.gaps {
        let Some(&frames) = segments.get(gap.segment) else {
            return refuse("gaps", gap.segment as f64, "an index into the segments");
        };
        if gap.start >= gap.end || gap.end > frames {
            return refuse("gaps", gap.start as f64, "intervals of at least one frame, inside of their segment");
        }
        if last.is_some_and(|last| (last.segment, last.end) >= (gap.segment, gap.start + 1)) {
            return refuse("gaps", gap.start as f64, "intervals in order that do not overlap");
        }
        last = Some(*gap);
    }
    Ok(())
}

fn check_temporal(plan: &TemporalPlan, rows: usize, sampling_rate: f64) -> Result<()> {
    if let Some(shifts) = &plan.shifts {
        length("shifts", shifts.len(), rows)?;
        if let Some(&shift) = shifts.iter().find(|shift| !(0.0..1.0).contains(*shift)) {
            return refuse("shifts", shift, "a fraction of a sample from 0 up to, not including, 1");
        }
    }
    if ![16, 24, 32].contains(&plan.taps) {
        return refuse("taps", plan.taps as f64, "16, 24 or 32");
    }
    plan.filters.iter().try_for_each(|filter| check_filter(filter, plan.method, sampling_rate))
}

fn check_filter(filter: &FilterPlan, method: Method, sampling_rate: f64) -> Result<()> {
    let below = |name, frequency: f64| {
        positive(name, frequency)?;
        let inside = frequency < sampling_rate / 2.0;
        if inside { Ok(()) } else { refuse(name, frequency, "less than half the sampling rate") }
    };
    let ordered = |low: f64, high: f64| if low < high { Ok(()) } else { refuse("low", low, "less than `high`") };
    let in_order = |order: u32| {
        if (1..=8).contains(&order) { Ok(()) } else { refuse("order", order.into(), "an order from 1 to 8") }
    };
    if (method == Method::Catgt) != matches!(filter, FilterPlan::CatgtButterworth { .. }) {
        return refuse("filters", f64::NAN, "`catgt-butterworth` with the method `catgt`, others with `direct`");
    }
    match *filter {
        FilterPlan::HighPass { cutoff, order, .. } | FilterPlan::LowPass { cutoff, order, .. } => {
            in_order(order).and(below("cutoff", cutoff))
        }
        FilterPlan::BandPass { low, high, order, .. } => {
            in_order(order).and(below("low", low)).and(below("high", high)).and(ordered(low, high))
        }
        FilterPlan::Notch { frequency, quality, .. } => below("frequency", frequency).and(positive("quality", quality)),
        FilterPlan::CatgtButterworth { order, low, high } => {
            if !(1..=64).contains(&order) {
                return refuse("order", order.into(), "an order from 1 to 64");
            }
            low.map_or(Ok(()), |low| below("low", low))?;
            high.map_or(Ok(()), |high| below("high", high))?;
            low.zip(high).map_or(Ok(()), |(low, high)| ordered(low, high))
        }
    }
}

fn check_groups(step: &GroupReferencePlan, rows: usize) -> Result<()> {
    let from: Vec<usize> = step.groups.iter().flat_map(|group| group.from.iter().copied()).collect();
    each_once("groups", &from, rows, "an index into `columns`, each in one group")?;
    for group in &step.groups {
        each_once("groups", &group.of, rows, "an index into `columns`, each once")?;
        if group.of.is_empty() && !group.from.is_empty() {
            return refuse("groups", 0.0, "at least one row that makes the reference");
        }
    }
    Ok(())
}

fn check_neighbours(step: &LocalReferencePlan, rows: usize) -> Result<()> {
    length("neighbours", step.neighbours.len(), rows)?;
    step.neighbours
        .iter()
        .try_for_each(|near| each_once("neighbours", near, rows, "an index into `columns`, each once"))
}

fn check_spatial_high_pass(step: &SpatialHighPassPlan, rows: usize) -> Result<()> {
    let members: Vec<usize> = step.groups.iter().flatten().copied().collect();
    each_once("groups", &members, rows, "an index into `columns`, each in one group")?;
    if !(1..=8).contains(&step.order) {
        return refuse("order", step.order.into(), "an order from 1 to 8");
    }
    if !(step.cutoff > 0.0 && step.cutoff < 1.0) {
        return refuse("cutoff", step.cutoff, "a fraction of the spatial Nyquist frequency, between 0 and 1");
    }
    if let Some(control) = &step.gain_control {
        if control.window_frames == 0 {
            return refuse("windowFrames", 0.0, "at least one frame");
        }
        not_negative("epsilon", control.epsilon)?;
    }
    Ok(())
}

fn check_mix(step: &MixPlan, rows: usize) -> Result<()> {
    let changed: Vec<usize> = step.rows.iter().map(|mixed| mixed.row).collect();
    each_once("row", &changed, rows, "an index into `columns`, each once")?;
    for mixed in &step.rows {
        check_rows("of", &mixed.of, rows)?;
        length("weights", mixed.weights.len(), mixed.of.len())?;
        if let Some(&weight) = mixed.weights.iter().find(|weight| !weight.is_finite()) {
            return refuse("weights", weight, "finite numbers");
        }
    }
    Ok(())
}

fn check_motion(step: &MotionCorrectionPlan, rows: usize, segments: usize) -> Result<()> {
    length("positions", step.positions.len(), rows)?;
    positive("sigma", step.sigma)?;
    positive("power", step.power)?;
    length("motion", step.motion.len(), segments)?;
    let finite = |name, values: &[f64]| match values.iter().find(|value| !value.is_finite()) {
        Some(&value) => refuse(name, value, "finite numbers"),
        None => Ok(()),
    };
    finite("positions", step.positions.as_flattened())?;
    for motion in &step.motion {
        length("displacement", motion.displacement.len(), motion.times.len() * motion.depths.len())?;
        finite("displacement", &motion.displacement)?;
        finite("times", &motion.times)?;
        finite("depths", &motion.depths)?;
        for (name, values) in [("times", &motion.times), ("depths", &motion.depths)] {
            if values.is_empty() {
                return refuse(name, 0.0, "at least one");
            }
            if let Some(pair) = values.windows(2).find(|pair| pair[0] >= pair[1]) {
                return refuse(name, pair[1], "numbers that rise");
            }
        }
    }
    Ok(())
}
