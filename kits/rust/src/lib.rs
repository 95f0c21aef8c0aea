//! Workers for wws in Rust.
//!
//! ```ignore
//! use wasm_workers_rs::{http::{Request, Response}, worker, Content};
//!
//! #[worker]
//! fn hello(request: Request<String>) -> Result<Response<Content>, Box<dyn std::error::Error>> {
//!     Ok(Response::builder().body(format!("You asked for {}\n", request.uri().path()).into())?)
//! }
//! ```
//!
//! Build for `wasm32-wasip1` (`wasm32-wasi` with compilers before 1.78) and put the `.wasm` into the
//! folder that wws serves. `#[worker(params)]` hands over the parameters of the route,
//! `#[worker(cache)]` the namespace of the key/value store, [`send_http_request`] asks other servers.

pub mod bindings;
pub mod content;
pub mod io;

use std::{collections::HashMap, error::Error, io::Write};

pub use bindings::{send_http_request, HttpError, HttpRequestError};
pub use content::{Content, FromBody};
pub use http;
pub use wasm_workers_rs_macro::worker;

/// The worker's namespace of the key/value store. What a handler leaves in it is stored when the
/// handler succeeds; when it fails nothing changes.
pub type Cache = HashMap<String, String>;

/// What `main` of a worker does; `#[worker]` writes the call.
pub fn run<Body, Answer, Failure>(
    handler: impl FnOnce(http::Request<Body>, &HashMap<String, String>, &mut Cache) -> Result<http::Response<Answer>, Failure>,
) where
    Body: FromBody,
    Answer: Into<Content>,
    Failure: Into<Box<dyn Error>>,
{
    let mut document = Vec::new();
    let read = std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut document);
    let answer = match read.map_err(io::InputError::from).and_then(|_| io::Input::parse(&document)) {
        Ok(input) => respond(input, handler),
        Err(error) => stop(&format!("the request cannot be read: {error}")),
    };
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = stdout.write_all(answer.to_json().as_bytes()).and_then(|()| stdout.flush()) {
        stop(&format!("the response cannot be written: {error}"));
    }
}

/// Without a response on stdout the server answers 500 and leaves the store alone.
fn stop(message: &str) -> ! {
    eprintln!("{message}");
    std::process::exit(1);
}

fn respond<Body, Answer, Failure>(
    input: io::Input,
    handler: impl FnOnce(http::Request<Body>, &HashMap<String, String>, &mut Cache) -> Result<http::Response<Answer>, Failure>,
) -> io::Output
where
    Body: FromBody,
    Answer: Into<Content>,
    Failure: Into<Box<dyn Error>>,
{
    let stored = input.kv.clone();
    let mut cache = input.kv.clone();
    let params = input.params.clone();
    let answer = match input.into_request() {
        Ok(request) => handler(request, &params, &mut cache).map_err(Into::into),
        Err(error) => Err(error.into()),
    };
    match answer {
        Ok(response) => io::Output::new(response.map(Into::into), cache),
        Err(error) => {
            eprintln!("There was an error running the handler: {}", with_causes(error.as_ref()));
            io::Output::failure(stored)
        }
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text += &format!(": {cause}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(kv: &str) -> io::Input {
        let text = format!(
            r#"{{"url":"http://h/a?b=1","method":"POST","headers":{{"x-a":"1"}},"body":"hi","kv":{kv},"params":{{"id":"7"}}}}"#
        );
        io::Input::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_handler_gets_the_request_its_parameters_and_the_store() {
        let output = respond(input(r#"{"n":"1"}"#), |request: http::Request<String>, params, cache| {
            cache.insert("seen".into(), params["id"].clone());
            let text = format!("{} {} {}", request.method(), request.uri(), request.body());
            http::Response::builder().status(201).header("x-b", "2").body(Content::from(text))
        });
        assert_eq!(
            output.to_json(),
            r#"{"data":"POST http://h/a?b=1 hi","headers":{"x-b":"2"},"kv":{"n":"1","seen":"7"},"status":201}"#
        );
    }

    #[test]
    fn a_failing_handler_leaves_the_store_as_it_was() {
        let output = respond(input(r#"{"n":"1"}"#), |_: http::Request<String>, _, cache| {
            cache.clear();
            Err::<http::Response<Content>, _>("no")
        });
        let json = output.to_json();
        assert!(json.contains(r#""kv":{"n":"1"}"#), "{json}");
        assert!(json.contains(r#""status":500"#) && json.contains("There was an error running the handler"), "{json}");
    }

    #[test]
    fn the_causes_of_an_error_are_told() {
        #[derive(Debug)]
        struct Outer(std::num::ParseIntError);
        impl std::fmt::Display for Outer {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("outer")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let error = Outer("x".parse::<i32>().unwrap_err());
        assert_eq!(with_causes(&error), "outer: invalid digit found in string");
    }
}
