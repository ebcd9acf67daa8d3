//! The open page: the titles, what is shown of them, and what the person does with them.

use extension::messages::{Choice, Phase, Request, ServerView, Snapshot};
use extension_popup::{
    i18n::Key,
    review::{
        shelf::{Shelf, Show},
        texts::Word,
    },
    words, worker,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{foot, list, stored, tools};

/// The connector's own page, where all else is shown.
pub(crate) const CONNECTOR: &str = "popup.html?tab=1";

/// Everything that changes while the page is open.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    /// The titles.
    pub shelf: RwSignal<Shelf>,
    /// All of them are there.
    pub loaded: RwSignal<bool>,
    /// Which kind is shown.
    pub show: RwSignal<Show>,
    /// What is searched for, as typed.
    pub search: RwSignal<String>,
    /// Places of the titles that are shown.
    pub shown: Memo<Vec<usize>>,
    /// The worker's last word on the choice.
    pub choice: RwSignal<Option<Choice>>,
    /// The server.
    pub server: RwSignal<Option<ServerView>>,
    /// Complete readings are sent without asking.
    pub without_asking: RwSignal<bool>,
    /// What tells this library from others of the same shop.
    pub library: RwSignal<String>,
    /// The worker does not answer.
    pub silent: RwSignal<bool>,
    /// How the choice goes to the worker.
    storing: StoredValue<Storing>,
}

/// One choice at a time is on its way to the worker; what changes meanwhile follows it.
#[derive(Clone, Copy, Debug, Default)]
struct Storing {
    on_its_way: bool,
    changed: bool,
}

/// Draws the page and reads what there is.
pub(crate) fn open() {
    let document = document();
    document.set_title(&words::word(Key::AppName));
    if let Some(root) = document.document_element() {
        // The name is valid, which is all that could be wrong here.
        let _set = root.set_attribute("lang", &words::word(Key::LocaleTag));
    }
    mount_to_body(|| {
        let page = Page::new();
        worker::listen_to_choices(move |snapshot| page.heard(snapshot));
        // What was changed last is stored although the page is being closed.
        let _closed = window_event_listener(leptos::ev::pagehide, move |_| page.store());
        page.ask(Request::Look);
        view(page)
    });
}

fn view(page: Page) -> impl IntoView {
    view! {
        <div class="review">
            <header>
                <a class="button button-quiet" id="back" href=CONNECTOR>{word(Word::Back)}</a>
                <h1>{word(Word::Heading)}</h1>
                <p class="lead">{word(Word::Lead)}</p>
            </header>
            <main>
                {tools::view(page)}
                {list::view(page)}
            </main>
            {foot::view(page)}
        </div>
    }
}

/// A text of this page without values.
pub(crate) fn word(word: Word) -> String {
    words::tell(word.name(), &[])
}

impl Page {
    fn new() -> Self {
        let shelf = RwSignal::new(Shelf::default());
        let show = RwSignal::new(Show::All);
        let search = RwSignal::new(String::new());
        let shown = Memo::new(move |_| {
            let wanted = words::folded(&search.get());
            shelf.with(|shelf| shelf.shown(show.get(), &wanted))
        });
        Self {
            shelf,
            loaded: RwSignal::new(false),
            show,
            search,
            shown,
            choice: RwSignal::new(None),
            server: RwSignal::new(None),
            without_asking: RwSignal::new(false),
            library: RwSignal::new(String::new()),
            silent: RwSignal::new(false),
            storing: StoredValue::new(Storing::default()),
        }
    }

    /// Asks the worker and hears its answer.
    pub(crate) fn ask(self, request: Request) {
        worker::choose(request, move |answer| match answer {
            Ok(snapshot) => self.heard(snapshot),
            Err(worker::Silence) => self.silent.set(true),
        });
    }

    /// Where there is nothing to choose from (any more), the connector's page says how things stand.
    fn heard(self, snapshot: Snapshot) {
        let settled = snapshot.choice.as_ref().is_none_or(|choice| choice.settled);
        if settled || !matches!(snapshot.phase, Phase::Ready(_)) {
            leave();
            return;
        }
        self.silent.set(false);
        self.server.set(snapshot.server);
        self.without_asking.set(snapshot.without_asking);
        self.library.set(snapshot.library);
        let before = self.choice.get_untracked();
        let Some(choice) = snapshot.choice else { return };
        self.choice.set(Some(choice.clone()));
        match before {
            Some(before) if before.run == choice.run => self.go_on(&before, choice),
            _ => self.load(choice),
        }
    }

    /// Reads the stored titles, a part at a time, and then what is said of them.
    fn load(self, choice: Choice) {
        spawn_local(async move {
            self.shelf.set(Shelf::default());
            for part in stored::parts(choice.batches) {
                let titles = stored::titles(&choice.run, part).await;
                let add = |shelf: &mut Shelf| {
                    for title in titles {
                        let searched = words::folded(&title.searched());
                        shelf.push(title, searched);
                    }
                };
                self.shelf.update(add);
            }
            let left_out = stored::left_out(&choice.run).await;
            let left_out = left_out.iter().map(String::as_str);
            self.shelf.update(|shelf| shelf.leave_out(left_out));
            self.loaded.set(true);
            self.hear_verdicts(&choice).await;
            if choice.compared.is_none_or(|told| told.trouble.is_some()) {
                self.ask(Request::Compare);
            }
        });
    }

    /// Reads the server's words where there are new ones.
    fn go_on(self, before: &Choice, choice: Choice) {
        let parts = |choice: &Choice| choice.compared.as_ref().map_or(0, |told| told.done);
        if parts(before) == parts(&choice) && before.told == choice.told {
            return;
        }
        spawn_local(async move { self.hear_verdicts(&choice).await });
    }

    async fn hear_verdicts(self, choice: &Choice) {
        let parts = choice.compared.as_ref().map_or(0, |told| told.of);
        let verdicts = stored::verdicts(&choice.run, parts).await;
        self.shelf.update(|shelf| {
            shelf.forget();
            for lines in &verdicts {
                shelf.hear(lines);
            }
        });
    }

    /// Chooses titles or leaves them out, and has that stored.
    pub(crate) fn choose(self, places: &[usize], chosen: bool) {
        self.shelf.update(|shelf| shelf.choose(places, chosen));
        self.storing.update_value(|storing| storing.changed = true);
        if !self.storing.get_value().on_its_way {
            self.store();
        }
    }

    /// Has the choice stored if it is not yet.
    fn store(self) {
        if !self.storing.get_value().changed {
            return;
        }
        self.storing.set_value(Storing { on_its_way: true, changed: false });
        worker::choose(self.chosen(), move |answer| {
            self.storing.update_value(|storing| storing.on_its_way = false);
            match answer {
                Ok(_) => self.store(),
                Err(worker::Silence) => self.silent.set(true),
            }
        });
    }

    fn chosen(self) -> Request {
        Request::Choose { left_out: self.shelf.with_untracked(Shelf::left_out) }
    }

    /// Never imports these titles from now on, or takes them in again.
    pub(crate) fn ignore(self, places: &[usize], wanted: bool) {
        let asins = self.shelf.with_untracked(|shelf| shelf.asins(places));
        self.ask(Request::Ignore { asins, wanted });
    }

    /// Stores the choice and sends the rest; the connector's page shows how that goes.
    pub(crate) fn send(self) {
        worker::choose(self.chosen(), move |answer| match answer {
            Ok(_) => self.ask(Request::Send),
            Err(worker::Silence) => self.silent.set(true),
        });
    }
}

fn leave() {
    // A page of this extension; it is always there.
    let _left = window().location().replace(CONNECTOR);
}
