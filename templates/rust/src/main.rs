// Answers "/".
use wasm_workers_rs::{
    http::{Error, Request, Response},
    worker, Content,
};

#[worker]
fn hello(request: Request<String>) -> Result<Response<Content>, Error> {
    Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(format!("Hello from Rust!\nYou asked: {} {}\n", request.method(), request.uri()).into())
}
