//! The open window: what was heard from the worker, what the person did here, and what buttons do.

use std::{sync::Arc, time::Duration};

use extension::{
    doctor::Diagnose,
    messages::{LinkState, Phase, Request, ServerState, Snapshot},
};
use leptos::prelude::*;
use shared::ids::Marketplace;

use extension_popup::{
    i18n::Key,
    model::{
        self, Act, Body, Link, Local, Panel, Screen,
        doctor::{Checkup, Finding},
        server::{Entry, Missing, entered, header_entered},
    },
};

use extension_popup::{words, worker};

use crate::{permissions, view};

/// A worker that starts from cold answers within a fraction of this.
const PATIENCE: Duration = Duration::from_secs(5);

/// Everything that changes while the window is open.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// What is known of the worker.
    pub link: RwSignal<Link>,
    /// What happened in this window.
    pub local: RwSignal<Local>,
    /// The fields of the server form.
    pub fields: Fields,
    /// How often the worker was heard, to notice when it falls silent.
    heard: StoredValue<u32>,
}

/// The fields of the server form.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    /// As typed.
    pub address: RwSignal<String>,
    /// As typed.
    pub token: RwSignal<String>,
    /// Name of a header as typed.
    pub header: RwSignal<String>,
    /// Its value as typed.
    pub value: RwSignal<String>,
    /// Empty until the person has ticked that the server may become a device.
    pub agreed: RwSignal<String>,
    /// What is wrong with one of them, once the person has tried to save.
    pub missing: RwSignal<Option<Missing>>,
    /// Saved, and the result of the check not heard yet.
    saving: RwSignal<bool>,
}

/// Puts the popup on the page and asks the worker how things stand.
pub(crate) fn open() {
    prepare_page();
    mount_to_body(|| {
        let app = App::new();
        worker::listen(move |snapshot| app.heard(snapshot));
        app.ask(&Request::Look);
        view::page(app)
    });
}

/// Language and title belong to the page, and a full tab has room that a popup has not.
fn prepare_page() {
    let page = document();
    page.set_title(&words::word(Key::AppName));
    let Some(root) = page.document_element() else { return };
    let in_tab = window().location().search().is_ok_and(|search| search.ends_with("tab=1"));
    let place = if in_tab { "tab" } else { "popup" };
    for (name, value) in [("lang", words::word(Key::LocaleTag).as_str()), ("data-place", place)] {
        // Both names are valid, which is all that could be wrong here.
        let _set = root.set_attribute(name, value);
    }
}

impl App {
    fn new() -> Self {
        Self {
            link: RwSignal::new(Link::Loading),
            local: RwSignal::new(Local { language: words::language(), ..Local::default() }),
            fields: Fields {
                address: RwSignal::new(String::new()),
                token: RwSignal::new(String::new()),
                header: RwSignal::new(String::new()),
                value: RwSignal::new(String::new()),
                agreed: RwSignal::new(String::new()),
                missing: RwSignal::new(None),
                saving: RwSignal::new(false),
            },
            heard: StoredValue::new(0),
        }
    }

    /// The screen to be shown now.
    pub(crate) fn screen(self) -> Screen {
        self.link.with(|link| self.local.with(|local| model::screen(link, local)))
    }

    /// Does what a button is for.
    pub(crate) fn act(self, act: Act) {
        match act {
            Act::Ask(request) => self.ask(&request),
            Act::Agree => self.agree(),
            Act::AllowThen(request) => self.allow_then(&request),
            Act::SaveServer => self.save_server(),
            Act::AllowServer(pattern) => self.allow_server(&[pattern]),
            Act::AddHeader(pattern) => self.add_header(pattern),
            Act::Enter(entry) => {
                self.fields.missing.set(None);
                self.local.update(|local| local.entry = entry);
            }
            Act::Show(panel) => self.show(panel),
            Act::OpenDoctor => self.open_doctor(),
            Act::CheckUp | Act::FindOutWhy => {
                if let Some(checkup) = self.checkup() {
                    self.check_up(checkup, act == Act::FindOutWhy);
                }
            }
            Act::CopyReport => self.copy_report(),
            Act::LeaveDoctor => self.set_checkup(None),
            Act::Look => {
                self.link.set(Link::Loading);
                self.ask(&Request::Look);
            }
            // Such a button is a link, and the browser follows it.
            Act::Visit(_) => {}
        }
    }

    /// Opens a setting, or leaves it.
    pub(crate) fn show(self, panel: Option<Panel>) {
        self.fields.missing.set(None);
        self.local.update(|local| {
            local.panel = panel;
            local.entry = Entry::Address;
            local.checkup = None;
            local.picked = None;
        });
    }

    /// Asks the worker; its answer is shown.
    pub(crate) fn ask(self, request: &Request) {
        let leaves = matches!(
            request,
            Request::ChooseMarketplace { .. } | Request::ForgetServer | Request::AskLink
        );
        if leaves {
            self.show(None);
        }
        worker::ask(request, move |answer| match answer {
            Ok(snapshot) => self.heard(snapshot),
            Err(worker::Silence) => self.link.set(Link::Silent),
        });
        let before = self.heard.get_value();
        let late = move || {
            if self.heard.get_value() == before {
                self.link.set(Link::Silent);
            }
        };
        set_timeout(late, PATIENCE);
    }

    /// The browser's question comes first and the worker is told in the same click. If the dialog
    /// closes this window, the worker goes on when it hears of the permission.
    fn allow_then(self, request: &Request) {
        let marketplace = self.marketplace();
        permissions::ask_for(&permissions::origins(marketplace), move |granted| {
            self.answered(granted);
        });
        self.local.update(|local| local.declined = false);
        self.ask(request);
    }

    /// The same for the sign-in at Amazon. Who comes back to the browser's question has agreed before.
    fn agree(self) {
        if matches!(self.screen().body, Body::Consent)
            && self.fields.agreed.get_untracked().is_empty()
        {
            return self.point_at(Missing::Consent);
        }
        let marketplace = self.marketplace();
        permissions::ask_for_sign_in(marketplace, move |granted| self.answered(granted));
        self.local.update(|local| local.declined = false);
        self.fields.agreed.set(String::new());
        self.ask(&Request::Link);
    }

    /// The browser was told yes or no. A worker that was to hear of it may have ended.
    fn answered(self, granted: bool) {
        self.local.update(|local| local.declined = !granted);
        if granted {
            self.ask(&Request::Look);
        }
    }

    /// The marketplace in use: the chosen one, else the proposed one.
    fn marketplace(self) -> Marketplace {
        let chosen = self.link.with_untracked(|link| match link {
            Link::Heard(snapshot) => snapshot.marketplace,
            Link::Loading | Link::Silent => None,
        });
        chosen.unwrap_or_else(|| {
            self.local.with_untracked(|local| Marketplace::for_language(&local.language))
        })
    }

    /// Looks at the server of this screen: the one in the form, or the stored one.
    fn open_doctor(self) {
        let stored = |link: &Link| match link {
            Link::Heard(snapshot) => snapshot.server.as_ref().map(|server| server.address.clone()),
            Link::Loading | Link::Silent => None,
        };
        let address = match self.screen().body {
            Body::Server(_) => self.fields.address.get_untracked(),
            _ => self.link.with_untracked(stored).unwrap_or_default(),
        };
        let address = address.trim().to_owned();
        self.check_up(Checkup { address, ..Checkup::default() }, false);
    }

    fn checkup(self) -> Option<Checkup> {
        self.local.with_untracked(|local| local.checkup.clone())
    }

    fn set_checkup(self, checkup: Option<Checkup>) {
        self.local.update(|local| local.checkup = checkup);
    }

    /// Checks the connection. `named` asks the browser first, in the same click; the worker waits
    /// for its answer, as the dialog may close this window.
    fn check_up(self, mut checkup: Checkup, named: bool) {
        let before = checkup.finding.take().unwrap_or_default();
        let (named, keep) = (named && !before.origin.is_empty(), before.held);
        checkup.number += 1;
        (checkup.declined, checkup.copied) = (false, false);
        let (number, address) = (checkup.number, checkup.address.clone());
        if named {
            permissions::ask_to_watch(&before.origin.clone(), move |granted| {
                if !granted {
                    self.finish_check(number, before, true);
                }
            });
        }
        self.set_checkup(Some(checkup));
        worker::diagnose(&Diagnose { address, named, keep }, move |answer| match answer {
            Ok(finding) => self.finish_check(number, Arc::new(finding), false),
            Err(worker::Silence) => self.link.set(Link::Silent),
        });
    }

    /// Shows what the check with this number found, unless another one is shown by now, or it has
    /// ended with the person's no.
    fn finish_check(self, number: u32, finding: Arc<Finding>, declined: bool) {
        let Some(checkup) = self.checkup() else { return };
        if checkup.number == number && checkup.finding.is_none() {
            let finding = Some(finding);
            self.set_checkup(Some(Checkup { finding, declined, ..checkup }));
        }
    }

    fn copy_report(self) {
        let Some(checkup) = self.checkup() else { return };
        let copied = checkup.finding.as_ref().is_some_and(|one| words::copy(&one.plain));
        self.set_checkup(Some(Checkup { copied, ..checkup }));
    }

    fn save_server(self) {
        let Fields { address, token, missing, saving, .. } = self.fields;
        let token = self
            .local
            .with_untracked(|local| local.entry == Entry::Token)
            .then(|| token.get_untracked());
        match entered(&address.get_untracked(), token.as_deref()) {
            Ok(request) => {
                missing.set(None);
                saving.set(true);
                self.ask(&request);
            }
            Err(empty) => self.point_at(empty),
        }
    }

    fn point_at(self, missing: Missing) {
        self.fields.missing.set(Some(missing));
        view::focus(missing.field());
    }

    /// The worker goes on when it hears of the permission; one that is held already is no news to it.
    fn allow_server(self, origins: &[String]) {
        permissions::ask_for(origins, move |granted| {
            if granted {
                self.ask(&Request::TryNow);
            }
        });
    }

    /// Sends what stands in the two fields for a header. Browsers let it through only to an origin
    /// that is permitted, so they are asked in the same click.
    fn add_header(self, pattern: String) {
        let Fields { header, value, missing, .. } = self.fields;
        match header_entered(&header.get_untracked(), &value.get_untracked()) {
            Ok(request) => {
                self.allow_server(&[pattern]);
                self.ask(&request);
                missing.set(None);
                header.set(String::new());
                value.set(String::new());
            }
            Err(wrong) => self.point_at(wrong),
        }
    }

    fn heard(self, snapshot: Snapshot) {
        self.heard.update_value(|times| *times = times.wrapping_add(1));
        self.finish_saving(&snapshot);
        let asked = snapshot.link == Some(LinkState::AwaitingPermission);
        if !asked && snapshot.phase != Phase::AwaitingPermission && snapshot.phase != Phase::Idle {
            self.local.update(|local| local.declined = false);
        }
        self.link.set(Link::heard(snapshot));
    }

    /// Leaves the server form once what was saved is good; a trouble keeps it open.
    fn finish_saving(self, snapshot: &Snapshot) {
        let server = snapshot.server.as_ref().filter(|_| self.fields.saving.get_untracked());
        let Some(server) = server.filter(|_| snapshot.pairing.is_none()) else { return };
        match server.state {
            ServerState::Checking => {}
            ServerState::Trouble { .. } => self.fields.saving.set(false),
            ServerState::Ready { .. } => {
                self.fields.saving.set(false);
                self.fields.token.set(String::new());
                self.local.update(|local| local.entry = Entry::Address);
                self.show(None);
            }
        }
    }
}
