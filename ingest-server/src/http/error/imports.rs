//! What is told of chunks and files that were not taken.

use axum::http::{StatusCode, header};
use importers::Unreadable;

use super::{AGAIN_SOON, Problem, internal, store_problem};
use crate::{files::FileRefused, ingest::Refused};

pub(super) fn too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is larger than this server takes",
        format!("Cut the run into smaller chunks: a body has at most {limit} bytes."),
    )
}

pub(super) fn file_too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "file_too_large",
        "The file is larger than this server takes",
        format!("A file has at most {limit} bytes here; MEFEED_FILE_LIMIT sets another limit."),
    )
}

pub(super) fn file_problem(refused: FileRefused) -> Problem {
    let error = match refused {
        FileRefused::Import(refused) => return refused_problem(refused),
        FileRefused::Store(error) => return store_problem(&error),
        FileRefused::Reader(_)
        | FileRefused::Own(_)
        | FileRefused::Unreadable(Unreadable::Io(_)) => return internal(),
        FileRefused::OtherFormat(format) => {
            let detail =
                format!("It is an export of {}. Send it to /api/import/file.", format.name());
            let title = "The file is of another program";
            return Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "file_other_format",
                title,
                detail,
            );
        }
        FileRefused::Unreadable(error) => error,
    };
    let (title, detail) = unreadable(&error);
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), title, detail)
}

/// What a file is that cannot be read, and what to do.
const fn unreadable(error: &Unreadable) -> (&'static str, &'static str) {
    match error {
        Unreadable::Empty => ("The file is empty", "Export it again and send the new file."),
        Unreadable::Wishlist => (
            "This is a wishlist",
            "Export the library instead: a wishlist holds what you do not have.",
        ),
        Unreadable::TooLarge => (
            "The archive unpacks to more than this server takes",
            "Unpack it and send the file with the library alone.",
        ),
        Unreadable::Damaged => (
            "The archive is damaged or has a password",
            "Download it again, or unpack it and send the file with the library alone.",
        ),
        Unreadable::Unknown | Unreadable::Io(_) => (
            "This is no library export that this server knows",
            "docs/files.md lists the programs and which of their exports to take.",
        ),
    }
}

pub(super) fn busy() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "server_busy",
        "Other imports are being taken in",
        "Send the same bytes with the same key again in some seconds.",
    )
    .with(header::RETRY_AFTER, AGAIN_SOON)
}

pub(super) fn refused_problem(refused: Refused) -> Problem {
    let invalid = StatusCode::UNPROCESSABLE_ENTITY;
    match refused {
        Refused::KeyMissing => Problem::new(
            invalid,
            "idempotency_key_missing",
            "The header Idempotency-Key is missing",
            "Send it as {run.id}:{chunk.index}, so that sending again is harmless.",
        ),
        Refused::KeyMismatch { expected } => Problem::new(
            invalid,
            "idempotency_key_mismatch",
            "The header Idempotency-Key names another chunk",
            format!("For this body it is {expected}."),
        ),
        Refused::KeyReused => key_reused(),
        Refused::RunUndone => run_undone(),
        Refused::Envelope(errors) => {
            let title = "The request is not valid";
            let detail = "Nothing was stored. Each entry of errors says where and why.";
            Problem { errors, ..Problem::new(invalid, "envelope_invalid", title, detail) }
        }
        Refused::Store(error) => store_problem(&error),
        Refused::Checker(_) => internal(),
    }
}

fn run_undone() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "run_undone",
        "This import was taken back",
        "Take that back in the history of imports, or read the library again as a new run.",
    )
}

fn key_reused() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "idempotency_key_reused",
        "Another body came with this key before",
        "Send the bytes that were sent first, or start a new run. Nothing was stored now.",
    )
}
