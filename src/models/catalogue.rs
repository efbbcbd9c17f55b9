use std::sync::LazyLock;

use serde::Deserialize;

/// The list, in the program.
static PUBLISHED: LazyLock<Vec<PublishedModel>> = LazyLock::new(|| {
    let list: List = toml::from_str(include_str!("published.toml"))
        .unwrap_or_else(|error| panic!("src/models/published.toml, built into this program: {error}"));
    let with_address = |mut model: PublishedModel| {
        model.url = format!("{}{}", list.url, model.file_name());
        model
    };
    list.model.into_iter().map(with_address).collect()
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    url: String,
    model: Vec<PublishedModel>,
}

/// A file that can be had, and how to know it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedModel {
    /// As whisper.cpp names it: the shape, and how its weights are rounded (`-q5_1`, `-q8_0`).
    pub name: String,
    /// Length of the file.
    pub bytes: u64,
    /// Checksum of the file, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Memory beside the file itself, in MB (10⁶): callcue and two recognisers.
    pub working_mb: u64,
    /// What to take it for.
    pub good_for: String,
    /// Where its publisher has it.
    #[serde(skip)]
    pub url: String,
}

impl PublishedModel {
    /// Name of the file, here and at its publisher.
    pub fn file_name(&self) -> String {
        format!("ggml-{}.bin", self.name)
    }

    /// Memory that callcue takes with it on two channels, in MB (10⁶), about.
    pub fn memory_mb(&self) -> u64 {
        self.bytes / 1_000_000 + self.working_mb
    }
}

/// Whisper models fit for Mandarin, the better ones later. English-only ones are left out.
///
/// ```
/// let sizes: Vec<_> = callcue::models::published().iter().map(|model| model.bytes).collect();
/// assert_eq!(sizes[0], 77_691_713);
/// ```
pub fn published() -> &'static [PublishedModel] {
    &PUBLISHED
}

/// The published model of that name; its file name does as well.
pub fn published_model(name: &str) -> Option<&'static PublishedModel> {
    published().iter().find(|model| model.name == name || model.file_name() == name)
}
