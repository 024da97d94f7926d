use std::fmt;

/// What this crate refuses, with the facts as fields.
#[derive(Debug, Clone, PartialEq)]
pub enum DspError {
    /// The samples do not make whole frames.
    RaggedFrames { samples: usize, channels: usize },
    /// A parameter is outside of what the operation accepts.
    InvalidParameter { name: &'static str, value: f64, expected: &'static str },
    /// A list has another length than the number of channels asks for.
    WrongLength { name: &'static str, length: usize, expected: usize },
    /// A file could not be read or written.
    File { path: String, reason: String },
    /// The file is shorter than the recording that it should hold.
    TruncatedFile { path: String, bytes: u64, expected: u64 },
    /// The caller asked to stop.
    Cancelled,
}

impl DspError {
    /// The kebab-case name by which other packages recognise the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RaggedFrames { .. } => "ragged-frames",
            Self::InvalidParameter { .. } => "invalid-parameter",
            Self::WrongLength { .. } => "wrong-length",
            Self::File { .. } => "file",
            Self::TruncatedFile { .. } => "truncated-file",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for DspError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RaggedFrames { samples, channels } => {
                write!(
                    f,
                    "{samples} samples do not make whole frames of {channels} channels. Check the number of channels."
                )
            }
            Self::InvalidParameter { name, value, expected } => {
                write!(f, "`{name}` is {value}; expected {expected}.")
            }
            Self::WrongLength { name, length, expected } => {
                write!(f, "`{name}` has {length} entries; expected {expected}.")
            }
            Self::File { path, reason } => write!(f, "{path}: {reason}."),
            Self::TruncatedFile { path, bytes, expected } => {
                write!(
                    f,
                    "{path} has {bytes} bytes; the recording needs {expected}. Copy it again, or correct what says how long it is."
                )
            }
            Self::Cancelled => write!(f, "Cancelled."),
        }
    }
}

impl std::error::Error for DspError {}

/// The result of every fallible function of this crate.
pub type Result<T> = std::result::Result<T, DspError>;
