//! A stored title as a row shows it.

use crate::wire::Node;

/// What of a title is shown, searched and filtered by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Title {
    /// Product number.
    pub asin: String,
    /// Title, with the subtitle.
    pub name: String,
    /// Main series with the place in it.
    pub series: Option<String>,
    /// Names.
    pub authors: String,
    /// Names.
    pub narrators: String,
    /// Length.
    pub minutes: Option<u32>,
    /// Cover.
    pub cover: Option<String>,
    /// How far it was heard.
    pub heard: Heard,
    /// A podcast, a show, or an episode.
    pub podcast: bool,
    /// From the Plus catalogue, not bought.
    pub plus: bool,
    /// Cannot be played today.
    pub unavailable: bool,
}

/// How far a title was heard, as Audible shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Heard {
    /// Audible does not say.
    #[default]
    NotSaid,
    /// Not at all.
    Nothing,
    /// In whole percent, 1 to 99.
    Part(u32),
    /// To the end.
    All,
}

impl Title {
    /// Reads a title of the wire format; none if it is no title.
    pub fn read(node: &impl Node) -> Option<Self> {
        let text = |name: &str| node.field(name).and_then(|value| value.text());
        let availability = node.field("availability");
        let says = |name: &str| availability.as_ref().and_then(|all| all.field(name)?.truth());
        let title = text("title")?;
        let kind = [text("content_type"), text("delivery_type")];
        Some(Self {
            asin: text("asin")?,
            name: match text("subtitle") {
                Some(subtitle) => [&title, ": ", &*subtitle].concat(),
                None => title,
            },
            series: node.field("series").and_then(|all| series(&all.items()?.into_iter().next()?)),
            authors: people(node, "authors"),
            narrators: people(node, "narrators"),
            minutes: node.field("runtime_minutes").and_then(|value| crate::wire::whole(&value)),
            cover: text("cover_url"),
            heard: node.field("listening").map_or(Heard::NotSaid, |value| heard(&value)),
            podcast: kind.into_iter().flatten().any(|kind| is_podcast(&kind)),
            plus: says("plus") == Some(true),
            unavailable: says("available") == Some(false),
        })
    }

    /// Everything that a search looks at.
    pub fn searched(&self) -> String {
        let series = self.series.as_deref().unwrap_or_default();
        [&*self.name, &*self.authors, &*self.narrators, series, &*self.asin].join("\n")
    }
}

fn people(node: &impl Node, name: &str) -> String {
    let people = node.field(name).and_then(|all| all.items()).unwrap_or_default();
    let names = people.iter().filter_map(|person| person.field("name")?.text());
    names.collect::<Vec<_>>().join(", ")
}

fn series(node: &impl Node) -> Option<String> {
    let title = node.field("title")?.text()?;
    let place = node.field("sequence").and_then(|place| place.text());
    Some(match place {
        Some(place) => [&*title, ", ", &*place].concat(),
        None => title,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn heard(node: &impl Node) -> Heard {
    let state = node.field("state").and_then(|state| state.text());
    match state.as_deref() {
        Some("not_started") => Heard::Nothing,
        Some("finished") => Heard::All,
        Some("in_progress") => {
            let percent = node.field("percent").and_then(|percent| percent.number());
            Heard::Part(percent.unwrap_or(1.0).round().clamp(1.0, 99.0) as u32)
        }
        _ => Heard::NotSaid,
    }
}

/// Audible's words for what is no audiobook: `Podcast`, `PodcastParent`, `PodcastEpisode`, `Show`.
fn is_podcast(kind: &str) -> bool {
    kind.starts_with("Podcast") || kind == "Show"
}
