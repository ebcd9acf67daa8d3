//! Rule: a handler unpacks, asks and answers, which fits into 30 lines.

use super::{Finding, source::Source};

/// Where handlers stand.
const HANDLERS: &str = "ingest-server/src/http/";

/// Lines from `fn` to the closing bracket.
const LONGEST: usize = 30;

/// Measures every function outside tests.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with(HANDLERS) {
        return Vec::new();
    }
    let functions = source.tokens.windows(2).enumerate().filter_map(|(index, pair)| {
        let name = pair[1].word()?;
        (pair[0].is_word("fn") && !pair[0].test).then_some((index, name))
    });
    functions
        .filter_map(|(index, name)| {
            let start = source.tokens[index].line;
            let lines = end_of(source, index)? + 1 - start;
            (lines > LONGEST).then(|| {
                let advice = format!("{name} has {lines} lines, at most {LONGEST}: move the decision into the use case's module");
                source.finding(start, "short handlers", advice)
            })
        })
        .collect()
}

/// Last line of the function at this token; a signature without a body has none.
fn end_of(source: &Source, mut index: usize) -> Option<usize> {
    loop {
        let token = source.tokens.get(index)?;
        if token.is_sign('{') {
            return Some(source.tokens[source.closing(index)].line);
        }
        if token.is_sign(';') {
            return None;
        }
        let nested = token.is_sign('(') || token.is_sign('[');
        index = if nested { source.closing(index) + 1 } else { index + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::sample;

    fn function(lines: usize) -> String {
        format!(
            "//! x\nasync fn show(a: [u8; 4]) -> u8 {{\n{}}}\n",
            "    call();\n".repeat(lines - 2)
        )
    }

    #[test]
    fn the_31st_line_is_one_too_many() {
        let path = "ingest-server/src/http/library.rs";
        assert!(check(&sample(path, &function(30))).is_empty());
        let findings = check(&sample(path, &function(31)));
        assert_eq!(findings[0].line, 2);
        assert!(findings[0].advice.starts_with("show has 31 lines"));
    }

    #[test]
    fn other_files_and_signatures_without_a_body_are_free() {
        assert!(check(&sample("ingest-server/src/ingest.rs", &function(90))).is_empty());
        assert!(
            check(&sample("ingest-server/src/http/a.rs", "trait T { fn f(a: [u8; 4]); }"))
                .is_empty()
        );
    }
}
