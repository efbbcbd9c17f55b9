use std::sync::Arc;

use super::Assessment;
use crate::script::Script;

/// What calls are held against.
#[derive(Clone, Debug)]
pub struct Standard {
    /// What must be said.
    pub script: Arc<Script>,
    /// What a breach costs.
    pub assessment: Arc<Assessment>,
    /// SHA-256 of the script's file, hexadecimal: by it a call says later what it was held against.
    pub script_sha256: String,
}
