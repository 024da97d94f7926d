//! Traces in memory hold whole frames.

use crate::{DspError, Result};

/// Refuses a buffer that does not hold whole frames; returns their number.
pub(crate) fn require_frames(samples: usize, channels: usize) -> Result<usize> {
    if channels == 0 || !samples.is_multiple_of(channels) {
        return Err(DspError::RaggedFrames { samples, channels });
    }
    Ok(samples / channels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_frame_is_refused() {
        assert_eq!(require_frames(7, 3), Err(DspError::RaggedFrames { samples: 7, channels: 3 }));
        assert_eq!(require_frames(0, 0), Err(DspError::RaggedFrames { samples: 0, channels: 0 }));
    }
}
