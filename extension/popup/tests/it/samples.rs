//! Snapshots of every kind.

use extension::messages::{
    FarewellView, LinkState, LinkTrouble, Linked, PairingState, PairingTrouble, PairingView, Phase,
    Progress, Receipt, ServerState, ServerTrouble, ServerView, Snapshot, Step, Summary, Trouble,
};
use shared::{
    ids::Marketplace,
    problem::{Problem, Reason},
    wire::v1::{ItemReceipt, Outcome},
};

pub(crate) const STEPS: [Step; 4] = [Step::Reading, Step::Enriching, Step::History, Step::Sending];

pub(crate) const PROGRESS: Progress = Progress {
    done: 3,
    of: Some(13),
    titles: 150,
    titles_of: Some(613),
    titles_per_minute: Some(94),
    seconds_left: Some(130),
};

/// A snapshot with a usable server and a chosen marketplace.
pub(crate) fn at(phase: Phase) -> Snapshot {
    let state = ServerState::Ready { version: "0.1.0".into() };
    with_server(Some(state), phase)
}

pub(crate) fn with_server(state: Option<ServerState>, phase: Phase) -> Snapshot {
    let server = |state| ServerView { address: "https://feed.example.org".into(), state };
    let marketplace = Some(Marketplace::De);
    Snapshot { server: state.map(server), marketplace, phase, ..Snapshot::default() }
}

pub(crate) fn waiting(during: Step, trouble: Trouble) -> Phase {
    Phase::Waiting { during, trouble, resumes_at_ms: Some(1_764_000_300_000), progress: PROGRESS }
}

pub(crate) fn troubles() -> Vec<Trouble> {
    let own = [
        Trouble::SignedOut,
        Trouble::Captcha,
        Trouble::Blocked,
        Trouble::Throttled,
        Trouble::Unavailable,
        Trouble::Offline,
        Trouble::LayoutChanged { page: 4 },
        Trouble::PermissionMissing,
    ];
    let server = server_troubles().into_iter().map(|trouble| Trouble::Server { trouble });
    own.into_iter().chain(server).collect()
}

pub(crate) fn server_troubles() -> Vec<ServerTrouble> {
    vec![
        ServerTrouble::BadAddress,
        ServerTrouble::Unencrypted,
        ServerTrouble::NotReachable,
        ServerTrouble::Redirects,
        ServerTrouble::NotMeFeed,
        ServerTrouble::Incompatible { version: "9.0.0".into() },
        ServerTrouble::TokenRefused,
        ServerTrouble::TokenRevoked,
        ServerTrouble::ScopeMissing,
        ServerTrouble::Refused {
            code: "too_large".into(),
            detail: "The body is too large.".into(),
        },
        ServerTrouble::Busy,
    ]
}

pub(crate) fn problem(reason: Reason, field: &str, asin: Option<&str>, place: &str) -> Problem {
    Problem {
        asin: asin.map(str::to_owned),
        place: place.into(),
        field: field.into(),
        reason,
        detail: "holds no date".into(),
    }
}

pub(crate) fn summary() -> Summary {
    Summary {
        titles: 245,
        source_total: 245,
        complete: true,
        not_enriched: 0,
        problem_count: 0,
        problems: Vec::new(),
        dated: None,
        history_open: true,
    }
}

pub(crate) fn flawed_summary() -> Summary {
    let problems = vec![
        problem(Reason::Missing, "title", None, "page 2, row 7"),
        problem(Reason::Malformed, "release_date", Some("B000000001"), "row 9"),
        problem(Reason::Malformed, "release_date", Some("B000000002"), "row 10"),
        problem(Reason::TooLarge, "summary", Some("B000000003"), "row 11"),
        problem(Reason::ForeignAddress, "cover_url", Some("B000000004"), "row 12"),
        problem(Reason::UnknownUnit, "runtime_minutes", Some("B000000005"), "row 13"),
        problem(Reason::Moving, "", Some("B000000006"), "/items/6"),
        problem(Reason::NotEnriched, "", Some("B000000007"), "row 15"),
        problem(Reason::LayoutChanged, "", None, "page 3"),
    ];
    let problem_count = 12;
    Summary {
        titles: 1,
        source_total: 5,
        complete: false,
        not_enriched: 1,
        problem_count,
        problems,
        dated: Some(0),
        history_open: false,
    }
}

pub(crate) fn receipt() -> Receipt {
    Receipt {
        imported: 240,
        updated: 3,
        unchanged: 2,
        ignored: 0,
        duplicate: 0,
        rejected: 0,
        total: 245,
        read: 245,
        source_total: 245,
        complete: true,
        refused: Vec::new(),
        library_url: "https://feed.example.org/".into(),
    }
}

pub(crate) fn flawed_receipt() -> Receipt {
    let refused = |outcome, asin: Option<&str>, reason: Option<&str>| ItemReceipt {
        asin: asin.map(str::to_owned),
        outcome,
        reason: reason.map(str::to_owned),
        pointer: Some("/items/7/cover_url".into()),
        changed: Vec::new(),
    };
    let outcomes = [
        Outcome::Imported,
        Outcome::Updated,
        Outcome::Unchanged,
        Outcome::Ignored,
        Outcome::Duplicate,
        Outcome::Rejected,
    ];
    let named = outcomes.map(|outcome| refused(outcome, Some("B000000001"), Some("is no address")));
    Receipt {
        imported: 1,
        updated: 0,
        unchanged: 0,
        ignored: 2,
        duplicate: 3,
        rejected: 9,
        total: 15,
        read: 17,
        source_total: 20,
        complete: false,
        refused: named.into_iter().chain([refused(Outcome::Rejected, None, None)]).collect(),
        library_url: "https://feed.example.org/".into(),
    }
}

pub(crate) fn phases() -> Vec<Phase> {
    let mut phases = vec![
        Phase::Idle,
        Phase::AwaitingPermission,
        Phase::Reading(Progress::default()),
        Phase::Reading(PROGRESS),
        Phase::Enriching(PROGRESS),
        Phase::History(PROGRESS),
        Phase::Sending(PROGRESS),
        Phase::Ready(summary()),
        Phase::Ready(flawed_summary()),
        Phase::Done(receipt()),
        Phase::Done(flawed_receipt()),
    ];
    for during in STEPS {
        phases.push(Phase::Stopped { during, progress: PROGRESS });
        phases.extend(troubles().into_iter().map(|trouble| waiting(during, trouble)));
    }
    phases.push(Phase::Waiting {
        during: Step::Reading,
        trouble: Trouble::SignedOut,
        resumes_at_ms: None,
        progress: Progress::default(),
    });
    phases
}

/// No server, one that is being checked, a good one, and one with each trouble.
pub(crate) fn server_states() -> Vec<Option<ServerState>> {
    let good = ServerState::Ready { version: "0.1.0".into() };
    let bad = server_troubles().into_iter().map(|trouble| ServerState::Trouble { trouble });
    [None, Some(ServerState::Checking), Some(good)].into_iter().chain(bad.map(Some)).collect()
}

/// Every phase with every state of the server.
pub(crate) fn snapshots() -> Vec<Snapshot> {
    let with = |state: Option<ServerState>| {
        phases().into_iter().map(move |phase| with_server(state.clone(), phase))
    };
    let left = [false, true].map(|untold| {
        let address = "https://feed.example.org".into();
        Snapshot { farewell: Some(FarewellView { address, untold }), ..Snapshot::default() }
    });
    let headers = vec!["CF-Access-Client-Id".into(), "CF-Access-Client-Secret".into()];
    let headed = Snapshot { headers, ..at(Phase::Idle) };
    let left = left.into_iter().chain([headed]);
    let unchosen = left.into_iter().chain([Snapshot::default()]);
    server_states()
        .into_iter()
        .flat_map(with)
        .chain(pairings())
        .chain(links())
        .chain(unchosen)
        .collect()
}

/// The code is there.
pub(crate) fn deciding() -> PairingState {
    PairingState::Deciding {
        user_code: "BCDF-GHJK".into(),
        page: "https://feed.example.org/pair?user_code=BCDF-GHJK".into(),
        expires_at_ms: 1_764_000_600_000,
    }
}

/// Everything a pairing can be at.
pub(crate) fn pairing_states() -> Vec<PairingState> {
    let server = server_troubles().into_iter().map(|trouble| PairingTrouble::Server { trouble });
    let own = [PairingTrouble::Denied, PairingTrouble::Expired, PairingTrouble::Gone];
    let failed = own.into_iter().chain(server);
    let failed = failed.map(|trouble| PairingState::Failed { trouble });
    [PairingState::Asking, deciding()].into_iter().chain(failed).collect()
}

/// A first pairing, one beside a usable server, and one in the middle of a run that waits.
pub(crate) fn pairings() -> Vec<Snapshot> {
    let trouble = ServerTrouble::TokenRevoked;
    let waits = waiting(Step::Sending, Trouble::Server { trouble: trouble.clone() });
    let grounds = [
        Snapshot::default(),
        at(Phase::Idle),
        with_server(Some(ServerState::Trouble { trouble }), waits),
    ];
    let of = |ground: Snapshot| {
        pairing_states().into_iter().map(move |state| Snapshot {
            pairing: Some(PairingView { address: "https://feed.example.org".into(), state }),
            ..ground.clone()
        })
    };
    grounds.into_iter().flat_map(of).collect()
}

/// A connection that the server has.
pub(crate) fn linked() -> Linked {
    Linked {
        device_name: "Me Feed - Web".into(),
        titles: Some(245),
        last_sync_ms: Some(1_764_000_600_000),
        ailing: false,
    }
}

/// Everything that can stand in its way.
pub(crate) fn link_troubles() -> Vec<LinkTrouble> {
    let often = LinkTrouble::TooOften { again_at_ms: 1_764_000_600_000 };
    LinkTrouble::PLAIN.into_iter().chain([often]).collect()
}

/// Everything that a connection of the server's own can be at.
pub(crate) fn link_states() -> Vec<LinkState> {
    let unread = Linked { titles: None, last_sync_ms: None, ailing: true, ..linked() };
    let own = [
        LinkState::Looking,
        LinkState::Open,
        LinkState::AwaitingPermission,
        LinkState::Starting,
        LinkState::SigningIn { expires_at_ms: 1_764_000_600_000 },
        LinkState::Handing,
        LinkState::Connected { linked: linked(), fresh: true },
        LinkState::Connected { linked: unread, fresh: false },
    ];
    let failed = link_troubles().into_iter().map(|trouble| LinkState::Failed { trouble });
    own.into_iter().chain(failed).collect()
}

/// Before anything was read, and in the middle of it.
pub(crate) fn links() -> Vec<Snapshot> {
    let of = |link: LinkState| {
        let link = Some(link);
        [Phase::Idle, Phase::Reading(PROGRESS)]
            .map(|phase| Snapshot { link: link.clone(), ..at(phase) })
    };
    link_states().into_iter().flat_map(of).collect()
}
