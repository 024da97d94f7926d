//! What the members of a group share is taken away.

use super::SpatialStep;
use super::group_mean::GroupMeans;
use super::group_median::GroupMedians;
use super::plan::{GroupReferencePlan, Operator, require_apart};
use crate::Result;

/// Makes the step: subtracts from the rows of each group the median or mean over its members.
///
/// Medians are exact (`numpy.median` for [`super::Middle::Mean`]), means single-precision sums. With `whole`, values are
/// made whole counts first (towards zero, clamped to int16), and so is the reference: CatGT's integer arithmetic, to the
/// bit. A NaN among the members makes NaN of the rows that the reference is subtracted from, in that frame. Groups without
/// members change nothing.
pub(super) fn prepare(plan: &GroupReferencePlan, channels: usize) -> Result<Box<dyn SpatialStep>> {
    for group in &plan.groups {
        require_apart("groups.of", &group.of, channels)?;
    }
    require_apart("groups.from", plan.groups.iter().flat_map(|group| &group.from), channels)?;
    Ok(match plan.operator {
        Operator::Mean => Box::new(GroupMeans::new(plan, channels)),
        Operator::Median => Box::new(GroupMedians::new(plan)),
    })
}
