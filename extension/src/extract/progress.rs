//! How far a row says the person has listened: by visibility and meter, never by a word.

use shared::raw::{RawLength, RawListening, RawState};

use super::{dom::ElementRef, select::SELECTORS, text};

/// Listening state and, only for titles not begun, the total length.
pub(super) struct Progress {
    /// `None` for podcast and show parents, which have no state.
    pub(super) listening: Option<RawListening>,
    /// Total length as printed.
    pub(super) length: Option<RawLength>,
}

/// Reads the state of a row.
///
/// The word for "finished" stands in every row and is only hidden in most, a meter may say 105 of
/// 100, and 100 percent with "<1 min" left is still in progress.
pub(super) fn read(row: ElementRef<'_>) -> Progress {
    let display = row.select(&SELECTORS.time_display).next();
    let printed = display.map(text::of).filter(|printed| !printed.is_empty()).map(RawLength::Text);
    if finished(row) {
        return state(RawState::Finished, 100.0, None);
    }
    let meter = display
        .and_then(|display| display.select(&SELECTORS.meter).next())
        .or_else(|| row.select(&SELECTORS.meter).next());
    if let Some(percent) = meter.and_then(percent) {
        return state(RawState::InProgress, percent, printed);
    }
    if display.is_none() && !has_state(row) {
        return Progress { listening: None, length: None };
    }
    Progress { length: printed, ..state(RawState::NotStarted, 0.0, None) }
}

fn state(state: RawState, percent: f64, left: Option<RawLength>) -> Progress {
    let listening = RawListening { state, percent: Some(percent), left, finished_at: None };
    Progress { listening: Some(listening), length: None }
}

fn finished(row: ElementRef<'_>) -> bool {
    let label = text::any_shown(row, &SELECTORS.finished_label);
    let button = text::any_shown(row, &SELECTORS.mark_unfinished);
    match (label, button) {
        (None, None) => row
            .select(&SELECTORS.is_finished_input)
            .next()
            .is_some_and(|input| input.attr("value") == Some("true")),
        (label, button) => label == Some(true) || button == Some(true),
    }
}

/// Whether the row has any of the marks that only titles with a state have.
fn has_state(row: ElementRef<'_>) -> bool {
    let marks = [&SELECTORS.finished_label, &SELECTORS.mark_finished, &SELECTORS.is_finished_input];
    marks.into_iter().any(|mark| row.select(mark).next().is_some())
}

/// A meter's share of its own range in percent, held within 0 and 100, rounded to tenths.
fn percent(meter: ElementRef<'_>) -> Option<f64> {
    let number =
        |name: &str| meter.attr(name)?.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let now = number("aria-valuenow")?;
    let least = number("aria-valuemin").unwrap_or(0.0);
    let most = number("aria-valuemax").filter(|most| *most > least).unwrap_or(least + 100.0);
    let share = (now - least) / (most - least) * 100.0;
    Some((share.clamp(0.0, 100.0) * 10.0).round() / 10.0)
}
