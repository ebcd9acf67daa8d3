//! From text to tree: `html5gum` cuts the text into tokens, `html5ever` decides where they belong.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    convert::Infallible,
    rc::Rc,
};

use html5ever::{
    Attribute, ExpandedName, LocalName, QualName,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    tendril::StrTendril,
    tokenizer::{Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult, states::RawKind},
    tree_builder::{TreeBuilder, TreeBuilderOpts},
};
use html5gum::{
    Emitter, ForwardingEmitter, Span, State, Tokenizer,
    emitters::callback::{Callback, CallbackEmitter, CallbackEvent},
};

use super::{Data, Document, Id, Node};

/// Deepest nesting that is read. Library pages stay below 60; browsers flatten what lies below 512.
/// The tree's rules look upwards at every tag, so a page that only opens tags would take hours.
const DEEPEST: usize = 256;

/// Reads a whole page; one that is nested beyond all reason is an empty tree.
pub(super) fn document(html: &str) -> Document {
    let growing = Growing::default();
    growing.add(Data::Other);
    let tree = TreeBuilder::new(growing, TreeBuilderOpts::default());
    let tokens = Tokens { tree: &tree, tag: None, next: None };
    let Ok(()) = Tokenizer::new_with_emitter(html, Feed(CallbackEmitter::new(tokens))).finish();
    let mut nodes = tree.sink.nodes.take();
    if tree.sink.too_deep.get() {
        nodes.truncate(1);
        nodes.iter_mut().for_each(|root| (root.first, root.last) = (None, None));
    }
    Document { nodes }
}

/// Hands tokens to the tree, and the tree's wishes back to the tokenizer: the inside of a script or
/// a title is cut otherwise.
struct Tokens<'a> {
    tree: &'a TreeBuilder<Handle, Growing>,
    /// The start tag whose attributes are being read.
    tag: Option<Tag>,
    next: Option<State>,
}

impl Tokens<'_> {
    fn hand_over(&mut self, token: Token) {
        if self.tree.sink.too_deep.get() && !matches!(token, Token::EOFToken) {
            return;
        }
        // Every token but a tag leaves line and state alone.
        match self.tree.process_token(token, 1) {
            TokenSinkResult::Continue | TokenSinkResult::EncodingIndicator(_) => {}
            TokenSinkResult::Script(_) => self.next = Some(State::Data),
            TokenSinkResult::Plaintext => self.next = Some(State::PlainText),
            TokenSinkResult::RawData(RawKind::Rcdata) => self.next = Some(State::RcData),
            TokenSinkResult::RawData(RawKind::Rawtext) => self.next = Some(State::RawText),
            TokenSinkResult::RawData(RawKind::ScriptData | RawKind::ScriptDataEscaped(_)) => {
                self.next = Some(State::ScriptData);
            }
        }
    }

    fn text(&mut self, value: &[u8]) {
        for (index, part) in value.split(|byte| *byte == 0).enumerate() {
            if index > 0 {
                self.hand_over(Token::NullCharacterToken);
            }
            if !part.is_empty() {
                self.hand_over(Token::CharacterTokens(tendril(part)));
            }
        }
    }
}

impl Callback<Infallible, ()> for Tokens<'_> {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _span: Span<()>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => self.tag = Some(tag(TagKind::StartTag, name)),
            CallbackEvent::AttributeName { name } => {
                if let Some(tag) = &mut self.tag {
                    let name = QualName::new(None, html5ever::ns!(), local_name(name));
                    tag.attrs.push(Attribute { name, value: StrTendril::new() });
                }
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some(attribute) = self.tag.as_mut().and_then(|tag| tag.attrs.last_mut()) {
                    attribute.value = tendril(value);
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                if let Some(tag) = self.tag.take() {
                    self.hand_over(Token::TagToken(Tag { self_closing, ..tag }));
                }
            }
            CallbackEvent::EndTag { name } => {
                self.hand_over(Token::TagToken(tag(TagKind::EndTag, name)));
            }
            CallbackEvent::String { value } => self.text(value),
            CallbackEvent::Doctype { name, public_identifier, system_identifier, force_quirks } => {
                self.hand_over(Token::DoctypeToken(Doctype {
                    name: Some(tendril(name)),
                    public_id: public_identifier.map(tendril),
                    system_id: system_identifier.map(tendril),
                    force_quirks,
                }));
            }
            // What it says does not matter, but it parts the text before it from the text after it,
            // and in a table these may go to different places.
            CallbackEvent::Comment { .. } => {
                self.hand_over(Token::CommentToken(StrTendril::new()));
            }
            CallbackEvent::Error(_) => {}
        }
        None
    }
}

fn tag(kind: TagKind, name: &[u8]) -> Tag {
    let name = local_name(name);
    Tag { kind, name, self_closing: false, attrs: Vec::new(), had_duplicate_attributes: false }
}

fn local_name(bytes: &[u8]) -> LocalName {
    LocalName::from(String::from_utf8_lossy(bytes))
}

fn tendril(bytes: &[u8]) -> StrTendril {
    StrTendril::from_slice(&String::from_utf8_lossy(bytes))
}

/// The tokenizer's listener.
struct Feed<'a>(CallbackEmitter<Tokens<'a>>);

impl ForwardingEmitter for Feed<'_> {
    type Token = Infallible;

    fn inner(&mut self) -> &mut impl Emitter<Token = Self::Token> {
        &mut self.0
    }

    fn emit_eof(&mut self) {
        self.0.emit_eof();
        let tokens = self.0.callback_mut();
        tokens.hand_over(Token::EOFToken);
        tokens.tree.end();
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        let nothing: Option<State> = self.0.emit_current_tag();
        debug_assert!(nothing.is_none(), "states are switched by the tree alone");
        self.0.callback_mut().next.take()
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        let tokens = self.0.callback_mut();
        tokens.tree.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// A tree that is being built.
#[derive(Default)]
struct Growing {
    nodes: RefCell<Vec<Node>>,
    too_deep: Cell<bool>,
}

/// A node with its full name; anything but an element has an empty one.
#[derive(Clone)]
struct Handle {
    id: Id,
    name: Rc<QualName>,
}

impl Growing {
    fn add(&self, data: Data) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node {
            parent: None,
            before: None,
            after: None,
            first: None,
            last: None,
            depth: 0,
            data,
        });
        nodes.len() - 1
    }

    fn unnamed(&self, id: Id) -> Handle {
        let name = QualName::new(None, html5ever::ns!(), LocalName::default());
        Handle { id, name: Rc::new(name) }
    }

    fn change(&self, id: Id, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.borrow_mut().get_mut(id) {
            change(node);
        }
    }

    fn get<T>(&self, id: Id, read: impl FnOnce(&Node) -> Option<T>) -> Option<T> {
        self.nodes.borrow().get(id).and_then(read)
    }

    fn detach(&self, id: Id) {
        let links = self.get(id, |node| Some((node.parent, node.before, node.after)));
        let Some((parent, before, after)) = links else { return };
        match (before, parent) {
            (Some(before), _) => self.change(before, |node| node.after = after),
            (None, Some(parent)) => self.change(parent, |node| node.first = after),
            (None, None) => {}
        }
        match (after, parent) {
            (Some(after), _) => self.change(after, |node| node.before = before),
            (None, Some(parent)) => self.change(parent, |node| node.last = before),
            (None, None) => {}
        }
        self.change(id, |node| (node.parent, node.before, node.after) = (None, None, None));
    }

    /// Puts a node into `parent` in front of `after`, or at the end.
    fn insert(&self, id: Id, parent: Id, after: Option<Id>) {
        self.detach(id);
        let before = match after {
            Some(after) => self.get(after, |node| node.before),
            None => self.get(parent, |node| node.last),
        };
        match before {
            Some(before) => self.change(before, |node| node.after = Some(id)),
            None => self.change(parent, |node| node.first = Some(id)),
        }
        match after {
            Some(after) => self.change(after, |node| node.before = Some(id)),
            None => self.change(parent, |node| node.last = Some(id)),
        }
        let depth = self.get(parent, |node| Some(node.depth)).unwrap_or_default() + 1;
        self.change(id, |node| {
            (node.parent, node.before, node.after) = (Some(parent), before, after);
            node.depth = depth;
        });
        if depth > DEEPEST {
            self.too_deep.set(true);
        }
    }

    /// Like [`Self::insert`]; text joins the text that it follows.
    fn put(&self, child: NodeOrText<Handle>, parent: Id, after: Option<Id>) {
        let text = match child {
            NodeOrText::AppendNode(handle) => return self.insert(handle.id, parent, after),
            NodeOrText::AppendText(text) => text,
        };
        let before = match after {
            Some(after) => self.get(after, |node| node.before),
            None => self.get(parent, |node| node.last),
        };
        let mut joined = false;
        if let Some(before) = before {
            self.change(before, |node| {
                if let Data::Text(known) = &mut node.data {
                    known.push_str(&text);
                    joined = true;
                }
            });
        }
        if !joined {
            self.insert(self.add(Data::Text(text.to_string())), parent, after);
        }
    }
}

impl TreeSink for Growing {
    type Handle = Handle;
    type Output = Self;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.unnamed(0)
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        _flags: ElementFlags,
    ) -> Handle {
        let id = self.add(Data::Element { name: name.local.clone(), attributes });
        Handle { id, name: Rc::new(name) }
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        self.unnamed(self.add(Data::Other))
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        self.unnamed(self.add(Data::Other))
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.put(child, parent.id, None);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        previous: &Handle,
        child: NodeOrText<Handle>,
    ) {
        if self.get(element.id, |node| node.parent).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    /// What is inside a template is read like anything else.
    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.id == other.id
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        if let NodeOrText::AppendNode(handle) = &child {
            self.detach(handle.id);
        }
        if let Some(parent) = self.get(sibling.id, |node| node.parent) {
            self.put(child, parent, Some(sibling.id));
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, more: Vec<Attribute>) {
        self.change(target.id, |node| {
            if let Data::Element { attributes, .. } = &mut node.data {
                for one in more {
                    if !attributes.iter().any(|known| known.name == one.name) {
                        attributes.push(one);
                    }
                }
            }
        });
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.detach(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        while let Some(child) = self.get(node.id, |node| node.first) {
            self.insert(child, new_parent.id, None);
        }
    }
}
