//! The OpenAPI document: paths come from the routes themselves, the wire types from `shared`.

use std::sync::Arc;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};
use shared::wire::v1::{ImportReceipt, ImportRequest};
use utoipa::openapi::{
    self,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// The document as text, made once.
#[derive(Clone, Debug)]
pub(super) struct Document(Arc<str>);

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Me Feed",
    description = "Takes audiobook libraries in and shows them. Problems are RFC 9457 with a stable `code`."
))]
struct Head;

/// Title, version and how to present a token.
pub(super) fn head() -> openapi::OpenApi {
    let mut document = <Head as utoipa::OpenApi>::openapi();
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token made by `ingest-server token create`: mf_…"))
        .build();
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("token", SecurityScheme::Http(token));
    document
}

impl Document {
    /// Adds the wire types, which stand in `shared` and know nothing of OpenAPI.
    pub(super) fn new(document: &openapi::OpenApi) -> Self {
        let mut document = serde_json::to_value(document).unwrap_or_default();
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let mut generator = settings.into_generator();
        generator.subschema_for::<ImportRequest>();
        generator.subschema_for::<ImportReceipt>();
        if let Some(schemas) =
            document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
        {
            schemas.extend(generator.take_definitions(true));
            schemas.insert("Problem".to_owned(), problem());
            schemas.insert("OAuthError".to_owned(), oauth_error());
        }
        Self(document.to_string().into())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// RFC 9457 with what we add to it.
fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "description": "urn:me-feed:problem:{code}"},
            "title": {"type": "string", "description": "What happened"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What to do next"},
            "code": {"type": "string", "description": "Stable name for programs"},
            "request_id": {"type": "string", "description": "As in the header x-request-id"},
            "errors": {
                "type": "array",
                "description": "What is wrong with the request, with envelope_invalid",
                "items": {
                    "type": "object",
                    "required": ["pointer", "reason"],
                    "properties": {
                        "pointer": {"type": "string", "description": "JSON pointer"},
                        "reason": {"type": "string"}
                    }
                }
            }
        }
    })
}

/// RFC 6749, section 5.2.
fn oauth_error() -> Value {
    json!({
        "type": "object",
        "required": ["error", "error_description"],
        "properties": {
            "error": {"type": "string", "enum": [
                "authorization_pending", "slow_down", "access_denied", "expired_token",
                "invalid_grant", "invalid_client", "invalid_scope", "invalid_request",
                "unsupported_grant_type"
            ]},
            "error_description": {"type": "string", "description": "What to do next"}
        }
    })
}
