//! Bodies: what a handler may answer with, and what it may take.

use base64::{engine::general_purpose::STANDARD, Engine};

/// The body of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Text(String),
    /// Bytes, in standard base64 with padding; `Vec<u8>::into()` encodes them.
    Base64(String),
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Content::Text(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Content::Text(text.into())
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Content::Base64(STANDARD.encode(bytes))
    }
}

impl From<()> for Content {
    fn from((): ()) -> Self {
        Content::Text(String::new())
    }
}

/// What a handler may ask for as the body of its request.
pub trait FromBody {
    fn from_body(bytes: Vec<u8>) -> Self;
}

/// Bytes that are no UTF-8 become U+FFFD; a handler that wants them as they are takes `Vec<u8>`.
impl FromBody for String {
    fn from_body(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

impl FromBody for Vec<u8> {
    fn from_body(bytes: Vec<u8>) -> Self {
        bytes
    }
}

impl FromBody for () {
    fn from_body(_: Vec<u8>) -> Self {}
}
