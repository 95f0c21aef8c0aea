mod pdf;

use wasm_workers_rs::{
    http::{header, Error, Method, Request, Response, StatusCode},
    worker, Content,
};

#[worker]
fn handler(request: Request<String>) -> Result<Response<Content>, Error> {
    if request.method() != Method::POST {
        return Response::builder()
            .status(StatusCode::METHOD_NOT_ALLOWED)
            .header(header::ALLOW, "POST")
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .body("POST a text, and a PDF of it comes back.\n".into());
    }
    Response::builder()
        .header(header::CONTENT_TYPE, "application/pdf")
        .header(header::CONTENT_DISPOSITION, "attachment; filename=\"document.pdf\"")
        .body(pdf::render(request.body()).into()) // bytes, so the response is binary
}
