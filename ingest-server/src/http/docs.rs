//! `/api/docs`: the OpenAPI document as a page for people, without foreign code, so that it works offline
//! and under the strict policy.

use askama::Template;
use axum::{Extension, extract::State, response::Html};
use serde_json::Value;

use super::{error::Failure, openapi::Document};
use crate::{app::App, locale::Locale};

/// `templates/docs.html`
#[derive(Template)]
#[template(path = "docs.html")]
struct DocsView<'a> {
    locale: Locale,
    base: &'a str,
    version: &'a str,
    operations: Vec<Operation<'a>>,
    schemas: Vec<Schema<'a>>,
}

struct Operation<'a> {
    method: String,
    path: &'a str,
    summary: &'a str,
    description: &'a str,
    token: bool,
    parameters: Vec<Parameter<'a>>,
    body: Option<Kind<'a>>,
    answers: Vec<Answer<'a>>,
}

struct Parameter<'a> {
    name: &'a str,
    place: &'a str,
    description: &'a str,
    required: bool,
}

struct Answer<'a> {
    status: &'a str,
    description: &'a str,
    kind: Option<Kind<'a>>,
}

/// A media type, and the schema it has.
struct Kind<'a> {
    media: &'a str,
    schema: Option<&'a str>,
}

struct Schema<'a> {
    name: &'a str,
    json: String,
}

/// Every operation and every schema on one page.
#[utoipa::path(get, path = "/api/docs", tag = "operators",
    responses((status = 200, description = "This document as a page", content_type = "text/html", body = String)))]
pub(super) async fn docs(
    State(app): State<App>,
    Extension(document): Extension<Document>,
) -> Result<Html<String>, Failure> {
    let document: Value = serde_json::from_str(document.text()).unwrap_or_default();
    let view = DocsView {
        locale: Locale::English,
        base: app.settings().base_path(),
        version: text(&document, "/info/version"),
        operations: operations(&document),
        schemas: schemas(&document),
    };
    Ok(Html(view.render()?))
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| Operation::new(method, path, operation))
        })
        .collect()
}

fn schemas(document: &Value) -> Vec<Schema<'_>> {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    schemas
        .map(|(name, schema)| Schema {
            name,
            json: serde_json::to_string_pretty(schema).unwrap_or_default(),
        })
        .collect()
}

impl<'a> Operation<'a> {
    fn new(method: &str, path: &'a str, operation: &'a Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let answers = operation["responses"].as_object().into_iter().flatten();
        Self {
            method: method.to_uppercase(),
            path,
            summary: text(operation, "/summary"),
            description: text(operation, "/description"),
            token: operation["security"].is_array(),
            parameters: parameters.map(Parameter::new).collect(),
            body: kind(&operation["requestBody"]),
            answers: answers.map(|(status, answer)| Answer::new(status, answer)).collect(),
        }
    }
}

impl<'a> Parameter<'a> {
    fn new(parameter: &'a Value) -> Self {
        Self {
            name: text(parameter, "/name"),
            place: text(parameter, "/in"),
            description: text(parameter, "/description"),
            required: parameter["required"] == true,
        }
    }
}

impl<'a> Answer<'a> {
    fn new(status: &'a str, answer: &'a Value) -> Self {
        Self { status, description: text(answer, "/description"), kind: kind(answer) }
    }
}

fn kind(of: &Value) -> Option<Kind<'_>> {
    let (media, content) = of["content"].as_object()?.iter().next()?;
    let schema = &content["schema"];
    let reference = schema["$ref"].as_str().or_else(|| schema["items"]["$ref"].as_str());
    Some(Kind { media, schema: reference.and_then(|name| name.rsplit('/').next()) })
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
