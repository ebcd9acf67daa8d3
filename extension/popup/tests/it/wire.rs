//! The hand-written wire form against the one that the worker's types derive.

use extension::{
    doctor::{Code, Diagnose, tell},
    messages::Request,
};
use extension_popup::wire::{self, Node};
use serde_json::{Value, json};
use shared::ids::Marketplace;

use crate::samples;

/// JSON as the browser's values show it.
pub(crate) struct Json(pub(crate) Value);

impl Node for Json {
    fn field(&self, name: &str) -> Option<Self> {
        self.0.get(name).filter(|value| !value.is_null()).cloned().map(Self)
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn truth(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        Some(self.0.as_array()?.iter().cloned().map(Self).collect())
    }
}

#[test]
fn every_snapshot_is_read_as_the_worker_wrote_it() {
    for snapshot in samples::snapshots() {
        let written = serde_json::to_value(&snapshot).unwrap();
        let read = wire::snapshot(&Json(written.clone()));
        assert_eq!(read.as_ref(), Some(&snapshot), "{written}");
    }
}

#[test]
fn every_request_is_written_as_the_worker_reads_it() {
    let requests = [
        Request::Look,
        Request::SetServer { address: "https://feed.example.org".into(), token: "mf_x".into() },
        Request::Connect { address: "feed.example.org".into() },
        Request::GoOnUnencrypted,
        Request::StopPairing,
        Request::Widen,
        Request::AskLink,
        Request::Link,
        Request::ShowSignIn,
        Request::EndLink,
        Request::SetHeader { name: "X-Key".into(), value: "open".into() },
        Request::DropHeaders,
        Request::ForgetServer,
        Request::Read,
        Request::Stop,
        Request::TryNow,
        Request::OpenAudible,
        Request::Send,
        Request::ReadHistory,
        Request::FetchMissing,
        Request::Discard,
    ];
    let choices = Marketplace::ALL.map(|marketplace| Request::ChooseMarketplace { marketplace });
    for request in requests.into_iter().chain(choices) {
        let written: Value = wire::request(&request)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        assert_eq!(serde_json::from_value::<Request>(written).unwrap(), request);
    }
}

#[test]
fn every_report_of_the_doctor_is_read_as_the_worker_wrote_it() {
    let causes = Code::ALL.iter().copied().map(Some).chain([None]);
    for report in causes.map(crate::doctor::report) {
        let written = serde_json::to_value(tell(&report, "0.1.0")).unwrap();
        let expected = crate::doctor::finding(&report);
        assert_eq!(wire::doctor::finding(&Json(written.clone())), Some(expected), "{written}");
        for (pointer, value) in [("/stages", json!(7)), ("/held", json!("no"))] {
            let mut bad = written.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert_eq!(wire::doctor::finding(&Json(bad)), None, "{pointer}");
        }
    }
}

#[test]
fn the_doctors_question_is_written_as_the_worker_reads_it() {
    for (named, keep) in [(false, false), (true, false), (true, true)] {
        let ask = Diagnose { address: "feed.example.org".into(), named, keep };
        let (address, switches) = wire::doctor::question(&ask);
        let mut written = json!({ "address": address });
        for (name, value) in switches {
            written[name] = value.into();
        }
        assert_eq!(serde_json::from_value::<Diagnose>(written).unwrap(), ask);
    }
}

#[test]
fn what_is_no_snapshot_is_not_taken_for_one() {
    let good = serde_json::to_value(samples::at(samples::phases().remove(3))).unwrap();
    for (pointer, value) in [
        ("/phase", Value::Null),
        ("/phase/phase", json!("dreaming")),
        ("/phase/done", json!(-1)),
        ("/phase/done", json!(0.5)),
        ("/phase/titles", json!("150")),
        ("/phase/of", json!(4_294_967_296_u64)),
        ("/server/state", json!("tired")),
        ("/marketplace", json!("moon")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert_eq!(wire::snapshot(&Json(bad)), None, "{pointer}");
    }
    assert_eq!(wire::snapshot(&Json(json!({}))), None);
}
