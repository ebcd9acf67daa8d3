//! What a file yields, as JSON: what the example prints and the samples expect.

use importers::{Content, Export, Found, Input, Limits};
use serde_json::{Value, json};
use shared::{map::map, wire::v1};

/// Reads a file and maps its titles. A title that the file knows by name only is mapped with a number that
/// no title has.
pub(crate) fn told(input: impl Input) -> Value {
    let (mut titles, mut problems) = (Vec::new(), Vec::new());
    let export = match Export::open(input, Limits::default()) {
        Ok(export) => export,
        Err(error) => return json!({ "unreadable": error.code() }),
    };
    let format = export.format();
    let report = export.read(&mut |found| match found {
        Found::Refused(problem) | Found::Problem(problem) => problems.push(problem),
        Found::Title(title) => {
            let mut raw = match title.content {
                Content::Raw(raw) => raw,
                Content::Ours(ours) => {
                    titles.push(json!({
                        "place": title.place, "marketplace": title.marketplace, "by_name": false,
                        "item": ours.item, "own": ours.own, "origins": ours.origins,
                    }));
                    return;
                }
            };
            let by_name = raw.asin.is_empty() && raw.title.is_some();
            if by_name {
                "0000000000".clone_into(&mut raw.asin);
            }
            let mapped = map(raw, &title.place);
            problems.extend(mapped.problems);
            let item = mapped.item.map(|item| v1::Item::from_item(&item, None));
            titles.push(json!({
                "place": title.place, "marketplace": title.marketplace, "by_name": by_name,
                "item": item,
            }));
        }
    });
    match report {
        Ok(report) => json!({
            "format": format, "others": report.others, "whole": report.whole,
            "titles": titles, "problems": problems,
        }),
        Err(error) => json!({ "unreadable": error.code() }),
    }
}
