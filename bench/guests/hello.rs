// The same hello in Rust, without a crate.
use std::io::{Read, Write};

fn main() {
    let mut request = String::new();
    if std::io::stdin().read_to_string(&mut request).is_err() || request.is_empty() {
        std::process::exit(1);
    }
    let answer = r#"{"data":"Hello from worker\n","headers":{"x-generated-by":"bench","content-type":"text/plain"},"status":200,"kv":{}}"#;
    let _ = std::io::stdout().write_all(answer.as_bytes());
}
