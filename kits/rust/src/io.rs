//! The two JSON documents between the server and a worker: the request on stdin, the response on
//! stdout.

use std::{collections::HashMap, error::Error, fmt};

use base64::{engine::general_purpose::STANDARD, Engine};
use serde_json::{json, Map, Value};

use crate::{content::FromBody, Cache, Content};

/// Why a document is no request.
#[derive(Debug)]
pub struct InputError(String);

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl Error for InputError {}
impl From<std::io::Error> for InputError {
    fn from(error: std::io::Error) -> Self {
        InputError(error.to_string())
    }
}

/// A request as the server writes it.
#[derive(Clone, Debug)]
pub struct Input {
    pub url: String,
    pub method: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
    pub kv: Cache,
    pub params: HashMap<String, String>,
}

impl Input {
    pub fn parse(document: &[u8]) -> Result<Self, InputError> {
        let value: Value = serde_json::from_slice(document).map_err(|error| InputError(error.to_string()))?;
        Ok(Input {
            url: text(&value, "url")?,
            method: text(&value, "method")?,
            headers: texts(&value, "headers")?,
            body: body(&value)?,
            kv: texts(&value, "kv")?,
            params: texts(&value, "params")?,
        })
    }

    pub fn into_request<Body: FromBody>(self) -> Result<http::Request<Body>, http::Error> {
        let mut builder = http::Request::builder().method(self.method.as_str()).uri(encode(&self.url));
        for (name, value) in &self.headers {
            builder = builder.header(name, http::HeaderValue::from_bytes(value.as_bytes())?);
        }
        builder.body(Body::from_body(self.body))
    }
}

/// Percent-encodes what a client may send but `http::Uri` does not take.
fn encode(url: &str) -> String {
    url.bytes().fold(String::with_capacity(url.len()), |mut text, byte| {
        match byte {
            b'"' | b'<' | b'>' | 0..=0x20 | 0x7f..=0xff => text += &format!("%{byte:02X}"),
            _ => text.push(byte as char),
        }
        text
    })
}

fn text(value: &Value, name: &str) -> Result<String, InputError> {
    match &value[name] {
        Value::String(text) => Ok(text.clone()),
        _ => Err(InputError(format!("`{name}` is no string"))),
    }
}

fn texts(value: &Value, name: &str) -> Result<HashMap<String, String>, InputError> {
    let wrong = || InputError(format!("`{name}` is no object of strings"));
    let pairs = value[name].as_object().ok_or_else(wrong)?;
    let pair = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_string()));
    pairs.iter().map(|one| pair(one).ok_or_else(wrong)).collect()
}

fn body(value: &Value) -> Result<Vec<u8>, InputError> {
    let body = text(value, "body")?;
    if value["base64"] != Value::Bool(true) {
        return Ok(body.into_bytes());
    }
    STANDARD.decode(body).map_err(|error| InputError(format!("`body`: {error}")))
}

/// A response as the server reads it.
#[derive(Debug)]
pub struct Output {
    response: http::Response<Content>,
    kv: Cache,
}

impl Output {
    /// `kv` is the whole namespace as it shall be.
    pub fn new(response: http::Response<Content>, kv: Cache) -> Self {
        Output { response, kv }
    }

    /// The answer for a handler that failed; `kv` is what the request brought.
    pub fn failure(kv: Cache) -> Self {
        let mut response = http::Response::new(Content::from("There was an error running the handler"));
        *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        let plain = http::HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(http::header::CONTENT_TYPE, plain);
        Output { response, kv }
    }

    pub fn to_json(&self) -> String {
        let kv: Map<String, Value> = self.kv.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        let mut document = json!({
            "headers": self.headers(),
            "status": self.response.status().as_u16(),
            "kv": kv,
        });
        match self.response.body() {
            Content::Text(text) => document["data"] = json!(text),
            Content::Base64(text) => {
                document["data"] = json!(text);
                document["base64"] = json!(true);
            }
        }
        document.to_string()
    }

    /// A field that repeats is a list, which wws takes for several fields of that name.
    fn headers(&self) -> Map<String, Value> {
        let headers = self.response.headers();
        let text = |value: &http::HeaderValue| json!(String::from_utf8_lossy(value.as_bytes()));
        let field = |name: &http::HeaderName| {
            let mut values: Vec<Value> = headers.get_all(name).iter().map(text).collect();
            let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
            (name.to_string(), value)
        };
        headers.keys().map(field).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_body_arrives_as_its_bytes() {
        let text = br#"{"url":"/","method":"PUT","headers":{},"body":"AP8=","kv":{},"params":{},"base64":true}"#;
        let request = Input::parse(text).unwrap().into_request::<Vec<u8>>().unwrap();
        assert_eq!(request.body(), &[0, 255]);
    }

    #[test]
    fn characters_that_a_uri_lacks_are_encoded() {
        let text = r#"{"url":"http://h/<\u00e4>?q=\"{|}","method":"GET","headers":{},"body":"","kv":{},"params":{}}"#;
        let request = Input::parse(text.as_bytes()).unwrap().into_request::<()>().unwrap();
        assert_eq!(request.uri(), "http://h/%3C%C3%A4%3E?q=%22{|}");
    }

    #[test]
    fn what_is_no_request_is_named() {
        for (text, message) in [
            ("", "EOF"),
            ("[]", "`url` is no string"),
            (r#"{"url":"/","method":1}"#, "`method` is no string"),
            (r#"{"url":"/","method":"GET","headers":{"a":1}}"#, "`headers` is no object of strings"),
            (r#"{"url":"/","method":"GET","headers":{},"body":"%","base64":true}"#, "`body`"),
        ] {
            let error = Input::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(message), "{error} has no {message}");
        }
    }

    #[test]
    fn bytes_and_repeated_headers_leave_as_the_server_reads_them() {
        let response = http::Response::builder()
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .body(Content::from(vec![0u8, 255]))
            .unwrap();
        assert_eq!(
            Output::new(response, Cache::new()).to_json(),
            r#"{"base64":true,"data":"AP8=","headers":{"set-cookie":["a=1","b=2"]},"kv":{},"status":200}"#
        );
    }
}
