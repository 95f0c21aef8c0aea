use std::collections::HashMap;

use wasm_workers_rs::{
    http::{Error, Request, Response},
    worker, Content,
};

#[worker(params)]
fn handler(_request: Request<String>, params: &HashMap<String, String>) -> Result<Response<Content>, Error> {
    let id = params.get("id").map_or("(none)", String::as_str);
    Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(format!("[id].wasm answers; the id is: {id}\n").into())
}
