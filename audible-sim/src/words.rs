//! Every visible word of the web site, in English, German and a language that does not exist.

use crate::marketplace::Marketplace;

/// A language of the pages. Ids, classes and addresses never depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// As captured from the shop of the United States.
    English,
    /// As captured from the German shop.
    German,
    /// Made-up words everywhere, so that a reader that looks at words finds none it knows.
    /// Lengths always carry two numbers, because one number in an unknown unit says nothing.
    Invented,
}

impl Language {
    /// What a marketplace speaks unless a test says otherwise.
    pub fn of(marketplace: Marketplace) -> Language {
        if marketplace.code == "de" { Language::German } else { Language::English }
    }

    /// BCP 47 tag for `<html lang>`; `art` stands for artificial languages.
    pub(crate) fn tag(self, marketplace: Marketplace) -> &'static str {
        match self {
            Language::English | Language::German => marketplace.lang,
            Language::Invented => "art",
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::Invented => &INVENTED,
        }
    }

    /// The words before the authors; the British and Australian shops say it longer.
    pub(crate) fn written_by(self, marketplace: Marketplace) -> &'static str {
        match self {
            Language::English if matches!(marketplace.code, "uk" | "au") => "Written by:",
            _ => self.words().by,
        }
    }

    /// Text behind a cover picture.
    pub(crate) fn cover_text(self, title: &str, author: Option<&str>) -> String {
        match (self, author) {
            (Language::English, Some(author)) => format!("{title} By {author}"),
            (Language::English, None) => format!("{title} cover art"),
            (Language::German, _) => format!("{title} Titelbild"),
            (Language::Invented, _) => format!("{title} ombruva"),
        }
    }

    /// Total length of a title, in minutes.
    pub(crate) fn length(self, minutes: u32) -> String {
        let (hours, rest) = (minutes / 60, minutes % 60);
        match self {
            Language::English if hours == 0 => format!("{rest}m"),
            Language::English if rest == 0 => format!("{hours}h"),
            Language::English => format!("{hours}h {rest}m"),
            Language::German if minutes <= 60 => format!("{minutes} Min."),
            Language::German if rest == 0 => format!("{hours} Std."),
            Language::German => format!("{hours} Std. {rest} Min."),
            Language::Invented => format!("{hours} dorv {rest} zin"),
        }
    }

    /// What is left to hear; 0 minutes is less than one.
    pub(crate) fn remaining(self, minutes: u32) -> String {
        match (self, minutes) {
            (Language::English | Language::German, 0) => "<1 min".to_owned(),
            (Language::Invented, 0) => "0 dorv <1 zin".to_owned(),
            (Language::English, _) => format!("{} left", self.length(minutes)),
            (Language::German, _) => format!("{} verbleibend", self.length(minutes)),
            (Language::Invented, _) => format!("osk {} pelu", self.length(minutes)),
        }
    }

    /// A position in a series, as the page writes it.
    pub(crate) fn position(self, number: &str) -> String {
        match self {
            Language::English => format!("Book {number}"),
            Language::German => format!("Titel {number}"),
            Language::Invented => format!("Zubra {number} fenn"),
        }
    }
}

/// The fixed texts of a page.
pub(crate) struct Words {
    pub(crate) my_library: &'static str,
    pub(crate) library: &'static str,
    pub(crate) tabs: [&'static str; 6],
    pub(crate) greeting: &'static str,
    pub(crate) sign_in: &'static str,
    pub(crate) sign_out: &'static str,
    pub(crate) home: &'static str,
    pub(crate) signed_out: &'static str,
    pub(crate) sort: &'static str,
    pub(crate) sort_names: [&'static str; 4],
    pub(crate) per_page: &'static str,
    pub(crate) nothing_here: &'static str,
    pub(crate) previous: &'static str,
    pub(crate) next: &'static str,
    pub(crate) by: &'static str,
    pub(crate) narrated_by: &'static str,
    pub(crate) series: &'static str,
    pub(crate) from_show: &'static str,
    pub(crate) stars: &'static str,
    pub(crate) star_names: [&'static str; 5],
    pub(crate) review: &'static str,
    pub(crate) finished: &'static str,
    pub(crate) listen: &'static str,
    pub(crate) unavailable: &'static str,
    pub(crate) remove: &'static str,
    pub(crate) remove_texts: [&'static str; 3],
    pub(crate) add_favorite: &'static str,
    pub(crate) remove_favorite: &'static str,
    pub(crate) favorite_texts: [&'static str; 4],
    pub(crate) add_to: &'static str,
    pub(crate) add_to_collection: &'static str,
    pub(crate) mark_finished: &'static str,
    pub(crate) mark_unfinished: &'static str,
    pub(crate) download: &'static str,
    pub(crate) pdf: &'static str,
    pub(crate) episodes: &'static str,
}

static ENGLISH: Words = Words {
    my_library: "My Library",
    library: "Library",
    tabs: ["All", "Audiobooks", "Podcasts", "Wish List", "Collections", "Authors"],
    greeting: "Hi, Robin!",
    sign_in: "Sign in",
    sign_out: "Sign out",
    home: "Home",
    signed_out: "You are signed out.",
    sort: "Sort by",
    sort_names: ["Recent", "Length", "Title", "Author"],
    per_page: "Titles a page",
    nothing_here: "There is nothing in this list yet.",
    previous: "Go back a page",
    next: "Go forward a page",
    by: "By:",
    narrated_by: "Narrated by:",
    series: "Series:",
    from_show: "From:",
    stars: "star rating, press to change",
    star_names: ["Not my thing", "Fair", "Good", "Very good", "Wonderful"],
    review: "Write a review",
    finished: "Finished",
    listen: "Listen now",
    unavailable: "Unavailable",
    remove: "Remove",
    remove_texts: ["The title left your library", "The title is still there", "Once more"],
    add_favorite: "Add to favorites",
    remove_favorite: "Remove from favorites",
    favorite_texts: [
        "Now one of your favorites",
        "Could not become a favorite",
        "No longer a favorite",
        "Could not be taken from the favorites",
    ],
    add_to: "Add to...",
    add_to_collection: "Add to collection",
    mark_finished: "Mark as finished",
    mark_unfinished: "Mark as Unfinished",
    download: "Download",
    pdf: "View PDF",
    episodes: "Episodes",
};

static GERMAN: Words = Words {
    my_library: "Meine Bibliothek",
    library: "Bibliothek",
    tabs: ["Alle", "Hörbücher", "Podcasts", "Merkzettel", "Sammlungen", "Autoren"],
    greeting: "Hallo, Robin!",
    sign_in: "Anmelden",
    sign_out: "Abmelden",
    home: "Startseite",
    signed_out: "Du bist abgemeldet.",
    sort: "Sortieren nach",
    sort_names: ["Neueste", "Dauer", "Titel", "Autor"],
    per_page: "Titel pro Seite",
    nothing_here: "In dieser Liste steht noch nichts.",
    previous: "Eine Seite zurück",
    next: "Eine Seite vorwärts",
    by: "Geschrieben von:",
    narrated_by: "Gesprochen von:",
    series: "Serie:",
    from_show: "Aus:",
    stars: "Sternebewertung, zum Ändern drücken",
    star_names: ["Nichts für mich", "Geht so", "Gut", "Sehr gut", "Wunderbar"],
    review: "Rezension schreiben",
    finished: "Beendet",
    listen: "Abspielen",
    unavailable: "Nicht Verfügbar",
    remove: "Entfernen",
    remove_texts: ["Titel aus der Bibliothek genommen", "Titel ist noch da", "Noch einmal"],
    add_favorite: "Zu Favoriten hinzufügen",
    remove_favorite: "Aus Favoriten entfernen",
    favorite_texts: [
        "Jetzt einer deiner Favoriten",
        "Konnte kein Favorit werden",
        "Kein Favorit mehr",
        "Blieb unter den Favoriten",
    ],
    add_to: "Hinzufügen zu...",
    add_to_collection: "Zu Sammlung hinzufügen",
    mark_finished: "Als beendet markieren",
    mark_unfinished: "Als nicht abgeschlossen markieren",
    download: "Herunterladen",
    pdf: "PDF ansehen",
    episodes: "Folgen",
};

static INVENTED: Words = Words {
    my_library: "Vol Thessari",
    library: "Thessari",
    tabs: ["Umm", "Skarolu", "Ploddi", "Vashenta", "Krellim", "Ombari"],
    greeting: "Yoth, Robin!",
    sign_in: "Grevan",
    sign_out: "Sagrevan",
    home: "Dwell",
    signed_out: "Vol mek sagrevo.",
    sort: "Rikk nam",
    sort_names: ["Nubro", "Langu", "Tessem", "Ombar"],
    per_page: "Skarolu pel flim",
    nothing_here: "Ek mul neppa thess.",
    previous: "Pol flim zarru",
    next: "Pol flim vorru",
    by: "Skrel:",
    narrated_by: "Mundrel:",
    series: "Katten:",
    from_show: "Plodd:",
    stars: "yastri morga, trukk sel",
    star_names: ["Nah vek", "Mivva", "Hroo", "Hroodo", "Hroodissa"],
    review: "Skrivva morg",
    finished: "Gloomed",
    listen: "Orrel vun",
    unavailable: "Nep orrel",
    remove: "Tchak",
    remove_texts: ["Skarol tchakko", "Skarol em dwello", "Vim orr"],
    add_favorite: "Plu yammi",
    remove_favorite: "Tchak yammi",
    favorite_texts: ["Yammi hroo", "Yammi nep", "Yammi tchakko", "Yammi nep tchakko"],
    add_to: "Plu ...",
    add_to_collection: "Plu krell",
    mark_finished: "Vekko gloom",
    mark_unfinished: "Vekko sagloom",
    download: "Drossel",
    pdf: "Papyrra",
    episodes: "Ploddilim",
};
