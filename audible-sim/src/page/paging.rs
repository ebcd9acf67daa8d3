//! The list of pages under the rows, with the traps of the real one.
//!
//! The first page links back to page 0, the last one links on to a page that does not exist; both
//! links are only marked as disabled. A library of one page has no list at all.

use super::{Asked, Look};

/// Appends the list for page `page` of `pages`.
pub(super) fn write(out: &mut String, look: &Look, page: usize, pages: usize, asked: Asked) {
    if pages <= 1 {
        return;
    }
    let words = look.language.words();
    *out += "<div class=\"bc-row-responsive\n  linkListWrapper\">\n<nav>\n\
             <ul class=\"bc-list\n    bc-list-horizontal\n    pagingElements\n    bc-list-nostyle\">\n";
    step(out, "previousButton", &href(page - 1, asked), page == 1, words.previous);
    for entry in entries(page, pages) {
        *out += "<li class=\"bc-list-item\">\n";
        *out += &match entry {
            Entry::Current => format!(
                "<span class=\"bc-text\n    bc-pub-block\n    pageNumberElement\n    bc-color-base\">{page}</span>\n"
            ),
            Entry::Gap => "<span class=\"bc-text\n    bc-pub-block\n    pageNumberElement\n    bc-color-secondary\">...</span>\n".to_owned(),
            Entry::Page(number) => format!(
                "<a class=\"bc-link\n    refinementFormLink\n    pageNumberElement\n    bc-color-link\" tabindex=\"0\" \
                 data-name=\"page\" data-value=\"{number}\" href=\"{}\">{number}</a>\n",
                href(number, asked)
            ),
        };
        *out += "</li>\n";
    }
    step(out, "nextButton", &href(page + 1, asked), page == pages, words.next);
    *out += "</ul>\n</nav>\n</div>\n";
}

fn step(out: &mut String, class: &str, href: &str, disabled: bool, text: &str) {
    let (button, link) =
        if disabled { ("bc-button-disabled", " aria-disabled=\"true\"") } else { ("", "") };
    *out += &format!(
        "<li class=\"bc-list-item\">\n<span class=\"bc-button\n  bc-button-secondary\n  {class}\n  refinementFormButton\n  {button}\n  bc-button-small\n  bc-button-inline\">\n\
         <a class=\"bc-button-text\" href=\"{href}\" tabindex=\"0\" role=\"button\"{link}>\n\
         <span class=\"bc-text\n    bc-button-text-inner\n    bc-size-action-small\">\n\
         <i aria-hidden=\"true\" class=\"bc-icon\n    bc-icon-fill-base\n    bc-icon-chevron-s2\">\n</i>\n\
         <span class=\"bc-text\n    bc-pub-offscreen\">{text}</span>\n</span>\n</a>\n</span>\n</li>\n"
    );
}

fn href(page: usize, asked: Asked) -> String {
    match asked.page_size {
        Some(size) => format!("/library/titles?page={page}&amp;pageSize={size}"),
        None => format!("/library/titles?page={page}"),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Entry {
    Page(usize),
    Current,
    Gap,
}

/// First page, last page and the neighbours of the current one; what is left out is one gap.
fn entries(page: usize, pages: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut last_shown = 0;
    for number in 1..=pages {
        if number != 1 && number != pages && number.abs_diff(page) > 2 {
            continue;
        }
        if number > last_shown + 1 {
            entries.push(Entry::Gap);
        }
        entries.push(if number == page { Entry::Current } else { Entry::Page(number) });
        last_shown = number;
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::{Entry, entries};

    #[test]
    fn left_out_pages_become_one_gap_on_each_side() {
        let shown = entries(9, 20);
        let expected = [
            Entry::Page(1),
            Entry::Gap,
            Entry::Page(7),
            Entry::Page(8),
            Entry::Current,
            Entry::Page(10),
            Entry::Page(11),
            Entry::Gap,
            Entry::Page(20),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn three_pages_need_no_gap() {
        assert_eq!(entries(1, 3), [Entry::Current, Entry::Page(2), Entry::Page(3)]);
    }
}
