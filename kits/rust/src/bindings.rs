//! Outbound HTTP through the server, which checks it against the worker's configuration.
//!
//! The import is `http`.`send-http-request` in the canonical ABI of wit-bindgen 0.2: strings and
//! lists are (pointer, length), and the server allocates what it returns with
//! `canonical_abi_realloc`.

use std::{error::Error, fmt};

use http::{Request, Response};

/// What went wrong; the order is the interface's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpError {
    InvalidRequest,
    InvalidRequestBody,
    InvalidResponseBody,
    NotAllowed,
    InternalError,
    Timeout,
    RedirectLoop,
}

#[derive(Clone, Debug)]
pub struct HttpRequestError {
    pub error: HttpError,
    pub message: String,
}

impl fmt::Display for HttpRequestError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:?}: {}", self.error, self.message)
    }
}
impl Error for HttpRequestError {}

fn invalid(message: String) -> HttpRequestError {
    HttpRequestError { error: HttpError::InvalidRequest, message }
}

/// The interface's number of a method.
fn method_number(method: &http::Method) -> Result<i32, HttpRequestError> {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
    match METHODS.iter().position(|known| *known == method.as_str()) {
        Some(number) => Ok(number as i32),
        None => Err(invalid(format!("the method '{method}' cannot be sent; known are {}", METHODS.join(", ")))),
    }
}

/// Sends a request and waits for the whole response. Its host must be among `allowed_hosts` of the
/// worker's `[features.http_requests]`.
pub fn send_http_request<T: Into<Vec<u8>>>(request: Request<T>) -> Result<Response<Vec<u8>>, HttpRequestError> {
    let (head, body) = request.into_parts();
    let body = body.into();
    let received = import::send(method_number(&head.method)?, &head.uri.to_string(), &head.headers, &body)?;
    let mut builder = Response::builder().status(received.status);
    for (name, value) in &received.headers {
        builder = builder.header(name.as_slice(), value.as_slice());
    }
    builder.body(received.body).map_err(|error| HttpRequestError {
        error: HttpError::InternalError,
        message: format!("the server handed over a malformed response: {error}"),
    })
}

struct Received {
    status: u16,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
}

#[cfg(not(target_arch = "wasm32"))]
mod import {
    use super::*;

    pub(super) fn send(_: i32, _: &str, _: &http::HeaderMap, _: &[u8]) -> Result<Received, HttpRequestError> {
        let message = "outbound HTTP is there in a WebAssembly worker only".into();
        Err(HttpRequestError { error: HttpError::InternalError, message })
    }
}

#[cfg(target_arch = "wasm32")]
mod import {
    use super::*;
    use std::alloc::{alloc, dealloc, handle_alloc_error, realloc, Layout};

    #[link(wasm_import_module = "http")]
    extern "C" {
        #[link_name = "send-http-request"]
        fn send_http_request(
            has_body: i32,
            body: *const u8,
            body_size: usize,
            headers: *const Pair,
            header_count: usize,
            method: i32,
            params: *const Pair,
            param_count: usize,
            uri: *const u8,
            uri_size: usize,
            area: *mut Area,
        );
    }

    #[repr(C)]
    struct Bytes(*const u8, usize);
    #[repr(C)]
    struct Pair(Bytes, Bytes);

    /// 28 bytes: a tag, then a response or an error.
    #[repr(C, align(4))]
    struct Area {
        failed: u32,
        has_body_or_error: u32,
        body_or_message: Bytes,
        headers: *mut Pair,
        header_count: usize,
        status: u32,
    }

    pub(super) fn send(method: i32, uri: &str, headers: &http::HeaderMap, body: &[u8]) -> Result<Received, HttpRequestError> {
        let borrow = |bytes: &[u8]| Bytes(bytes.as_ptr(), bytes.len());
        let fields: Vec<Pair> =
            headers.iter().map(|(name, value)| Pair(borrow(name.as_ref()), borrow(value.as_bytes()))).collect();
        let mut area = Area {
            failed: 0,
            has_body_or_error: 0,
            body_or_message: Bytes(std::ptr::null(), 0),
            headers: std::ptr::null_mut(),
            header_count: 0,
            status: 0,
        };
        // SAFETY: every pointer is to memory of that size that outlives the call; what the server
        // hands back was allocated by canonical_abi_realloc below and is ours.
        unsafe {
            send_http_request(
                i32::from(!body.is_empty()),
                body.as_ptr(),
                body.len(),
                fields.as_ptr(),
                fields.len(),
                method,
                std::ptr::null(),
                0,
                uri.as_ptr(),
                uri.len(),
                &mut area,
            );
            read(&area)
        }
    }

    unsafe fn read(area: &Area) -> Result<Received, HttpRequestError> {
        const ERRORS: [HttpError; 7] = [
            HttpError::InvalidRequest,
            HttpError::InvalidRequestBody,
            HttpError::InvalidResponseBody,
            HttpError::NotAllowed,
            HttpError::InternalError,
            HttpError::Timeout,
            HttpError::RedirectLoop,
        ];
        // Tags are one byte; what stands beside them is padding.
        let number = (area.has_body_or_error & 0xff) as usize;
        let bytes = take(&area.body_or_message);
        if area.failed & 0xff != 0 {
            let error = ERRORS.get(number).copied().unwrap_or(HttpError::InternalError);
            return Err(HttpRequestError { error, message: String::from_utf8_lossy(&bytes).into_owned() });
        }
        let mut headers = Vec::with_capacity(area.header_count);
        for index in 0..area.header_count {
            let Pair(name, value) = &*area.headers.add(index);
            headers.push((take(name), take(value)));
        }
        let list = Layout::array::<Pair>(area.header_count).expect("a list in memory");
        canonical_abi_free(area.headers.cast(), list.size(), list.align());
        let status = (area.status & 0xffff) as u16;
        Ok(Received { status, headers, body: if number == 1 { bytes } else { Vec::new() } })
    }

    unsafe fn take(bytes: &Bytes) -> Vec<u8> {
        if bytes.1 == 0 {
            return Vec::new();
        }
        Vec::from_raw_parts(bytes.0 as *mut u8, bytes.1, bytes.1)
    }

    #[export_name = "canonical_abi_realloc"]
    unsafe extern "C" fn canonical_abi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
        let layout = Layout::from_size_align(size, align).unwrap_or_else(|_| std::process::abort());
        let place = match (old_size, size) {
            (_, 0) => return align as *mut u8,
            (0, _) => alloc(layout),
            _ => realloc(old, Layout::from_size_align_unchecked(old_size, align), size),
        };
        if place.is_null() {
            handle_alloc_error(layout);
        }
        place
    }

    #[export_name = "canonical_abi_free"]
    unsafe extern "C" fn canonical_abi_free(place: *mut u8, size: usize, align: usize) {
        if size != 0 {
            dealloc(place, Layout::from_size_align_unchecked(size, align));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_the_interface_lacks_is_refused() {
        let request = Request::builder().method("PURGE").uri("https://example.com/").body("").unwrap();
        let error = send_http_request(request).unwrap_err();
        assert_eq!(error.error, HttpError::InvalidRequest);
        assert!(error.message.contains("PURGE"), "{error}");
        assert_eq!(method_number(&http::Method::HEAD).unwrap(), 6);
    }
}
