//! The tree against the one that a whole library of the trade builds from the same text.

use audible_sim::{Case, Language, Library, Marketplace, page};
use proptest::prelude::*;

use super::{Document, ElementRef, Part};

/// Texts in a row as one: comments, which we leave out, stand between some of theirs.
fn joined(parts: impl Iterator<Item = (String, Option<String>)>) -> Vec<String> {
    let mut all: Vec<(String, Option<String>)> = Vec::new();
    for (element, text) in parts {
        match (all.last_mut(), &text) {
            (Some((above, Some(known))), Some(text)) if *above == element => known.push_str(text),
            _ => all.push((element, text)),
        }
    }
    all.into_iter().map(|(element, text)| format!("{element} {text:?}")).collect()
}

/// Every element with its attributes and every text, with the element it stands in.
fn ours(html: &str) -> Vec<String> {
    let document = Document::parse(html);
    let tag = |element: ElementRef<'_>| {
        let mut attributes: Vec<String> = Vec::new();
        for one in element.attributes {
            // Of an attribute that stands twice the first one counts.
            if element.attr(&one.name.local) == Some(&one.value) {
                attributes.push(format!("{}={}", one.name.local, one.value));
            }
        }
        attributes.sort();
        attributes.dedup();
        format!("{} {attributes:?}", element.name())
    };
    let Some(root) = (0..document.nodes.len()).find_map(|id| document.element(id)) else {
        return Vec::new();
    };
    let below = root.parts().map(|part| match part {
        Part::Element(element) => (tag(element), None),
        Part::Text(text, above) => {
            (above.map_or("", ElementRef::name).to_owned(), Some(text.to_owned()))
        }
    });
    joined(std::iter::once((tag(root), None)).chain(below))
}

fn theirs(html: &str) -> Vec<String> {
    let document = scraper::Html::parse_document(html);
    let parts = document.root_element().descendants().filter_map(|node| match node.value() {
        scraper::Node::Element(element) => {
            let pairs = element.attrs().map(|(name, value)| format!("{name}={value}"));
            let mut attributes: Vec<String> = pairs.collect();
            attributes.sort();
            attributes.dedup();
            Some((format!("{} {attributes:?}", element.name()), None))
        }
        scraper::Node::Text(text) => {
            let above = node.ancestors().find_map(|above| above.value().as_element());
            let above = above.map_or("", |one| one.name());
            Some((above.to_owned(), Some(text.to_string())))
        }
        _ => None,
    });
    joined(parts)
}

#[test]
fn whole_pages_have_the_same_tree() {
    for language in [Language::English, Language::Invented] {
        let library = Library::of(&Case::ALL);
        let html = page::library_page(&library, Marketplace::US, language, 1, 50);
        let (ours, theirs) = (ours(&html), theirs(&html));
        assert!(ours.len() > 5_000);
        assert_eq!(ours, theirs);
    }
    for html in [page::captcha_page(Marketplace::US), page::whoops_page(Marketplace::DE)] {
        assert_eq!(ours(&html), theirs(&html));
    }
}

#[test]
fn what_browsers_mend_is_mended_the_same() {
    for html in [
        "",
        "plain",
        "<p>one<p>two<ul><li>a<li>b</ul>c",
        "<table><tr><td>x</table>y<table>z<tr>",
        "<b><i>x</b>y</i>",
        "<title>a <b> &amp; c</title><textarea><p></textarea>",
        "<script>if (a < b) { '<div>' }</script><style>a>b{}</style>",
        "<a href=1 href=2 title='&quot;&eacute;&#x1F4D6;&notin;&nosuch;'>&lt;</a>",
        "<select><option>1<option>2</select><br></br><img src=x>",
        "<svg><title>t</title><path/></svg><math><mi>x</math>",
        "<div><!-- <p> --><!doctype html></div></html>tail",
        "<form><form><input></form></form><noscript><p>n</p></noscript>",
        "<template><p>in</p></template><frameset><plaintext></p>",
        "<table> <!--c-->&amp;",
        "a\r\nb\rc\u{0}d",
    ] {
        assert_eq!(ours(html), theirs(html), "{html}");
    }
}

proptest! {
    #[test]
    fn torn_markup_has_the_same_tree(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<div class=a>", "</div>", "<p>", "</p>", "<li>", "<ul>", "</ul>", "<a href='/x'>",
                "</a>", "<b>", "</b>", "<span id=\"s\">", "</span>", "<table>", "<tr>", "<td>",
                "</table>", "<h3>", "</h3>", "<input value=1>", "text", " ", "&amp;", "&lt", "<!--c-->",
                "<form>", "</form>", "<br>", "<i>", "</i>", "<", ">", "\"",
            ]),
            0..40,
        ),
    ) {
        let html = pieces.concat();
        prop_assert_eq!(ours(&html), theirs(&html));
    }
}
