//! One Rust file as tokens with lines, so that rules look at code and not at comments.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::Finding;

/// One token; groups are flattened into their brackets and contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Counted from 1.
    pub(crate) line: usize,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether it stands in code that only tests compile.
    pub(crate) test: bool,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identifier or keyword.
    Word(String),
    /// String literal, without quotes, escapes as written.
    Text(String),
    /// Punctuation and brackets.
    Sign(char),
    /// Numbers, characters, lifetimes' names.
    Other,
}

impl Token {
    /// Whether it is this word.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(own) if own == word)
    }

    /// Whether it is this sign.
    pub(crate) fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// The word it is, if it is one.
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// A parsed file.
pub(crate) struct Source {
    /// From the root, with `/` between folders.
    pub(crate) path: String,
    /// As written.
    pub(crate) text: String,
    /// All tokens in order, documentation left out.
    pub(crate) tokens: Vec<Token>,
}

impl Source {
    /// Reads a file; text that is no Rust is a finding.
    pub(crate) fn parse(path: &str, text: String) -> Result<Self, Finding> {
        let stream = TokenStream::from_str(&text).map_err(|error| Finding {
            file: path.to_owned(),
            line: error.span().start().line,
            rule: "rust",
            advice: format!("this is not Rust: {error}"),
        })?;
        let mut tokens = Vec::new();
        flatten(stream, is_test_file(path), &mut tokens);
        Ok(Self { path: path.to_owned(), text, tokens })
    }

    /// A finding in this file.
    pub(crate) fn finding(
        &self,
        line: usize,
        rule: &'static str,
        advice: impl Into<String>,
    ) -> Finding {
        Finding { file: self.path.clone(), line, rule, advice: advice.into() }
    }

    /// Places where `first::second` is written; gives the token of `second`.
    pub(crate) fn paths<'a>(
        &'a self,
        first: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Token)> {
        self.tokens.windows(4).filter_map(move |window| {
            let [head, colon, again, tail] = window else { return None };
            let joined = head.is_word(first) && colon.is_sign(':') && again.is_sign(':');
            joined.then_some(())?;
            Some((tail.word()?, tail))
        })
    }

    /// Index of the bracket that closes the one at `open`.
    pub(crate) fn closing(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (index, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return index;
            }
        }
        self.tokens.len().saturating_sub(1)
    }
}

fn is_test_file(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs"))
}

fn flatten(stream: TokenStream, mut test: bool, out: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    // Set by an attribute that keeps the next item for tests, until that item ends.
    let mut pending = false;
    let mut index = 0;
    while let Some(tree) = trees.get(index) {
        if let Some((attribute, length, inner)) = attribute_at(&trees, index) {
            index += length;
            let words = words_of(attribute.stream());
            if words.first().is_some_and(|word| word == "doc") {
                continue;
            }
            let for_tests = keeps_for_tests(&words);
            test |= inner && for_tests;
            pending |= for_tests;
            group(attribute, test || pending, out);
            continue;
        }
        let here = test || pending;
        match tree {
            TokenTree::Group(inside) => {
                group(inside, here, out);
                pending &= inside.delimiter() != Delimiter::Brace;
            }
            TokenTree::Punct(sign) => {
                out.push(Token {
                    line: sign.span().start().line,
                    kind: Kind::Sign(sign.as_char()),
                    test: here,
                });
                pending &= sign.as_char() != ';';
            }
            TokenTree::Ident(word) => {
                out.push(Token {
                    line: word.span().start().line,
                    kind: Kind::Word(word.to_string()),
                    test: here,
                });
            }
            TokenTree::Literal(literal) => {
                let kind = string_value(&literal.to_string()).map_or(Kind::Other, Kind::Text);
                out.push(Token { line: literal.span().start().line, kind, test: here });
            }
        }
        index += 1;
    }
}

/// `#[…]` or `#![…]` at this place: the bracket, how many trees it takes, whether it is the latter.
fn attribute_at(trees: &[TokenTree], index: usize) -> Option<(&Group, usize, bool)> {
    let is = |tree: Option<&TokenTree>, sign: char| matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    if !is(trees.get(index), '#') {
        return None;
    }
    let inner = is(trees.get(index + 1), '!');
    let length = if inner { 3 } else { 2 };
    match trees.get(index + length - 1) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            Some((group, length, inner))
        }
        _ => None,
    }
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]` and the like, but not `#[cfg(not(test))]`.
fn keeps_for_tests(words: &[String]) -> bool {
    let has = |word: &str| words.iter().any(|own| own == word);
    match words.first().map(String::as_str) {
        Some("cfg") => has("test") && !has("not"),
        Some("cfg_attr") => false,
        _ => has("test"),
    }
}

fn words_of(stream: TokenStream) -> Vec<String> {
    let mut tokens = Vec::new();
    for tree in stream {
        match tree {
            TokenTree::Ident(word) => tokens.push(word.to_string()),
            TokenTree::Group(group) => tokens.extend(words_of(group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    tokens
}

fn group(group: &Group, test: bool, out: &mut Vec<Token>) {
    let signs = match group.delimiter() {
        Delimiter::Parenthesis => Some(('(', ')')),
        Delimiter::Bracket => Some(('[', ']')),
        Delimiter::Brace => Some(('{', '}')),
        Delimiter::None => None,
    };
    if let Some((open, _)) = signs {
        out.push(Token { line: group.span_open().start().line, kind: Kind::Sign(open), test });
    }
    flatten(group.stream(), test, out);
    if let Some((_, close)) = signs {
        out.push(Token { line: group.span_close().start().line, kind: Kind::Sign(close), test });
    }
}

/// The inside of `"…"`, `r#"…"#`, `b"…"` and `c"…"`.
fn string_value(literal: &str) -> Option<String> {
    let open = literal.find('"')?;
    if !literal[..open].chars().all(|sign| matches!(sign, 'r' | 'b' | 'c' | '#')) {
        return None;
    }
    let close = literal.rfind('"').filter(|close| *close > open)?;
    Some(literal[open + 1..close].to_owned())
}

/// A file for the tests of the rules.
#[cfg(test)]
pub(crate) fn sample(path: &str, text: &str) -> Source {
    Source::parse(path, text.to_owned()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, test: bool) -> Vec<String> {
        let source = sample("shared/src/lib.rs", text);
        let kept = source.tokens.iter().filter(|token| token.test == test);
        kept.filter_map(Token::word).map(str::to_owned).collect()
    }

    #[test]
    fn comments_and_documentation_are_no_tokens() {
        let source = sample("a.rs", "//! StatusCode::NOT_FOUND\n/// SELECT 1\n// sleep\nfn f() {}");
        assert!(source.tokens.iter().all(|token| !matches!(token.kind, Kind::Text(_))));
        assert_eq!(source.paths("StatusCode").count(), 0);
        assert_eq!(source.tokens[0].line, 4);
    }

    #[test]
    fn a_test_module_ends_where_its_brackets_end() {
        let text = "fn a() {} #[cfg(test)] mod tests { fn b() {} } fn c() {}";
        assert_eq!(words(text, true), ["cfg", "test", "mod", "tests", "fn", "b"]);
        assert_eq!(words(text, false), ["fn", "a", "fn", "c"]);
    }

    #[test]
    fn code_that_tests_do_not_compile_is_no_test_code() {
        assert!(words("#[cfg(not(test))] fn a() {}", true).is_empty());
        assert!(words("#[cfg(test)] use x; fn a() {}", false).contains(&"a".to_owned()));
    }

    #[test]
    fn strings_lose_their_quotes_in_every_form() {
        for literal in ["\"a\"", "r#\"a\"#", "b\"a\"", "c\"a\""] {
            assert_eq!(string_value(literal).as_deref(), Some("a"), "{literal}");
        }
        assert_eq!(string_value("1_000"), None);
        assert_eq!(string_value("'\"'"), None);
    }

    #[test]
    fn strings_inside_macros_are_seen() {
        let source = sample("a.rs", "fn f() { query!(\"SELECT 1\") }");
        assert!(source.tokens.iter().any(|token| token.kind == Kind::Text("SELECT 1".into())));
    }
}
