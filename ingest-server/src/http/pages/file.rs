//! The page of one file: what it is, what an import would make of it, which titles; then the receipt.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Json,
    extract::{
        Path, Query, RawForm, State,
        rejection::{PathRejection, QueryRejection, RawFormRejection},
    },
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use shared::{ids::Marketplace, wire::v1};
use url::form_urlencoded;
use uuid::Uuid;

use super::{
    files::shops,
    frame::{Frame, Here},
    imports::shop,
    to,
    view::fields,
};
use crate::{
    accounts::Account,
    app::App,
    files::{
        FileProblem, FileReceipt, FileRun,
        upload::{self, State as Step, Upload},
    },
    http::{error::Failure, observe, session::SignedIn},
    locale::Locale,
    store::{
        rows::UploadItemRow,
        uploads::{CHOOSABLE, Choice, UploadCount, UploadQuery},
    },
};

/// Titles on a page.
const TITLES: i64 = 100;
/// Problems on a page; the API names more.
const PROBLEMS: usize = 100;
/// Outcomes in the order in which the page shows them.
const OUTCOMES: [&str; 6] =
    ["imported", "updated", "unchanged", "ignored", "duplicate", "rejected"];

/// `templates/file.html`
#[derive(Template)]
#[template(path = "file.html")]
struct FilePage<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    file: Upload,
    lead: String,
    /// The state that the page shows: that of the file, or `stalled`.
    state: &'static str,
    titles: Vec<Line>,
    kinds: Vec<Kind>,
    chosen: i64,
    shops: Vec<(&'static str, String)>,
    asks_for_shop: bool,
    problems: Vec<FileProblem>,
    runs: Vec<(String, String)>,
    here: Part,
}

/// Which part of the titles the page shows.
struct Part {
    outcome: String,
    after: i64,
    next: Option<i64>,
}

/// A title with what an import would make of it.
struct Line {
    position: i64,
    title: String,
    facts: String,
    outcome: String,
    outcome_name: String,
    why: String,
    chosen: bool,
    choosable: bool,
}

/// How many titles there are of one outcome, or of all.
struct Kind {
    outcome: &'static str,
    text: String,
    here: bool,
}

/// What the page's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Ask {
    outcome: String,
    after: Option<i64>,
}

/// One file.
pub(in crate::http) async fn file(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    id: Result<Path<Uuid>, PathRejection>,
    ask: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(ask) = ask.map_err(|_| Failure::Query("the address is not complete"))?;
    let outcome =
        if OUTCOMES.contains(&ask.outcome.as_str()) { ask.outcome } else { String::new() };
    let file = found(&app, &account, id).await?;
    let after = ask.after.unwrap_or(-1);
    let query = UploadQuery { after, outcome: &outcome, chosen: false, limit: TITLES + 1 };
    let (mut titles, counts) = match file.state {
        Step::Ready => upload::titles(&app, account.id, file.id, query).await?,
        _ => Default::default(),
    };
    let more = titles.len() > usize::try_from(TITLES).unwrap_or_default();
    titles.truncate(usize::try_from(TITLES).unwrap_or_default());
    let next = titles.last().filter(|_| more).map(|last| last.position);
    let here = Part { outcome, after, next };
    let locale = observe::locale(&headers);
    let view = FilePage::new(&app, &account, locale, file, (titles, &counts), here);
    Ok(Html(view.render()?).into_response())
}

/// What a person decides: which titles, which shop, import, discard.
pub(in crate::http) async fn decide(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    id: Result<Path<Uuid>, PathRejection>,
    form: Result<RawForm, RawFormRejection>,
) -> Result<Response, Failure> {
    let RawForm(form) = form.map_err(|_| Failure::Query("the form is not complete"))?;
    let form = Decision::read(&form);
    let file = found(&app, &account, id).await?;
    let page = format!("/files/{}", file.id);
    if !form.shown.is_empty() {
        let choice = Choice::Shown { shown: &form.shown, kept: &form.kept };
        upload::choose(&app, account.id, &file, &choice).await?;
    }
    match form.act.as_str() {
        "import" => upload::import(&app, account, file).await?,
        "shop" => upload::from_shop(&app, account, file, form.marketplace).await?,
        "discard" => {
            upload::discard(&app, account.id, file.id).await?;
            return Ok(to(&app, "/files").into_response());
        }
        "all" | "none" => {
            let choice = Choice::All { outcome: &form.outcome, chosen: form.act == "all" };
            upload::choose(&app, account.id, &file, &choice).await?;
            return Ok(to(&app, &form.stay(&page)).into_response());
        }
        look => return Ok(to(&app, &Decision::place(look, &page)).into_response()),
    }
    Ok(to(&app, &page).into_response())
}

/// How far a file has come, for the script that waits.
#[derive(Debug, Serialize)]
pub(in crate::http) struct Progress {
    state: &'static str,
    text: String,
}

/// The same for the script of the page.
pub(in crate::http) async fn progress(
    State(app): State<App>,
    SignedIn { account, .. }: SignedIn,
    headers: HeaderMap,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Json<Progress>, Failure> {
    let file = found(&app, &account, id).await?;
    let state = state(&file);
    Ok(Json(Progress { state, text: at_work(observe::locale(&headers), &file) }))
}

async fn found(
    app: &App,
    account: &Account,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Upload, Failure> {
    let Path(id) = id.map_err(|_| Failure::NotFound)?;
    upload::find(app, account.id, id).await?.ok_or(Failure::NotFound)
}

/// What the form says.
#[derive(Debug, Default)]
struct Decision {
    /// `import`, `shop`, `discard`, `all`, `none`, or a part to look at: `imported.300`.
    act: String,
    outcome: String,
    after: String,
    marketplace: Option<Marketplace>,
    shown: Vec<i64>,
    kept: Vec<i64>,
}

impl Decision {
    fn read(form: &[u8]) -> Self {
        let mut decision = Self::default();
        for (name, value) in form_urlencoded::parse(form) {
            match name.as_ref() {
                "act" => decision.act = value.into_owned(),
                "outcome" if OUTCOMES.contains(&value.as_ref()) => {
                    decision.outcome = value.into_owned();
                }
                "after" => decision.after = value.into_owned(),
                "marketplace" => decision.marketplace = Marketplace::parse(&value).ok(),
                "shown" => decision.shown.extend(value.parse::<i64>()),
                "kept" => decision.kept.extend(value.parse::<i64>()),
                _ => {}
            }
        }
        decision
    }

    /// The part that is shown now.
    fn stay(&self, page: &str) -> String {
        Self::place(&format!("{}.{}", self.outcome, self.after), page)
    }

    fn place(look: &str, page: &str) -> String {
        let (outcome, after) = look.split_once('.').unwrap_or_default();
        let outcome = if OUTCOMES.contains(&outcome) { outcome } else { "" };
        let after: i64 = after.parse().unwrap_or(-1);
        format!("{page}?outcome={outcome}&after={after}")
    }
}

/// A run's id, and the shop whose titles it brought.
fn run(locale: Locale, run: &FileRun) -> Option<(String, String)> {
    let of = run.marketplace.as_deref().map(shop);
    let name = of.unwrap_or_else(|| locale.text("files.no_shop").to_owned());
    Some((run.run.clone()?, name))
}

impl<'a> FilePage<'a> {
    fn new(
        app: &'a App,
        account: &Account,
        locale: Locale,
        file: Upload,
        (titles, counts): (Vec<UploadItemRow>, &[UploadCount]),
        here: Part,
    ) -> Self {
        let receipt = &file.report.receipt;
        Self {
            locale,
            base: app.settings().base_path(),
            frame: Frame::new(locale, Here::Files, account),
            lead: lead(locale, &file),
            state: state(&file),
            titles: titles.into_iter().map(|row| Line::new(locale, row)).collect(),
            kinds: kinds(locale, counts, &here.outcome),
            chosen: counts.iter().map(|count| count.chosen).sum(),
            shops: shops(),
            asks_for_shop: counts.iter().any(|count| !count.shop_is_said),
            problems: receipt.problems.iter().take(PROBLEMS).cloned().collect(),
            runs: receipt.runs.iter().filter_map(|one| run(locale, one)).collect(),
            file,
            here,
        }
    }

    fn import(&self) -> String {
        self.locale.counted("files.import", self.chosen)
    }

    fn is_shop(&self, code: &str) -> bool {
        self.file.marketplace.is_some_and(|shop| shop.code() == code)
    }

    fn more_problems(&self) -> Option<String> {
        let told = u32::try_from(self.problems.len()).unwrap_or(u32::MAX);
        let more = self.file.report.receipt.problems_total.checked_sub(told)?;
        (more > 0).then(|| self.locale.counted("files.problems.more", i64::from(more)))
    }

    fn failure(&self) -> String {
        let code = self.file.report.failure.as_deref().unwrap_or_default();
        let name = format!("files.failed.{code}");
        let text = self.locale.text(&name);
        if text.is_empty() { self.locale.text("files.failed.other") } else { text }.to_owned()
    }

    /// What of the file is no audiobook.
    fn others(&self) -> Option<String> {
        let others = self.file.report.receipt.others;
        (others > 0).then(|| self.locale.counted("files.others", i64::from(others)))
    }

    /// Where the titles are, if this file has none.
    fn elsewhere(&self) -> Option<&str> {
        let own = format!("files.no_titles.{}", self.file.format.code());
        let texts = [self.locale.text(&own), self.locale.text("files.no_titles")];
        // Rows that were no valid titles are named themselves.
        let empty = self.file.titles == 0 && self.file.report.receipt.rejected == 0;
        texts.into_iter().find(|text| !text.is_empty()).filter(|_| empty)
    }

    /// What was imported may be told again: the runs of it are known.
    fn goes_on(&self) -> bool {
        self.file.has_runs()
    }
}

/// The state of a file, or that nothing is heard of it.
fn state(file: &Upload) -> &'static str {
    if file.stalled { "stalled" } else { file.state.code() }
}

fn at_work(locale: Locale, file: &Upload) -> String {
    match file.state {
        Step::Importing => locale.counted("files.importing", file.titles),
        _ => locale.counted("files.reading", file.titles),
    }
}

fn lead(locale: Locale, file: &Upload) -> String {
    let receipt = &file.report.receipt;
    match file.state {
        Step::Done => done(locale, receipt),
        Step::Reading | Step::Importing => at_work(locale, file),
        _ => {
            let titles = locale.counted("files.titles", file.titles);
            let name = file.format.name();
            locale.filled("files.taken_for", &[("program", name), ("titles", &titles)])
        }
    }
}

/// What became of the titles; what was left out is told where there is such.
fn done(locale: Locale, receipt: &FileReceipt) -> String {
    let number = |count: u32| locale.number(i64::from(count));
    let [imported, updated, unchanged] =
        [receipt.imported, receipt.updated, receipt.unchanged].map(number);
    let counts = [("imported", &*imported), ("updated", &updated), ("unchanged", &unchanged)];
    let mut text = locale.filled("files.done.text", &counts);
    if receipt.ignored + receipt.duplicate + receipt.rejected > 0 {
        let [ignored, duplicate, rejected] =
            [receipt.ignored, receipt.duplicate, receipt.rejected].map(number);
        let counts = [("ignored", &*ignored), ("duplicate", &duplicate), ("rejected", &rejected)];
        text.push(' ');
        text.push_str(&locale.filled("files.done.left_out", &counts));
    }
    text
}

fn kinds(locale: Locale, counts: &[UploadCount], here: &str) -> Vec<Kind> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for count in counts {
        *sums.entry(count.outcome.as_str()).or_default() += count.titles;
    }
    let kind = |outcome: &'static str, titles: i64| {
        let name = if outcome.is_empty() { "all" } else { outcome };
        let name = locale.text(&format!("imports.outcome.{name}"));
        let text = format!("{name} {}", locale.number(titles));
        Kind { outcome, text, here: outcome == here }
    };
    let those = OUTCOMES.into_iter().filter_map(|name| Some(kind(name, *sums.get(name)?)));
    std::iter::once(kind("", sums.values().sum())).chain(those).collect()
}

impl Line {
    fn new(locale: Locale, row: UploadItemRow) -> Self {
        // What was put away is an item; if not, the title's number stands for it.
        let item: Option<v1::Item> = serde_json::from_str(&row.item).ok();
        let author = item.as_ref().and_then(|item| Some(item.authors.first()?.name.clone()));
        let from = Some(row.marketplace.as_str()).filter(|code| !code.is_empty()).map(shop);
        let facts = [author, from, Some(row.asin.clone()), Some(row.place)];
        let why = match row.outcome.as_str() {
            "updated" => {
                let changed = fields(locale, row.detail.split(' '));
                locale.filled("imports.changed", &[("fields", &changed)])
            }
            "rejected" => row.detail,
            _ => String::new(),
        };
        Self {
            position: row.position,
            title: item.map(|item| item.title).unwrap_or(row.asin),
            facts: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            outcome_name: locale.text(&format!("imports.outcome.{}", row.outcome)).to_owned(),
            choosable: CHOOSABLE.contains(&row.outcome.as_str()),
            outcome: row.outcome,
            why,
            chosen: row.chosen,
        }
    }
}
