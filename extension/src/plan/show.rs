//! The state as the popup shows it.

use super::{
    Leaving, Linking, Now, Pairing, State,
    run::{Hold, Run, Stage},
};
use crate::messages::{Phase, Progress, Receipt, ServerView, Snapshot, Summary};

/// Least time and units before a rate is worth showing.
const MEASURED_MS: i64 = 3_000;

/// What the popup shows now.
pub fn snapshot(state: &State, now: Now) -> Snapshot {
    Snapshot {
        server: state.server.as_ref().map(|server| ServerView {
            address: server.address.clone(),
            state: server.state.clone(),
        }),
        pairing: state.pairing.as_ref().map(Pairing::view),
        headers: state
            .proxy
            .iter()
            .flat_map(|proxy| proxy.headers.iter().map(|(name, _)| name.clone()))
            .collect(),
        farewell: state.leaving.as_ref().map(Leaving::view),
        link: state.linking.as_ref().map(Linking::view),
        marketplace: state.marketplace,
        phase: state.run.as_ref().map_or(Phase::Idle, |run| phase(run, now)),
        choice: state
            .run
            .as_ref()
            .filter(|run| run.stage == Stage::Ready)
            .map(|run| run.choice(&state.wishes)),
        without_asking: state.without_asking,
        library: state.library.clone(),
    }
}

fn phase(run: &Run, now: Now) -> Phase {
    let during = run.step();
    let progress = run.progress(now);
    match (&run.hold, run.stage) {
        (_, Stage::Permission) => Phase::AwaitingPermission,
        (_, Stage::Done) => Phase::Done(run.receipt()),
        (_, Stage::Ready) => Phase::Ready(run.summary()),
        (Some(Hold::Stopped), _) => Phase::Stopped { during, progress },
        (Some(Hold::Waiting { trouble, resumes_at_ms }), _) => Phase::Waiting {
            during,
            trouble: trouble.clone(),
            resumes_at_ms: *resumes_at_ms,
            progress,
        },
        (None, Stage::Reading | Stage::Composing { .. }) => Phase::Reading(progress),
        (None, Stage::Enriching | Stage::Surveying { .. }) => Phase::Enriching(progress),
        (None, Stage::History | Stage::Dating { .. }) => Phase::History(progress),
        (None, Stage::Cutting { .. } | Stage::Sending) => Phase::Sending(progress),
    }
}

impl Run {
    /// Units and titles done in the present step.
    pub(super) fn worked(&self) -> (u32, u32) {
        match self.stage {
            Stage::Permission | Stage::Reading | Stage::Composing { .. } => {
                (self.reading.units.done(), self.reading.titles())
            }
            Stage::Enriching | Stage::Surveying { .. } => {
                (self.enriching.units.done(), self.enriching.finished)
            }
            Stage::History | Stage::Dating { .. } => {
                (self.history.units.done(), self.history.dates)
            }
            Stage::Ready | Stage::Cutting { .. } | Stage::Sending | Stage::Done => {
                (self.sending.units.done(), self.totals().total)
            }
        }
    }

    fn progress(&self, now: Now) -> Progress {
        let (done, titles) = self.worked();
        let (of, titles_of) = match self.stage {
            Stage::Permission | Stage::Reading | Stage::Composing { .. } => {
                ((done > 0).then(|| self.reading.units.of()), None)
            }
            Stage::Enriching | Stage::Surveying { .. } => {
                (Some(self.enriching.units.of()), Some(self.enriching.titles))
            }
            // The first page says how many there are, or so it seems: every year has its own.
            Stage::History | Stage::Dating { .. } => {
                ((done > 1).then(|| self.history.units.of()), None)
            }
            Stage::Ready | Stage::Cutting { .. } | Stage::Sending | Stage::Done => {
                let of = Some(self.sending.units.of()).filter(|of| *of > 0);
                (of, of.map(|_| self.sending.titles))
            }
        };
        let mut progress = Progress { done, of, titles, titles_of, ..Progress::default() };
        self.measure(&mut progress, now);
        progress
    }

    /// Rate and time left, from the present stretch of undisturbed work.
    fn measure(&self, progress: &mut Progress, now: Now) {
        let Some((since_ms, units_then, titles_then)) = self.since.filter(|_| self.hold.is_none())
        else {
            return;
        };
        let elapsed = now.ms.saturating_sub(since_ms);
        let units = progress.done.saturating_sub(units_then);
        if elapsed < MEASURED_MS || units == 0 {
            return;
        }
        let titles = i64::from(progress.titles.saturating_sub(titles_then));
        progress.titles_per_minute = u32::try_from(titles * 60_000 / elapsed).ok();
        let left = i64::from(progress.of.unwrap_or(progress.done).saturating_sub(progress.done));
        progress.seconds_left = u32::try_from(left * elapsed / i64::from(units) / 1_000).ok();
    }

    fn summary(&self) -> Summary {
        let survey = &self.choosing.survey;
        Summary {
            titles: survey.titles - self.choosing.left_out.min(survey.titles),
            source_total: self.source_total(),
            complete: self.reading.complete(),
            not_enriched: survey.not_enriched,
            problem_count: survey.problem_count,
            problems: survey.problems.clone(),
            dated: self.history.titles,
            history_open: self.history.is_open() && !self.is_cut(),
        }
    }

    fn receipt(&self) -> Receipt {
        let totals = self.totals();
        Receipt {
            imported: totals.imported,
            updated: totals.updated,
            unchanged: totals.unchanged,
            ignored: totals.ignored,
            duplicate: totals.duplicate,
            rejected: totals.rejected,
            total: totals.total,
            read: self.enriching.titles,
            source_total: self.source_total(),
            complete: totals.complete,
            refused: totals.refused.clone(),
            library_url: format!("{}/", self.sending.address()),
        }
    }
}
