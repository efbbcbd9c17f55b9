use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// A side of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The headset's microphone; left in recordings.
    Agent,
    /// What the headset plays; right in recordings.
    Customer,
}

impl Channel {
    /// Both, agent first.
    pub const BOTH: [Self; 2] = [Self::Agent, Self::Customer];

    /// The side that listens while this one speaks.
    pub const fn other(self) -> Self {
        match self {
            Self::Agent => Self::Customer,
            Self::Customer => Self::Agent,
        }
    }

    /// Position in two-channel audio: 0 for the agent, 1 for the customer.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// One `T` for each side.
///
/// ```
/// use callcue::call::{Channel, PerChannel};
///
/// let mut spoken_ms = PerChannel::<u32>::default();
/// spoken_ms[Channel::Agent] += 400;
/// assert_eq!(spoken_ms[Channel::Customer], 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerChannel<T>([T; 2]);

impl<T> PerChannel<T> {
    /// One value made for each side.
    pub fn from_fn(mut make: impl FnMut(Channel) -> T) -> Self {
        Self([make(Channel::Agent), make(Channel::Customer)])
    }

    /// Both values with their sides, agent first.
    pub fn iter(&self) -> impl Iterator<Item = (Channel, &T)> {
        Channel::BOTH.into_iter().zip(&self.0)
    }
}

impl<T> Index<Channel> for PerChannel<T> {
    type Output = T;
    fn index(&self, channel: Channel) -> &T {
        &self.0[channel.index()]
    }
}

impl<T> IndexMut<Channel> for PerChannel<T> {
    fn index_mut(&mut self, channel: Channel) -> &mut T {
        &mut self.0[channel.index()]
    }
}
