use std::error::Error;

use wasm_workers_rs::{
    http::{Request, Response, StatusCode},
    send_http_request, worker, Content,
};

#[worker]
fn handler(_request: Request<String>) -> Result<Response<Content>, Box<dyn Error>> {
    let question = Request::get(std::env::var("SOURCE")?).header("accept", "application/json").body(Vec::new())?;
    let plain = Response::builder().header("content-type", "text/plain; charset=utf-8");
    Ok(match send_http_request(question) {
        Ok(answer) => plain.body(format!("The source answered {}:\n{}\n", answer.status(), text(answer.body())).into())?,
        Err(error) => plain.status(StatusCode::BAD_GATEWAY).body(format!("The source does not answer: {error}\n").into())?,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
