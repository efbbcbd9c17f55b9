use super::{NoRandomness, WeakPassword};
use crate::store::StoreError;

/// What is not done, and what to do about it. `Display` is English; [`zh`](Self::zh) is for the screen.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Name or password is wrong, or the user may not log in: which of them is not told to anybody.
    #[error("name or password is wrong")]
    Wrong,
    /// Too many attempts.
    #[error("too many attempts; wait {} s", wait_ms.div_ceil(1_000))]
    Wait {
        /// From now, ms.
        wait_ms: u64,
        /// The first one to be told: for the audit trail.
        first: bool,
    },
    /// The new password does not do.
    #[error("the new password is too weak: {0}")]
    Weak(#[from] WeakPassword),
    /// A name or number that cannot be.
    #[error("{en}")]
    Invalid {
        /// For the screen.
        zh: &'static str,
        /// The same in English.
        en: &'static str,
    },
    /// There is nobody and nothing of that name.
    #[error("there is no {0}")]
    Missing(String),
    /// The name is in use.
    #[error("{0} exists already")]
    Taken(String),
    /// The store does not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No secret can be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl AccessError {
    pub(super) const fn invalid(zh: &'static str, en: &'static str) -> Self {
        Self::Invalid { zh, en }
    }

    /// For the screen.
    pub fn zh(&self) -> String {
        match self {
            Self::Wrong => "登录名或密码不对".to_owned(),
            Self::Wait { wait_ms, .. } => format!("尝试次数过多，请 {} 秒后再试", wait_ms.div_ceil(1_000)),
            Self::Weak(weak) => weak.to_string(),
            Self::Invalid { zh, .. } => (*zh).to_owned(),
            Self::Missing(what) => format!("没有 {what}"),
            Self::Taken(what) => format!("{what} 已经存在"),
            Self::Store(_) => "数据暂时无法读写，请联系管理员".to_owned(),
            Self::NoRandomness(_) => "系统无法产生随机数，请联系管理员".to_owned(),
        }
    }
}
