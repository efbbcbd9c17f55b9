use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use serde::Serialize;
use tokio::time::{Duration, timeout};

/// How long the other side may take to hear a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// A message as the text of one frame.
pub(super) fn encode(message: &impl Serialize) -> Utf8Bytes {
    // Wire types have string keys and derived writers only, which cannot fail.
    serde_json::to_string(message).expect("a wire type writes as JSON").into()
}

/// Why a socket ends.
#[derive(Debug)]
pub(super) enum End {
    /// The other side left, or cannot be reached.
    Gone,
    /// The floor closes it, with a code and a reason.
    Close(u16, &'static str),
}

/// Sends a frame, or gives up on who does not take it in time.
pub(super) async fn send(socket: &mut WebSocket, patience: Duration, message: Message) -> Result<(), End> {
    match timeout(patience, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(End::Gone),
    }
}

/// Says goodbye, and reads on until the other side says it too: bytes left unread would make the system take it back.
pub(super) async fn say_goodbye(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let goodbye = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
    let closing = async {
        if socket.send(Message::Close(Some(goodbye))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(GOODBYE, closing).await;
}
