//! A request that is not met.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::common::message::{Explain, Message};

/// Why a request is not met. The guard puts it into words, in the language of who asks.
#[derive(Clone, Debug)]
pub struct Refused {
    status: StatusCode,
    pub message: Message,
    /// What a program can go on with.
    pub more: Option<Value>,
}

impl Refused {
    pub fn new(status: StatusCode, message: Message) -> Self {
        Self { status, message, more: None }
    }

    pub fn not_found(message: Message) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub fn unfit(message: Message) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    pub fn conflict(message: Message) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub fn failed(message: Message) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    pub fn with(mut self, more: Value) -> Self {
        self.more = Some(more);
        self
    }
}

impl<E: Explain> From<E> for Refused {
    fn from(error: E) -> Self {
        let message = error.message();
        let is_of = |group: &str| message.key.starts_with(group);
        let status = if is_of("transcript.missing") || is_of("edit.no_") || is_of("play.no_channel") {
            StatusCode::NOT_FOUND
        } else if is_of("edit.") || is_of("recorder.") || is_of("status.") || (is_of("printing.") && !error.is_usage())
        {
            StatusCode::CONFLICT
        } else if error.is_usage() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        Self::new(status, message)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
