use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Semaphore;

use super::fault::Fault;
use crate::script::FILE_BYTES_MAX;
use crate::workbench::{DIALOGUE_BYTES_MAX, ExplainRequest, Files, TryRequest};

/// Conversations run at a time; more wait. A run is some ten milliseconds of one core, and a call comes first.
const RUNS_MAX: usize = 1;
/// JSON may write a character of a script in two.
const BODY_BYTES_MAX: usize = 2 * (FILE_BYTES_MAX + DIALOGUE_BYTES_MAX);

/// Reads the files that the page tries, each time anew, so that a script's owner sees what was saved last. The error is a
/// sentence for that person.
pub type ReadFiles = Arc<dyn Fn() -> Result<Files, String> + Send + Sync>;

/// What the page of the script's owner asks: `POST /script/try` and `POST /script/explain`.
///
/// Runs apart from the threads that serve others: a long conversation delays no cue.
pub fn script_routes<S: Clone + Send + Sync + 'static>(read: ReadFiles) -> Router<S> {
    let places = Arc::new(Semaphore::new(RUNS_MAX));
    let explain = {
        let (read, places) = (Arc::clone(&read), Arc::clone(&places));
        post(async move |body: Bytes| {
            apart(&read, &places, &body, |request: ExplainRequest, files| match request.run(files) {
                Some(card) => Ok(json!({ "card": card })),
                None => Err(no_such_rule(&request.rule)),
            })
            .await
        })
    };
    let run = post(async move |body: Bytes| {
        apart(&read, &places, &body, |request: TryRequest, files| {
            if request.dialogue.len() > DIALOGUE_BYTES_MAX {
                return Err(too_long());
            }
            serde_json::to_value(request.run(files)).map_err(|why| broken(&why.to_string()))
        })
        .await
    });
    Router::new()
        .route("/script/try", run)
        .route("/script/explain", explain)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn apart<Request: DeserializeOwned + Send + 'static>(
    read: &ReadFiles,
    places: &Arc<Semaphore>,
    body: &Bytes,
    run: impl FnOnce(Request, &Files) -> Result<serde_json::Value, Fault> + Send + 'static,
) -> Result<Json<serde_json::Value>, Fault> {
    let request: Request = serde_json::from_slice(body).map_err(|why| {
        let zh = format!("请求内容不对：{why}");
        Fault::new(StatusCode::BAD_REQUEST, zh, format!("the body is not right: {why}"))
    })?;
    let read = Arc::clone(read);
    let place = Arc::clone(places).acquire_owned().await.map_err(|why| broken(&why.to_string()))?;
    let ran = tokio::task::spawn_blocking(move || {
        let files = read().map_err(|why| Fault::new(StatusCode::CONFLICT, why.clone(), why))?;
        let answer = run(request, &files);
        drop(place);
        answer
    });
    ran.await.map_err(|why| broken(&why.to_string()))?.map(Json)
}

fn no_such_rule(rule: &str) -> Fault {
    let zh = format!("话术里没有规则「{rule}」");
    Fault::new(StatusCode::NOT_FOUND, zh, format!("the script has no rule {rule:?}"))
}

fn too_long() -> Fault {
    let zh = format!("对话太长，最多 {DIALOGUE_BYTES_MAX} 字节");
    let en = format!("the conversation is too long: at most {DIALOGUE_BYTES_MAX} bytes");
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, zh, en)
}

fn broken(why: &str) -> Fault {
    Fault::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        format!("没有算完：{why}"),
        format!("it did not finish: {why}"),
    )
}
