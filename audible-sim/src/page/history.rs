//! The purchase history: a table of what was ordered, a page of a year at a time.
//!
//! Of an order with several titles only the first row says when; the others follow it.

use super::{Look, frame};
use crate::html::escape;
use crate::library::Library;
use crate::marketplace::Marketplace;
use crate::order::{self, Order};
use crate::words::Language;

/// What a page of the history is asked for.
#[derive(Debug, Clone, Copy)]
pub struct HistoryAsked<'a> {
    /// A year, `last_90_days`, ...; the filter's value.
    pub filter: &'a str,
    /// From 1.
    pub page: usize,
    /// Orders on a page: 20 or 40.
    pub size: Option<usize>,
}

/// One page of the purchase history of a signed-in person.
pub fn history_page(
    library: &Library,
    marketplace: Marketplace,
    language: Language,
    asked: HistoryAsked<'_>,
) -> String {
    let look = &Look { marketplace, language };
    let orders = order::orders(library);
    let (shown, pages) = order::part(&orders, asked.filter, asked.page, asked.size);
    let mut out = String::new();
    frame::open_plain(&mut out, look, "Purchase History");
    filter(&mut out, &order::years(&orders), asked.filter);
    out += "<table class=\"bc-table bc-table-striped\"><tbody>\n";
    for order in shown {
        rows(&mut out, look, order);
    }
    out += "</tbody></table>\n";
    paging(&mut out, asked, pages);
    out += "</div>\n</body>\n</html>\n";
    out
}

fn filter(out: &mut String, years: &[String], chosen: &str) {
    *out += "<form method=\"get\" action=\"/account/purchase-history\">\n\
             <input type=\"hidden\" name=\"tf\" value=\"orders\">\n\
             <select id=\"ui-it-purchase-history-date-filter\" name=\"df\">\n";
    let ranges = ["last_90_days", "last_180_days", "last_365_days"];
    for value in ranges.into_iter().chain(years.iter().map(String::as_str)) {
        let selected = if value == chosen { " selected" } else { "" };
        *out += &format!("<option value=\"{value}\"{selected}>{value}</option>\n");
    }
    *out += "</select>\n</form>\n";
}

fn rows(out: &mut String, look: &Look, order: &Order<'_>) {
    for (place, title) in order.titles.iter().enumerate() {
        *out += "<tr class=\"bc-table-row\">\n<td>";
        if place == 0 {
            *out += &format!(
                "<a class=\"bc-link\" href=\"/account/order-details?orderId={}&amp;ref=a_order\">\n\
                 <span class=\"bc-text ui-it-purchasehistory-item-purchasedate\">\n  {}\n</span></a>",
                order.id,
                order::written(&order.day, look.marketplace)
            );
        }
        let (asin, name) = (escape(&title.asin), escape(&title.title));
        *out += &format!(
            "</td>\n<td class=\"ui-it-purchasehistory-item-title\"><a class=\"bc-link\" href=\"/pd/{asin}\">{name}</a></td>\n\
             <td class=\"ui-it-purchasehistory-item-total\"><div>1</div></td>\n\
             <td><a class=\"bc-link\" href=\"#\" data-order-item-id=\"{id}-{place}\" data-order-item-asin=\"{asin}\" \
             data-order-id=\"{id}\" data-order-item-name=\"{name}\" data-order-item-cost=\"\" \
             data-order-item-credit-cost=\"1\">&hellip;</a></td>\n</tr>\n",
            id = order.id,
        );
    }
}

fn paging(out: &mut String, asked: HistoryAsked<'_>, pages: usize) {
    if pages < 2 {
        return;
    }
    *out += "<div class=\"purchase-history-pagination-wrapper\">\n";
    for page in 1..=pages {
        *out += &if page == asked.page.max(1) {
            format!("<span class=\"purchase-history-pagination-button\">{page}</span>\n")
        } else {
            let (filter, size) = (escape(asked.filter), asked.size.unwrap_or(20));
            format!(
                "<a class=\"bc-link purchase-history-pagination-button\" \
                 href=\"/account/purchase-history?tf=orders&amp;df={filter}&amp;pn={page}&amp;ps={size}\">{page}</a>\n"
            )
        };
    }
    *out += "</div>\n";
}
