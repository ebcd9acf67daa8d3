//! The part of CSS that finding things in a page needs: tag, `#id`, `.class`, `[name]`,
//! `[name="v"]`, `[name^="v"]`, `[name*="v"]`, `:first-child`, a space, `>` and commas.

use super::ElementRef;

/// A compiled selector.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Selector {
    alternatives: Vec<Path>,
}

/// `outer inner > self` as the element itself and the steps outwards from it.
#[derive(Debug, PartialEq, Eq)]
struct Path {
    this: Compound,
    around: Vec<(Relation, Compound)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Child,
    Descendant,
}

/// Tests that one element passes together.
type Compound = Vec<Test>;

#[derive(Debug, PartialEq, Eq)]
enum Test {
    Tag(&'static str),
    Class(&'static str),
    FirstChild,
    Attribute { name: &'static str, how: How, value: &'static str },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Present,
    Equals,
    Begins,
    Contains,
}

impl Selector {
    /// Compiles a selector; `None` where it uses anything else of CSS.
    pub(in super::super) fn parse(css: &'static str) -> Option<Self> {
        let alternatives = css.split(',').map(path).collect::<Option<_>>()?;
        Some(Self { alternatives })
    }

    pub(super) fn matches(&self, element: ElementRef<'_>) -> bool {
        self.alternatives
            .iter()
            .any(|path| passes(element, &path.this) && is_within(element, &path.around))
    }
}

fn path(text: &'static str) -> Option<Path> {
    let mut compounds: Vec<(Relation, Compound)> = Vec::new();
    let mut relation = Relation::Descendant;
    for word in text.split_ascii_whitespace() {
        if word == ">" {
            relation = Relation::Child;
            continue;
        }
        compounds.push((relation, compound(word)?));
        relation = Relation::Descendant;
    }
    if relation == Relation::Child {
        return None;
    }
    // Each compound stands with its relation to the one before it; read from the element outwards,
    // that relation belongs to the step that leaves it.
    let (mut leaving, this) = compounds.pop()?;
    let mut around = Vec::new();
    for (next, outer) in compounds.into_iter().rev() {
        around.push((leaving, outer));
        leaving = next;
    }
    Some(Path { this, around })
}

fn compound(word: &'static str) -> Option<Compound> {
    let mut tests = Vec::new();
    let mut rest = word;
    while let Some(mark) = rest.chars().next() {
        let (test, after) = match mark {
            '[' => {
                let (inner, after) = rest.get(1..)?.split_once(']')?;
                (attribute(inner)?, after)
            }
            '.' | '#' | ':' => {
                let (name, after) = name(rest.get(1..)?)?;
                let test = match mark {
                    '.' => Test::Class(name),
                    '#' => Test::Attribute { name: "id", how: How::Equals, value: name },
                    _ if name == "first-child" => Test::FirstChild,
                    _ => return None,
                };
                (test, after)
            }
            _ => {
                let (tag, after) = name(rest)?;
                (Test::Tag(tag), after)
            }
        };
        tests.push(test);
        rest = after;
    }
    Some(tests)
}

/// `name`, `name="value"`, `name^="value"` or `name*="value"`.
fn attribute(inner: &'static str) -> Option<Test> {
    let (name, sign) = name(inner)?;
    if sign.is_empty() {
        return Some(Test::Attribute { name, how: How::Present, value: "" });
    }
    let (how, value) = match sign.split_once('=')? {
        ("", value) => (How::Equals, value),
        ("^", value) => (How::Begins, value),
        ("*", value) => (How::Contains, value),
        _ => return None,
    };
    let value = value.strip_prefix('"')?.strip_suffix('"')?;
    Some(Test::Attribute { name, how, value })
}

/// The name at the start, and what follows it.
fn name(text: &'static str) -> Option<(&'static str, &'static str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn passes(element: ElementRef<'_>, compound: &Compound) -> bool {
    compound.iter().all(|test| match test {
        Test::Tag(tag) => element.name() == *tag,
        Test::Class(class) => element.has_class(class),
        Test::FirstChild => element.is_first_child(),
        Test::Attribute { name, how, value } => element.attr(name).is_some_and(|found| match how {
            How::Present => true,
            How::Equals => found == *value,
            How::Begins => found.starts_with(value),
            How::Contains => found.contains(value),
        }),
    })
}

/// Whether the elements around follow the steps; a descendant step may skip any number of them.
///
/// Going back to a shorter skip is only ever needed for `a b > c` with several `b` above each other,
/// so steps are tried one by one.
fn is_within(element: ElementRef<'_>, around: &[(Relation, Compound)]) -> bool {
    let Some(((relation, outer), further)) = around.split_first() else { return true };
    let mut above = element.parent();
    while let Some(candidate) = above {
        if passes(candidate, outer) && is_within(candidate, further) {
            return true;
        }
        if *relation == Relation::Child {
            return false;
        }
        above = candidate.parent();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{super::Document, Selector};

    const PAGE: &str = r#"<ul class="a list"><li id=one class="x"><a href="/pd/1">first</a>
        <li id="two" data-n="7"><b><a href="/other">second</a></b></ul>"#;

    #[track_caller]
    fn check(css: &'static str, expected: &[&str]) {
        let document = Document::parse(PAGE);
        let selector = Selector::parse(css).unwrap();
        let found: Vec<String> = document
            .select(&selector)
            .map(|element| element.attr("id").unwrap_or(element.name()).to_owned())
            .collect();
        assert_eq!(found, expected, "{css}");
    }

    #[test]
    fn every_form_finds_what_it_says() {
        check("li", &["one", "two"]);
        check("#two", &["two"]);
        check(".list", &["ul"]);
        check(".lis", &[]);
        check("[data-n]", &["two"]);
        check("li[data-n=\"7\"]", &["two"]);
        check("[id^=\"t\"]", &["two"]);
        check("a[href*=\"/pd/\"]", &["a"]);
        check("li:first-child", &["one"]);
        check("ul a", &["a", "a"]);
        check("li > a", &["a"]);
        check("ul > a", &[]);
        check("ul.list li > b > a, .x", &["one", "a"]);
    }

    #[test]
    fn anything_else_of_css_is_refused() {
        for css in ["", "li:last-child", "[a~=\"b\"]", "[a=b]", "[a", "li >", "a + b", "."] {
            assert_eq!(Selector::parse(css), None, "{css}");
        }
    }
}
