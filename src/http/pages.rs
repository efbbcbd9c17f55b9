use axum::http::{Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::fault::Fault;

/// What `npm --prefix web run build` made: packed in by a release build, read from the disk by a debug build.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/web/dist"]
#[allow_missing = true]
struct Built;

/// Stands in for the page in a binary that was built without it.
const NOT_BUILT: &str = include_str!("not_built.html");

/// What the build makes to begin with.
const START_PAGES: &[&str] = &["index.html", "floor.html", "review.html"];

/// Files under here carry a hash of their content in their name.
const HASHED: &str = "assets/";

/// A file of the agent's page.
pub(super) async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    file(if path.is_empty() { "index.html" } else { path })
}

/// A packed file by its path, such as `floor.html`; a page of a binary that was built without it says so.
pub(crate) fn file(path: &str) -> Response {
    match find(path) {
        Some(file) => respond(path, file),
        None if START_PAGES.contains(&path) => Html(NOT_BUILT).into_response(),
        None => Fault::not_found().into_response(),
    }
}

/// Names are taken as they stand, without decoding: the build makes plain ones.
fn find(path: &str) -> Option<EmbeddedFile> {
    let plain = |name: &str| {
        !name.starts_with('.')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if path.split('/').all(|name| !name.is_empty() && plain(name)) { Built::get(path) } else { None }
}

fn respond(path: &str, file: EmbeddedFile) -> Response {
    let mut content_type = file.metadata.mimetype().to_owned();
    if content_type.starts_with("text/") {
        content_type.push_str("; charset=utf-8");
    }
    let cache = if path.starts_with(HASHED) { "max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, cache.to_owned())];
    (headers, file.data.into_owned()).into_response()
}
