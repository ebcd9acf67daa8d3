//! What time it is in the simulator: the system's, until a test says another.

use std::sync::Mutex;
use std::sync::PoisonError;

use jiff::Timestamp;

/// Milliseconds since 1970.
pub(crate) type Millis = i64;

/// Tells the time.
#[derive(Debug, Default)]
pub(crate) struct Clock(Mutex<Option<Millis>>);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the rim that asks the system")]
    pub(crate) fn now(&self) -> Millis {
        let said = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.unwrap_or_else(|| Timestamp::now().as_millisecond())
    }

    pub(crate) fn set(&self, now: Millis) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}

/// Reads a moment of RFC 3339; one without a zone is none.
pub(crate) fn moment(text: &str) -> Option<Millis> {
    Some(text.parse::<Timestamp>().ok()?.as_millisecond())
}

/// Writes a moment, with milliseconds.
pub(crate) fn written(moment: Millis) -> String {
    let moment = Timestamp::from_millisecond(moment).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
