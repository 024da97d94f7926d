use super::{noise, open, plan};
use crate::pass::plan::{
    Direction, FilterPlan, GroupPlan, GroupReferencePlan, Interval, MaskPlan, Middle, Operator, Plan, SpatialPlan,
};
use crate::pass::{FrameRange, Pass, Source};
use crate::{DspError, Unattended};

#[test]
fn a_plan_that_does_not_fit_is_refused_by_the_name_of_what_does_not() {
    let refused = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan(4);
        change(&mut plan);
        let source = Source::memory(Box::new(vec![0_i16; 50]), 5, &[10]).unwrap();
        match Pass::open(source, &plan).err() {
            Some(DspError::InvalidParameter { name, .. } | DspError::WrongLength { name, .. }) => name,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|plan| plan.columns[3] = 5), "columns");
    assert_eq!(refused(&|plan| plan.columns[3] = 0), "columns");
    assert_eq!(refused(&|plan| plan.sampling_rate = f64::NAN), "samplingRate");
    assert_eq!(refused(&|plan| plan.scale = Some(vec![1.0; 3])), "scale");
    assert_eq!(refused(&|plan| plan.scale = Some(vec![0.0; 4])), "scale");
    assert_eq!(refused(&|plan| plan.temporal.shifts = Some(vec![0.5])), "shifts");
    assert_eq!(refused(&|plan| plan.temporal.shifts = Some(vec![1.0; 4])), "shifts");
    assert_eq!(refused(&|plan| plan.temporal.taps = 17), "taps");
    let gaps = |gaps: &[(usize, u64, u64)]| {
        let gaps = gaps.iter().map(|&(segment, start, end)| Interval { segment, start, end }).collect();
        Some(MaskPlan { gaps, ..MaskPlan::default() })
    };
    assert_eq!(refused(&|plan| plan.mask = gaps(&[(1, 0, 1)])), "gaps");
    assert_eq!(refused(&|plan| plan.mask = gaps(&[(0, 3, 3)])), "gaps");
    assert_eq!(refused(&|plan| plan.mask = gaps(&[(0, 3, 11)])), "gaps");
    assert_eq!(refused(&|plan| plan.mask = gaps(&[(0, 3, 6), (0, 5, 7)])), "gaps");
    let group = |of: &[usize], from: &[usize]| GroupPlan { of: of.to_vec(), from: from.to_vec() };
    let groups = |groups: Vec<GroupPlan>| {
        let (operator, middle) = (Operator::Median, Middle::Mean);
        vec![SpatialPlan::GroupReference(GroupReferencePlan { operator, middle, whole: false, groups })]
    };
    assert_eq!(refused(&|plan| plan.spatial = groups(vec![group(&[0, 4], &[0])])), "groups.of");
    assert_eq!(refused(&|plan| plan.spatial = groups(vec![group(&[0], &[0]), group(&[1], &[0])])), "groups.from");
    let high_pass = FilterPlan::HighPass { cutoff: 15_000.0, order: 3, direction: Direction::ZeroPhase };
    assert_eq!(refused(&|plan| plan.temporal.filters = vec![high_pass]), "cutoff");
}

#[test]
fn a_range_that_there_is_not_is_refused_by_its_name() {
    let pass = open(&noise(10 * 4), 4, &[10], &plan(3));
    let refused =
        |segment, frames, rows| match pass.traces(&FrameRange { segment, frames, rows }, 1, &Unattended).unwrap_err() {
            DspError::InvalidParameter { name, .. } => name,
            other => panic!("{other}"),
        };
    assert_eq!(refused(1, 0..1, None), "segment");
    assert_eq!(refused(0, 0..11, None), "end");
    #[allow(clippy::reversed_empty_ranges)]
    let backwards = 5..4;
    assert_eq!(refused(0, backwards, None), "start");
    assert_eq!(refused(0, 0..1, Some(vec![3])), "rows");
}
