use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use neurojoint_dsp::{Control, DspError};

/// Stops the operation that it was handed to, at its next block.
#[napi]
pub struct CancelFlag(Arc<AtomicBool>);

#[napi]
impl CancelFlag {
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }

    #[napi]
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Calls back with the fraction done; weak, so that it keeps no process alive.
pub type ProgressFunction = ThreadsafeFunction<f64, (), f64, Status, false, true>;

/// The [`Control`] of an operation that JavaScript watches.
pub struct Attended {
    cancelled: Arc<AtomicBool>,
    progress: Option<ProgressFunction>,
}

impl Attended {
    pub fn new(flag: &CancelFlag, progress: Option<ProgressFunction>) -> Self {
        Self { cancelled: flag.0.clone(), progress }
    }
}

impl Control for Attended {
    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn progress(&self, fraction: f64) {
        if let Some(progress) = &self.progress {
            progress.call(fraction, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

/// Stands between the code of an error and its facts.
const SEPARATOR: &str = "\u{1f}";

/// A [`DspError`] as an `Error` whose message is its code and its facts, of which a path is the last; the wrapper makes
/// of them the error that TypeScript throws.
pub fn to_js(error: DspError) -> Error {
    let status = if error == DspError::Cancelled { Status::Cancelled } else { Status::InvalidArg };
    let code = error.code().to_owned();
    let facts = match error {
        DspError::RaggedFrames { samples, channels } => vec![samples.to_string(), channels.to_string()],
        DspError::InvalidParameter { name, value, expected } => {
            vec![name.to_owned(), value.to_string(), expected.to_owned()]
        }
        DspError::WrongLength { name, length, expected } => {
            vec![name.to_owned(), length.to_string(), expected.to_string()]
        }
        DspError::File { path, reason } => vec![reason, path],
        DspError::TruncatedFile { path, bytes, expected } => vec![bytes.to_string(), expected.to_string(), path],
        DspError::Cancelled => vec![],
    };
    Error::new(status, [vec![code], facts].concat().join(SEPARATOR))
}

/// Work for a thread of the pool that ends in a value for JavaScript.
pub struct Background<T: Send + 'static> {
    work: Option<Box<dyn FnOnce() -> neurojoint_dsp::Result<T> + Send>>,
}

impl<T: Send + 'static> Background<T> {
    pub fn start(work: impl FnOnce() -> neurojoint_dsp::Result<T> + Send + 'static) -> AsyncTask<Self>
    where
        T: ToNapiValue + TypeName,
    {
        AsyncTask::new(Self { work: Some(Box::new(work)) })
    }
}

impl<T: Send + 'static + ToNapiValue + TypeName> Task for Background<T> {
    type Output = T;
    type JsValue = T;

    fn compute(&mut self) -> Result<T> {
        let work = self.work.take().ok_or_else(|| Error::from_reason("the task was run twice"))?;
        // A panic that left this function would end the process of Node.
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(result) => result.map_err(to_js),
            Err(payload) => Err(Error::from_reason(["panic", &describe(payload.as_ref())].join(SEPARATOR))),
        }
    }

    fn resolve(&mut self, _env: Env, output: T) -> Result<T> {
        Ok(output)
    }
}

/// A sentence for what no input should bring about.
fn describe(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let reason = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
    format!("The native code failed ({reason}). This is a fault of native-dsp: report it with the call that led to it.")
}
