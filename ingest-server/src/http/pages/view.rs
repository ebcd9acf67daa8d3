//! What the templates show: every text chosen, every number written out.

use askama::Template;
use importers::Format;
use shared::{origin::Origin, wire::v1::MAIN_LIBRARY};

use super::{
    Look,
    frame::{Frame, Here},
};
use crate::{
    accounts::Account,
    app::Settings,
    library::{self, LibraryPage, Title},
    locale::Locale,
    store::rows::HistoryRow,
};

/// Names shown of a long list of people.
const PEOPLE: usize = 3;

/// `templates/failure.html`
#[derive(Template)]
#[template(path = "failure.html")]
pub(super) struct FailureView<'a> {
    locale: Locale,
    base: &'a str,
    title: String,
    text: String,
    request: String,
}

impl<'a> FailureView<'a> {
    pub(super) fn new(code: &str, request_id: &str, locale: Locale, base: &'a str) -> Self {
        let own = format!("error.{code}.title");
        let code = if locale.text(&own).is_empty() { "other" } else { code };
        Self {
            locale,
            base,
            title: locale.text(&format!("error.{code}.title")).to_owned(),
            text: locale.text(&format!("error.{code}.text")).to_owned(),
            request: locale.filled("error.request", &[("id", request_id)]),
        }
    }
}

/// `templates/library.html`
#[derive(Template)]
#[template(path = "library.html")]
pub(super) struct LibraryView<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    server: &'a str,
    q: String,
    sort: &'static str,
    list: bool,
    count: String,
    run: Option<RunLine>,
    titles: Vec<TitleView>,
    empty: bool,
    kind: Kind,
    next: Option<Link>,
    first: Option<String>,
    ways: Ways,
}

/// What stands around the titles.
pub(super) struct Around<'a> {
    /// The last run.
    pub(super) latest: Option<&'a HistoryRow>,
    /// A connection brings a wishlist.
    pub(super) wishes: bool,
}

/// To the same titles shown otherwise, and to other kinds of titles.
struct Ways {
    grid: String,
    list: String,
    kinds: Vec<Way>,
}

/// A kind of titles.
struct Way {
    address: String,
    text: String,
    here: bool,
}

/// The kind that is shown: its name, and what is said where there is none.
struct Kind {
    show: &'static str,
    name: String,
    none: [String; 2],
}

/// All kinds by their names in addresses.
const KINDS: [&str; 4] = ["", "unavailable", "absent", "hidden"];

impl Kind {
    fn new(locale: Locale, look: &Look) -> Self {
        let show = show(look);
        let text = |part: &str| locale.text(&format!("library.{show}{part}")).to_owned();
        Self {
            show,
            name: text(if show.is_empty() { "title" } else { "" }),
            none: [text(".empty.title"), text(".empty.text")],
        }
    }
}

/// The kind that an address asks for.
fn show(look: &Look) -> &'static str {
    KINDS.into_iter().find(|kind| *kind == look.show).unwrap_or_default()
}

/// The last run in one line.
struct RunLine {
    text: String,
    partial: bool,
}

/// A link with its text.
struct Link {
    address: String,
    text: String,
}

/// One title.
pub(super) struct TitleView {
    pub(super) title: String,
    pub(super) subtitle: Option<String>,
    pub(super) authors: String,
    pub(super) narrators: String,
    pub(super) series: Option<String>,
    pub(super) length: Option<String>,
    pub(super) cover: Option<String>,
    pub(super) cover_text: String,
    /// Its page here.
    address: String,
    /// Its page in the shop.
    pub(super) shop: Option<String>,
    pub(super) status: String,
    pub(super) percent: String,
    pub(super) bar: bool,
    pub(super) finished: bool,
    /// What readings have noticed, and where else it is.
    pub(super) notes: Vec<String>,
}

impl<'a> LibraryView<'a> {
    pub(super) fn new(
        locale: Locale,
        settings: &'a Settings,
        account: &Account,
        look: &Look,
        page: &LibraryPage,
        around: &Around<'_>,
    ) -> Self {
        let base = settings.base_path();
        let address = |view, cursor: &str| address(base, look, view, cursor);
        let list = look.view == "list";
        let view = if list { "list" } else { "" };
        Self {
            locale,
            base,
            frame: Frame::new(locale, Here::Library, account),
            server: settings.public_url.as_str(),
            q: look.q.clone(),
            sort: sort(look),
            list,
            count: count(locale, &look.q, page.total),
            run: around.latest.map(|run| run_line(locale, run)),
            titles: page.items.iter().map(|title| TitleView::new(locale, base, title)).collect(),
            empty: page.total == 0,
            kind: Kind::new(locale, look),
            next: next(locale, page, |cursor| address(view, cursor)),
            first: (!look.cursor.is_empty()).then(|| address(view, "")),
            ways: Ways::new(locale, base, look, view).and_wishes(locale, base, around.wishes),
        }
    }

    fn is_sort(&self, name: &str) -> bool {
        self.sort == name
    }
}

impl Ways {
    fn new(locale: Locale, base: &str, look: &Look, view: &str) -> Self {
        let kind = |kind: &'static str| {
            let other = Look { show: kind.to_owned(), ..look.clone() };
            let name = if kind.is_empty() { "all" } else { kind };
            Way {
                address: address(base, &other, view, ""),
                text: locale.text(&format!("library.{name}")).to_owned(),
                here: kind == show(look),
            }
        };
        let text = locale.text("ignored.title").to_owned();
        let ignored = Way { address: format!("{base}/ignored"), text, here: false };
        Self {
            grid: address(base, look, "", &look.cursor),
            list: address(base, look, "list", &look.cursor),
            kinds: KINDS.map(kind).into_iter().chain([ignored]).collect(),
        }
    }

    fn and_wishes(mut self, locale: Locale, base: &str, wishes: bool) -> Self {
        let text = locale.text("wishlist.title").to_owned();
        let way = Way { address: format!("{base}/wishlist"), text, here: false };
        self.kinds.extend(wishes.then_some(way));
        self
    }
}

impl TitleView {
    pub(super) fn new(locale: Locale, base: &str, title: &Title) -> Self {
        let about = &title.media.media_metadata;
        let percent = whole(title.user_media.percent);
        let finished = title.user_media.status == "finished";
        let status = format!("status.{}", title.user_media.status);
        Self {
            title: title.media.title.clone(),
            subtitle: about.subtitle.clone(),
            authors: people(locale, &about.authors),
            narrators: people(locale, &about.narrators),
            series: about.series.as_ref().map(|name| match &about.series_sequence {
                Some(place) => locale.filled("title.place", &[("series", name), ("place", place)]),
                None => name.clone(),
            }),
            length: about.duration_minutes.map(|minutes| length(locale, minutes)),
            cover: about.cover_url.clone(),
            cover_text: locale.filled("title.cover", &[("title", &title.media.title)]),
            address: format!("{base}/titles/{}", title.id),
            shop: about.audible_url.clone(),
            status: locale.filled(&status, &[("percent", &percent)]),
            bar: !finished && title.user_media.percent > 0.0,
            percent,
            finished,
            notes: notes(locale, title),
        }
    }
}

/// What readings have noticed, and other shops with the same recording.
fn notes(locale: Locale, title: &Title) -> Vec<String> {
    let marks = title.marks.iter().map(|mark| {
        let since = day(&mark.since);
        let name = format!("title.mark.{}", mark.kind);
        let other = mark.library.as_deref().filter(|name| *name != MAIN_LIBRARY);
        let text = locale.filled(&name, &[("since", since)]);
        other.map_or_else(|| text.clone(), |library| format!("{text} ({library})"))
    });
    let shops: Vec<_> = title.also_in.iter().map(|code| super::imports::shop(code)).collect();
    let also = locale.filled("title.also_in", &[("shops", &shops.join(", "))]);
    marks.chain((!shops.is_empty()).then_some(also)).collect()
}

fn sort(look: &Look) -> &'static str {
    match look.sort.as_str() {
        "title" => "title",
        "author" => "author",
        _ => "newest",
    }
}

fn next_text(locale: Locale, page: &LibraryPage) -> String {
    let shown = i64::try_from(page.items.len()).unwrap_or_default();
    locale.filled("library.next", &[("n", &locale.number(shown))])
}

fn count(locale: Locale, q: &str, total: i64) -> String {
    if q.trim().is_empty() {
        return locale.counted("library.count", total);
    }
    locale.counted("library.found", total).replace("{q}", q.trim())
}

fn run_line(locale: Locale, run: &HistoryRow) -> RunLine {
    let when = library::moment(run.started_at).map(|at| locale.moment(at)).unwrap_or_default();
    let number = |value| locale.number(value);
    let mut text = locale.filled(
        "library.last_run",
        &[
            ("when", &when),
            ("imported", &number(run.imported)),
            ("updated", &number(run.updated)),
            ("unchanged", &number(run.unchanged)),
        ],
    );
    if run.rejected > 0 {
        let rejected = [("rejected", number(run.rejected))];
        let values = [(rejected[0].0, rejected[0].1.as_str())];
        text = format!("{text}, {}", locale.filled("library.last_run.rejected", &values));
    }
    RunLine { text, partial: !run.complete }
}

pub(super) fn people(locale: Locale, names: &[String]) -> String {
    if names.len() <= PEOPLE + 1 {
        return names.join(", ");
    }
    let more = i64::try_from(names.len() - PEOPLE).unwrap_or_default();
    format!("{} {}", names[..PEOPLE].join(", "), locale.counted("title.more_people", more))
}

fn length(locale: Locale, minutes: u32) -> String {
    let (h, m) = ((minutes / 60).to_string(), (minutes % 60).to_string());
    let name = if minutes < 60 { "title.length.short" } else { "title.length" };
    locale.filled(name, &[("h", &h), ("m", &m)])
}

/// What is begun is at least 1 % and what is not finished at most 99 %.
pub(super) fn whole(percent: f64) -> String {
    match percent {
        none if none <= 0.0 => "0".to_owned(),
        all if all >= 100.0 => "100".to_owned(),
        part => part.round().clamp(1.0, 99.0).to_string(),
    }
}

/// The day of a day or of a moment.
pub(super) fn day(when: &str) -> &str {
    when.get(..10).unwrap_or(when)
}

fn next(locale: Locale, page: &LibraryPage, address: impl Fn(&str) -> String) -> Option<Link> {
    let cursor = page.next_cursor.as_deref()?;
    Some(Link { address: address(cursor), text: next_text(locale, page) })
}

/// An address of this page; what is usual is left out.
fn address(base: &str, look: &Look, view: &str, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let q = look.q.as_str();
    let usual = [
        ("q", q, ""),
        ("show", show(look), ""),
        ("sort", sort(look), "newest"),
        ("view", view, ""),
        ("cursor", cursor, ""),
    ];
    for (name, value, _) in usual.iter().filter(|(_, value, usual)| value != usual) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { format!("{base}/") } else { format!("{base}/?{query}") }
}

/// Names of fields for people, once each.
pub(super) fn fields<'a>(locale: Locale, names: impl Iterator<Item = &'a str>) -> String {
    let mut told: Vec<String> = Vec::new();
    for name in names {
        let key = format!("field.{name}");
        let text = locale.text(&key);
        let text = if text.is_empty() { name } else { text };
        if !told.iter().any(|one| one == text) {
            told.push(text.to_owned());
        }
    }
    told.join(", ")
}

/// A source's name for people: `Extension`, `Libation`.
pub(super) fn origin(locale: Locale, origin: &Origin) -> String {
    let name = origin.as_str();
    if let Some(code) = name.strip_prefix("audible_file:") {
        let known = Format::ALL.into_iter().find(|format| format.code() == code);
        return known.map_or_else(|| code.to_owned(), |format| format.name().to_owned());
    }
    let text = name.strip_prefix("audible_").map(|name| format!("imports.source.{name}"));
    let text = text.as_deref().map(|name| locale.text(name)).filter(|text| !text.is_empty());
    text.unwrap_or_else(|| locale.text("source.unknown")).to_owned()
}
