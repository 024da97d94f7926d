//! A plan's steps, prepared.

use super::plan::{FilterPlan, GroupReferencePlan, Method, Middle, Operator, Plan, SpatialPlan, TemporalPlan};
use crate::block::{Engine, HALO};
use crate::spatial;
use crate::spectral::{MARGIN, Magnitude, Spectral, SpectralSpec};
use crate::temporal::{Temporal, TemporalSpec};
use crate::{DspError, Result};

/// Prepares a checked plan for frames of so many words.
pub fn prepare_engine(plan: &Plan, columns: usize) -> Result<Engine> {
    let rows = plan.columns.len();
    let mut steps = &plan.spatial[..];
    // The commonest last step is fused with what makes words of rows.
    let global_median = matches!(steps.last(), Some(SpatialPlan::GroupReference(step)) if is_global_median(step, rows));
    if global_median {
        steps = &steps[..steps.len() - 1];
    }
    let scale = plan.scale.as_ref().filter(|_| !plan.spatial.is_empty());
    let scale = scale.map(|scale| scale.iter().map(|&factor| factor as f32).collect::<Vec<_>>());
    let spec = temporal_spec(&plan.temporal, scale.clone())?;
    let spectral = spectral_spec(&plan.temporal, scale.clone());
    let spectral = spectral.map(|spec| Spectral::prepare(&spec, plan.sampling_rate, rows)).transpose()?;
    let spatial = steps.iter().map(|step| spatial::prepare(step, rows, plan.sampling_rate)).collect::<Result<_>>()?;
    let engine = Engine {
        columns,
        take: plan.columns.clone(),
        temporal: Temporal::prepare(&spec, plan.sampling_rate, rows)?,
        spectral,
        spatial,
        global_median,
        scale,
        rounding: plan.rounding,
    };
    let reach = engine.spatial_margin() + HALO;
    if engine.spectral.is_some() && reach >= MARGIN {
        let expected = "`direct` with steps that look so many frames along time";
        return Err(DspError::InvalidParameter { name: "method", value: reach as f64, expected });
    }
    Ok(engine)
}

fn is_global_median(step: &GroupReferencePlan, rows: usize) -> bool {
    let all = |members: &[usize]| members.len() == rows;
    step.operator == Operator::Median
        && step.middle == Middle::Mean
        && !step.whole
        && matches!(&step.groups[..], [group] if all(&group.of) && all(&group.from))
}

fn spectral_spec(plan: &TemporalPlan, scale: Option<Vec<f32>>) -> Option<SpectralSpec> {
    let magnitude = |filter: &FilterPlan| match *filter {
        FilterPlan::CatgtButterworth { order, low, high } => Some(Magnitude { order, low, high }),
        _ => None,
    };
    let filters = plan.filters.iter().filter_map(magnitude).collect();
    (plan.method == Method::Catgt).then(|| SpectralSpec { shifts: plan.shifts.clone(), filters, scale })
}

fn temporal_spec(plan: &TemporalPlan, scale: Option<Vec<f32>>) -> Result<TemporalSpec> {
    if plan.method == Method::Catgt {
        return Ok(TemporalSpec { shifts: None, taps: plan.taps, filters: Vec::new(), scale: None });
    }
    let filters = plan.filters.iter().map(FilterPlan::spec).collect::<Result<_>>()?;
    Ok(TemporalSpec { shifts: plan.shifts.clone(), taps: plan.taps, filters, scale })
}
