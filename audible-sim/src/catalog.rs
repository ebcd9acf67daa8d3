//! The public catalog: product objects with the groups that were asked for.

use serde_json::{Map, Value, json};

use crate::html::escape;
use crate::library::{Library, Title};

/// Most ASINs in one request.
pub const MOST_ASINS: usize = 50;

/// Groups that the catalog knows.
const GROUPS: [&str; 31] = [
    "always-returned",
    "badge_types",
    "badges",
    "category_ladders",
    "category_media",
    "category_metadata",
    "claim_code_url",
    "content_rating",
    "contributors",
    "customer_rights",
    "image_size",
    "in_wishlist",
    "media",
    "periodicals",
    "price",
    "product_attrs",
    "product_desc",
    "product_details",
    "product_extended_attrs",
    "product_plan_details",
    "product_plans",
    "profile_sharing",
    "provided_review",
    "rating",
    "relationships",
    "relationships_v2",
    "review_attrs",
    "reviews",
    "sample",
    "series",
    "sku",
];

/// Why catalog or library refused a request, as the body of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(Value);

impl Refusal {
    pub(crate) fn new(message: &str) -> Refusal {
        Refusal(json!({ "message": message }))
    }

    /// A value that means nothing: a date, a token.
    pub(crate) fn invalid_value() -> Refusal {
        Refusal(json!({ "error": "InvalidValue" }))
    }

    /// The body of the 400 answer.
    pub fn body(&self) -> Value {
        self.0.clone()
    }
}

/// Answer to `GET /1.0/catalog/products?asins=…&response_groups=…`, both comma-joined.
///
/// Unknown ASINs come back as bare `{asin}`.
///
/// # Errors
///
/// More than 50 ASINs, or a group that the catalog does not have (those of the library among
/// them).
pub fn products(library: &Library, asins: &str, response_groups: &str) -> Result<Value, Refusal> {
    let groups = Groups::parse(response_groups, &[])?;
    let asins: Vec<&str> = asins.split(',').map(str::trim).filter(|a| !a.is_empty()).collect();
    if asins.len() > MOST_ASINS {
        return Err(Refusal::new(&format!(
            "1 validation error detected: Value '[{}]' at 'asins' failed to satisfy constraint: \
             Member must have length less than or equal to {MOST_ASINS}",
            asins.join(", ")
        )));
    }
    let products: Vec<Value> = asins.iter().map(|asin| product(library, asin, &groups)).collect();
    Ok(json!({ "products": products, "response_groups": groups.names() }))
}

/// Answer to `GET /1.0/catalog/products/{asin}`.
///
/// # Errors
///
/// A group that the catalog does not have.
pub fn one_product(library: &Library, asin: &str, response_groups: &str) -> Result<Value, Refusal> {
    let groups = Groups::parse(response_groups, &[])?;
    Ok(json!({ "product": product(library, asin, &groups), "response_groups": groups.names() }))
}

/// The asked groups.
pub(crate) struct Groups(Vec<String>);

impl Groups {
    /// Those that a request names; `more` are known beside those of the catalog.
    pub(crate) fn parse(text: &str, more: &[&str]) -> Result<Groups, Refusal> {
        let mut groups = vec!["always-returned".to_owned()];
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !GROUPS.contains(&name) && !more.contains(&name) {
                return Err(Refusal::new("Invalid response group"));
            }
            groups.push(name.to_owned());
        }
        Ok(Groups(groups))
    }

    pub(crate) fn any(&self, names: &[&str]) -> bool {
        self.0.iter().any(|group| names.contains(&group.as_str()))
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }
}

fn product(library: &Library, asin: &str, groups: &Groups) -> Value {
    match library.find(asin).filter(|title| title.in_catalog) {
        Some(title) => Value::Object(described(title, groups)),
        None => json!({ "asin": asin }),
    }
}

/// What is known of a title whoever asks; groups that were not asked for leave null.
pub(crate) fn described(title: &Title, groups: &Groups) -> Map<String, Value> {
    let mut product = Map::new();
    product.insert("asin".to_owned(), json!(title.asin));
    let mut put = |asked: bool, name: &str, value: Value| {
        product.insert(name.to_owned(), if asked { value } else { Value::Null });
    };
    let described = groups.any(&["product_desc", "product_attrs", "product_extended_attrs"]);
    put(described, "title", json!(title.title));
    put(described, "subtitle", json!(title.subtitle));
    put(described, "merchandising_summary", json!(merchandising(title)));
    put(described, "sku", json!(title.sku));
    put(true, "sku_lite", json!(format!("{}-LITE", title.sku)));
    let attributes = groups.any(&["product_attrs", "product_details"]);
    put(attributes, "content_type", json!(title.content_type));
    put(attributes, "content_delivery_type", json!(title.delivery_type));
    put(attributes, "format_type", json!("unabridged"));
    put(attributes, "language", json!(title.language));
    put(attributes, "publisher_name", json!(title.publisher));
    put(attributes, "release_date", json!(title.release_date));
    put(attributes, "issue_date", json!(title.release_date));
    put(attributes, "publication_datetime", json!(format!("{}T07:00:00Z", title.release_date)));
    put(attributes, "is_adult_product", json!(false));
    put(attributes, "is_listenable", json!(true));
    put(attributes, "has_children", json!(title.delivery_type == "MultiPartBook"));
    put(groups.any(&["product_extended_attrs"]), "publisher_summary", json!(publisher(title)));
    let people = groups.any(&["contributors"]);
    put(people, "authors", authors(title));
    put(people, "narrators", narrators(title));
    put(groups.any(&["series"]), "series", series(title));
    put(groups.any(&["media"]), "product_images", images(title));
    let runtime = (title.runtime_minutes > 0).then_some(title.runtime_minutes);
    put(groups.any(&["media", "product_attrs"]), "runtime_length_min", json!(runtime));
    put(groups.any(&["category_ladders"]), "category_ladders", ladders(title));
    put(groups.any(&["rating"]), "rating", rating(title));
    product
}

fn authors(title: &Title) -> Value {
    let people = title.authors.iter().map(|author| match &author.asin {
        Some(asin) => json!({ "asin": asin, "name": author.name }),
        None => json!({ "asin": null, "name": author.name }),
    });
    Value::Array(people.collect())
}

/// Nobody named is null, as in real answers.
fn narrators(title: &Title) -> Value {
    if title.narrators.is_empty() {
        return Value::Null;
    }
    title.narrators.iter().map(|name| json!({ "asin": null, "name": name })).collect()
}

fn series(title: &Title) -> Value {
    if title.series.is_empty() {
        return Value::Null;
    }
    let entries = title.series.iter().map(|entry| {
        json!({
            "asin": entry.asin,
            "title": entry.title,
            "sequence": entry.sequence().unwrap_or_default(),
            "url": format!("/pd/{}-Audiobook/{}", crate::html::slug(&entry.title), entry.asin),
        })
    });
    Value::Array(entries.collect())
}

fn images(title: &Title) -> Value {
    title.cover_url().map_or(Value::Null, |url| json!({ "500": url }))
}

fn ladders(title: &Title) -> Value {
    if title.categories.is_empty() {
        return json!([]);
    }
    let steps: Vec<Value> =
        title.categories.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
    json!([{ "root": "Genres", "ladder": steps }])
}

fn rating(title: &Title) -> Value {
    let Some(rating) = title.rating else { return Value::Null };
    let [one, two, three, four, five] = stars(rating.average, rating.count);
    let distribution = json!({
        "average_rating": rating.average,
        "display_average_rating": format!("{:.1}", rating.average),
        "display_stars": (rating.average * 2.0).round() / 2.0,
        "num_ratings": rating.count,
        "num_five_star_ratings": five,
        "num_four_star_ratings": four,
        "num_three_star_ratings": three,
        "num_two_star_ratings": two,
        "num_one_star_ratings": one,
    });
    json!({
        "num_reviews": rating.count / 8,
        "overall_distribution": distribution,
        "performance_distribution": distribution,
        "story_distribution": distribution,
    })
}

/// How many gave one to five stars: everybody one of the two whole numbers next to the mean.
fn stars(average: f64, count: u32) -> [u32; 5] {
    let hundredths = (100..=500_u32).find(|n| f64::from(*n) >= average * 100.0 - 0.5);
    let hundredths = u64::from(hundredths.unwrap_or(500));
    let upper = u32::try_from(u64::from(count) * (hundredths % 100) / 100).unwrap_or(count);
    [1_u64, 2, 3, 4, 5].map(|number| match number {
        number if number == hundredths / 100 => count - upper,
        number if number == hundredths / 100 + 1 => upper,
        _ => 0,
    })
}

/// The whole summary as HTML, its opening in bold.
fn publisher(title: &Title) -> String {
    let paragraphs = title.summary.iter().enumerate().map(|(place, text)| {
        let text = escape(text);
        if place == 0 { format!("<p><b>{text}</b></p>") } else { format!("<p>{text}</p>") }
    });
    paragraphs.collect::<Vec<_>>().join(" ")
}

fn merchandising(title: &Title) -> String {
    title
        .teaser(crate::page::TEASER_LENGTH)
        .map_or(String::new(), |text| format!("<p>{}</p>", escape(&text)))
}
