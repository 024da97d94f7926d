//! What a plan has to keep to.

use super::plan::{FilterPlan, Interval, MaskPlan, Method, Plan, SpatialPlan, TemporalPlan};
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
        SpatialPlan::MotionCorrection(step) => length("motion", step.motion.len(), segments.len()),
        // What is said about rows is checked where the steps are prepared.
        _ => Ok(()),
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
