use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::script_files::{ScriptFiles, StandardPaths};
use super::station::told_to_stop;
use crate::deliver::{Delivery, Limits};
use crate::http::{StationParts, Timeouts, Token, bind, serve};
use crate::wire::Hello;

/// Serves the page on which a script's owner tries it, until told to stop: no call, no sound, no model.
///
/// `ready` is told the page's address, which holds the secret.
///
/// # Errors
/// A file that cannot be read or has mistakes; an address that cannot be had.
pub fn serve_script_page(
    paths: StandardPaths,
    listen: SocketAddr,
    ready: impl FnOnce(&str),
) -> anyhow::Result<()> {
    let scripts = ScriptFiles::open(paths)?;
    let hello = Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        agent: String::new(),
        script: scripts.standing().script.name.clone(),
        model: None,
        call: None,
        situations: Vec::new(),
        demo: false,
    };
    let parts = StationParts {
        delivery: Delivery::new(hello, Limits::default()),
        // Nobody takes commands: there is no call to command.
        commands: mpsc::channel(1).0,
        token: Token::random()?,
        timeouts: Timeouts::default(),
        files: Arc::new(scripts.reader()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let listener = bind(listen).await?;
        ready(&parts.token.script_page_url(listener.local_addr()?));
        serve(listener, parts, told_to_stop()).await?;
        Ok(())
    })
}
