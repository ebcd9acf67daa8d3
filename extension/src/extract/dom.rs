//! A page as a tree of elements and text, and how to walk it; nothing here knows about Audible.
//!
//! The tokens come from `html5gum` and the tree is built by `html5ever`'s rules, so unclosed tags,
//! misplaced table parts and entities are read as browsers read them. Why these two, and no larger
//! library: `docs/adr/0001-html-parser.md`.

mod build;
mod selector;
#[cfg(test)]
mod tests;

use html5ever::{Attribute, LocalName};

pub(super) use selector::Selector;

/// A parsed page.
pub(super) struct Document {
    /// The first one is the document itself.
    nodes: Vec<Node>,
}

/// A place in [`Document::nodes`].
type Id = usize;

struct Node {
    parent: Option<Id>,
    before: Option<Id>,
    after: Option<Id>,
    first: Option<Id>,
    last: Option<Id>,
    /// How many nodes stood above it when it was put in its place.
    depth: usize,
    data: Data,
}

enum Data {
    Element {
        name: LocalName,
        attributes: Vec<Attribute>,
    },
    Text(String),
    /// The document, comments, doctypes: nothing to read.
    Other,
}

impl Document {
    /// Reads a page; any text is one.
    pub(super) fn parse(html: &str) -> Self {
        build::document(html)
    }

    /// Matches in the order of the page.
    pub(super) fn select<'a>(&'a self, selector: &'a Selector) -> Found<'a> {
        Found { walk: Walk::below(self, 0), selector }
    }

    fn element(&self, id: Id) -> Option<ElementRef<'_>> {
        match &self.nodes.get(id)?.data {
            Data::Element { name, attributes } => {
                Some(ElementRef { document: self, id, name, attributes })
            }
            Data::Text(_) | Data::Other => None,
        }
    }
}

/// An element of a page.
#[derive(Clone, Copy)]
pub(super) struct ElementRef<'a> {
    document: &'a Document,
    id: Id,
    name: &'a LocalName,
    attributes: &'a [Attribute],
}

impl<'a> ElementRef<'a> {
    /// Tag name in lower case.
    pub(super) fn name(self) -> &'a str {
        self.name
    }

    /// An attribute's value with entities decoded.
    pub(super) fn attr(self, name: &str) -> Option<&'a str> {
        let found = self.attributes.iter().find(|attribute| &*attribute.name.local == name)?;
        Some(&found.value)
    }

    /// Whether `class` names this one.
    pub(super) fn has_class(self, class: &str) -> bool {
        self.attr("class").is_some_and(|all| all.split_ascii_whitespace().any(|one| one == class))
    }

    /// Matches below this element, in the order of the page.
    pub(super) fn select(self, selector: &'a Selector) -> Found<'a> {
        Found { walk: Walk::below(self.document, self.id), selector }
    }

    /// Elements and texts below, in the order of the page.
    pub(super) fn parts(self) -> impl Iterator<Item = Part<'a>> {
        let document = self.document;
        Walk::below(document, self.id).filter_map(|id| match &document.nodes.get(id)?.data {
            Data::Element { .. } => document.element(id).map(Part::Element),
            Data::Text(text) => Some(Part::Text(text, document.above(id))),
            Data::Other => None,
        })
    }

    /// All texts below.
    pub(super) fn text(self) -> impl Iterator<Item = &'a str> {
        self.parts().filter_map(|part| match part {
            Part::Text(text, _) => Some(text),
            Part::Element(_) => None,
        })
    }

    /// The element around this one.
    pub(super) fn parent(self) -> Option<ElementRef<'a>> {
        self.document.above(self.id)
    }

    /// Whether no element stands before this one in the same parent.
    fn is_first_child(self) -> bool {
        let mut before = self.document.nodes.get(self.id).and_then(|node| node.before);
        while let Some(node) = before.and_then(|id| self.document.nodes.get(id)) {
            if matches!(node.data, Data::Element { .. }) {
                return false;
            }
            before = node.before;
        }
        true
    }
}

/// What stands below an element.
pub(super) enum Part<'a> {
    /// An element.
    Element(ElementRef<'a>),
    /// A text and the element it stands in.
    Text(&'a str, Option<ElementRef<'a>>),
}

impl Document {
    fn above(&self, id: Id) -> Option<ElementRef<'_>> {
        self.element(self.nodes.get(id)?.parent?)
    }
}

/// Every node below one, parents before children.
struct Walk<'a> {
    document: &'a Document,
    top: Id,
    next: Option<Id>,
}

impl<'a> Walk<'a> {
    fn below(document: &'a Document, top: Id) -> Self {
        Self { document, top, next: document.nodes.get(top).and_then(|node| node.first) }
    }

    /// The node that follows everything below `id`.
    fn behind(&self, mut id: Id) -> Option<Id> {
        while id != self.top {
            let node = self.document.nodes.get(id)?;
            if node.after.is_some() {
                return node.after;
            }
            id = node.parent?;
        }
        None
    }
}

impl Iterator for Walk<'_> {
    type Item = Id;

    fn next(&mut self) -> Option<Id> {
        let id = self.next?;
        let first = self.document.nodes.get(id).and_then(|node| node.first);
        self.next = first.or_else(|| self.behind(id));
        Some(id)
    }
}

/// Elements that match a selector.
pub(super) struct Found<'a> {
    walk: Walk<'a>,
    selector: &'a Selector,
}

impl<'a> Iterator for Found<'a> {
    type Item = ElementRef<'a>;

    fn next(&mut self) -> Option<ElementRef<'a>> {
        let (document, selector) = (self.walk.document, self.selector);
        self.walk
            .by_ref()
            .filter_map(|id| document.element(id))
            .find(|element| selector.matches(*element))
    }
}
