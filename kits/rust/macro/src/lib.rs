//! `#[worker]`: see the crate `wasm-workers-rs`, which exports it.

use proc_macro::{TokenStream, TokenTree};

/// Makes a program of a handler: adds a `main` that reads the request, calls the handler and writes
/// the response.
///
/// The handler's arguments are the request, then `&HashMap<String, String>` with
/// `#[worker(params)]`, then `&mut Cache` with `#[worker(cache)]`; `#[worker(params, cache)]` has both.
#[proc_macro_attribute]
pub fn worker(options: TokenStream, item: TokenStream) -> TokenStream {
    match expand(options, &item) {
        Ok(main) => [item, main].into_iter().collect(),
        Err(message) => [item, compile_error(&message)].into_iter().collect(),
    }
}

fn expand(options: TokenStream, item: &TokenStream) -> Result<TokenStream, String> {
    let (params, cache) = parse_options(options)?;
    let handler = find_name(item)?;
    let arguments = match (params, cache) {
        (false, false) => "request",
        (true, false) => "request, params",
        (false, true) => "request, cache",
        (true, true) => "request, params, cache",
    };
    let main = format!(
        "fn main() {{ #[allow(unused_variables)] \
         ::wasm_workers_rs::run(|request, params, cache| {handler}({arguments})) }}"
    );
    Ok(main.parse().expect("the text above is Rust"))
}

/// (params, cache)
fn parse_options(options: TokenStream) -> Result<(bool, bool), String> {
    let (mut params, mut cache) = (false, false);
    for token in options {
        match token.to_string().as_str() {
            "params" => params = true,
            "cache" => cache = true,
            "," => {}
            other => return Err(format!("#[worker] knows `cache` and `params`, not `{other}`")),
        }
    }
    Ok((params, cache))
}

/// The name of the function that the attribute stands on.
fn find_name(item: &TokenStream) -> Result<String, String> {
    let mut before = None;
    for token in item.clone() {
        match (&token, &before) {
            (TokenTree::Ident(name), Some(keyword)) if keyword == "fn" => return check_name(name.to_string()),
            (TokenTree::Ident(word), _) if word.to_string() == "async" => {
                return Err("a worker is a plain `fn`, not an `async fn`".into());
            }
            _ => before = Some(token.to_string()),
        }
    }
    Err("#[worker] stands on a function".into())
}

fn check_name(name: String) -> Result<String, String> {
    if name == "main" {
        return Err("#[worker] writes `main` itself: give the handler another name".into());
    }
    Ok(name)
}

fn compile_error(message: &str) -> TokenStream {
    format!("compile_error!({message:?});").parse().expect("the text above is Rust")
}
