use std::num::ParseIntError;

use wasm_workers_rs::{
    http::{Request, Response},
    worker, Cache, Content,
};

#[worker(cache)]
fn handler(_request: Request<String>, cache: &mut Cache) -> Result<Response<Content>, ParseIntError> {
    let count: u64 = match cache.get("counter") {
        Some(text) => text.parse()?,
        None => 0,
    };
    cache.insert("counter".into(), (count + 1).to_string());
    Ok(Response::new(format!("Counter: {count}\n").into()))
}
