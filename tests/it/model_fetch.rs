//! Published models: the list, and getting one from servers of every kind.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use callcue::models::{
    FetchError, Fetched, ModelFolder, PublishedModel, Source, fetch, published, published_model, sha256_of,
};

use crate::support::web_server::{Answer, WebServer, answer, cut, fixed, ranged, redirect};

/// A published file and the data folder that it should go to.
struct Shop {
    data: tempfile::TempDir,
    model: PublishedModel,
    file: Vec<u8>,
}

impl Shop {
    fn new() -> Self {
        let file: Vec<u8> =
            (0..150_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let model = PublishedModel {
            name: "small".to_owned(),
            bytes: file.len() as u64,
            sha256: sha256_of(&file[..]).unwrap(),
            working_mb: 0,
            good_for: String::new(),
            url: String::new(),
        };
        Self { data: tempfile::tempdir().unwrap(), model, file }
    }

    fn folder(&self) -> ModelFolder {
        ModelFolder::below(self.data.path())
    }

    fn part(&self) -> PathBuf {
        self.folder().part(&self.model)
    }

    /// As an earlier attempt left it.
    fn leave_part(&self, bytes: &[u8]) {
        fs::create_dir_all(self.folder().path()).unwrap();
        fs::write(self.part(), bytes).unwrap();
    }

    fn get_from(&self, source: &Source) -> Result<Fetched, FetchError> {
        fetch(&self.model, source, &self.folder(), &mut |_| {})
    }

    /// Fetches from a server that gives these answers; gives the outcome and the ranges that were asked for.
    fn get(&self, answers: Vec<Answer>) -> (Result<Fetched, FetchError>, Vec<Option<String>>) {
        let server = WebServer::start(answers);
        let outcome = self.get_from(&Source::Web(server.url("/ggml-small.bin")));
        (outcome, server.requests().into_iter().map(|request| request.range).collect())
    }

    fn assert_whole(&self, outcome: Result<Fetched, FetchError>) {
        let path = self.folder().model(&self.model);
        assert_eq!(outcome.unwrap(), Fetched::New(path.clone()));
        assert!(fs::read(path).unwrap() == self.file, "the file is not what was served");
        assert!(!self.part().exists(), "the part is left");
    }

    fn assert_nothing_left(&self) {
        let left: Vec<_> =
            fs::read_dir(self.folder().path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, [""; 0].map(PathBuf::from));
    }
}

fn range(from: usize) -> Option<String> {
    Some(format!("bytes={from}-"))
}

#[test]
fn a_model_comes_whole() {
    let shop = Shop::new();
    let server = WebServer::start(vec![ranged(shop.file.clone())]);
    let mut told = Vec::new();
    let source = Source::parse(&server.url("/models/"), "ggml-small.bin").unwrap();
    let outcome = fetch(&shop.model, &source, &shop.folder(), &mut |have| told.push(have));
    shop.assert_whole(outcome);
    assert_eq!(server.requests()[0].path, "/models/ggml-small.bin");
    assert_eq!((told.first(), told.last()), (Some(&0), Some(&shop.model.bytes)));
    assert!(told.is_sorted(), "{told:?}");
    // Once there it is not fetched again: nobody answers any more.
    assert!(matches!(shop.get_from(&source), Ok(Fetched::AlreadyThere(_))));
}

#[test]
fn what_broke_off_is_continued() {
    let shop = Shop::new();
    let (outcome, _) = shop.get(vec![cut(&shop.file, 40_000)]);
    let error = outcome.unwrap_err();
    assert!(matches!(error, FetchError::BrokenOff { have: 40_000, expected: 600_000, .. }), "{error}");
    assert!(error.to_string().contains("after 40000 of 600000 bytes"), "{error}");
    assert!(fs::read(shop.part()).unwrap() == shop.file[..40_000]);
    assert!(!shop.folder().model(&shop.model).exists(), "half a model has the name of a whole one");

    let (outcome, ranges) = shop.get(vec![ranged(shop.file.clone())]);
    shop.assert_whole(outcome);
    assert_eq!(ranges, [range(40_000)]);
}

#[test]
fn a_body_without_a_length_that_ends_early_is_broken_off() {
    let shop = Shop::new();
    let (outcome, _) = shop.get(vec![fixed(answer(200, "", &shop.file[..70_000]))]);
    let error = outcome.unwrap_err();
    assert!(matches!(error, FetchError::BrokenOff { have: 70_000, .. }), "{error}");
}

#[test]
fn a_server_that_cannot_continue_sends_it_all_again() {
    let shop = Shop::new();
    shop.leave_part(&shop.file[..40_000]);
    let whole = answer(200, &format!("content-length: {}\r\n", shop.file.len()), &shop.file);
    let (outcome, ranges) = shop.get(vec![fixed(whole)]);
    shop.assert_whole(outcome);
    assert_eq!(ranges, [range(40_000)]);
}

#[test]
fn a_whole_part_is_only_checked() {
    let shop = Shop::new();
    shop.leave_part(&shop.file);
    let (outcome, ranges) = shop.get(vec![]);
    shop.assert_whole(outcome);
    assert_eq!(ranges, []);
}

#[test]
fn another_files_beginning_costs_one_more_try() {
    let shop = Shop::new();
    shop.leave_part(&[7; 40_000]);
    let (outcome, ranges) = shop.get(vec![ranged(shop.file.clone()), ranged(shop.file.clone())]);
    shop.assert_whole(outcome);
    assert_eq!(ranges, [range(40_000), None]);
    // and one that is longer than the model is not continued at all
    let shop = Shop::new();
    shop.leave_part(&[7; 600_001]);
    let (outcome, ranges) = shop.get(vec![ranged(shop.file.clone())]);
    shop.assert_whole(outcome);
    assert_eq!(ranges, [None]);
}

#[test]
fn a_wrong_checksum_leaves_nothing() {
    let shop = Shop::new();
    let mut wrong = shop.file.clone();
    wrong[599_999] ^= 1;
    let (outcome, ranges) = shop.get(vec![ranged(wrong.clone())]);
    let error = outcome.unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, FetchError::WrongChecksum { .. }), "{message}");
    assert!(
        message.contains(&sha256_of(&wrong[..]).unwrap()) && message.contains(&shop.model.sha256),
        "{message}"
    );
    assert_eq!(ranges, [None], "what was fetched from its start is not fetched twice");
    shop.assert_nothing_left();
}

#[test]
fn another_length_is_refused_at_once() {
    let shop = Shop::new();
    shop.leave_part(&shop.file[..40_000]);
    let page = b"<html>log in</html>";
    let headers = format!("content-length: {}\r\n", page.len());
    let longer = fixed(answer(206, "content-range: bytes 40000-600000/600001\r\n", &shop.file[40_000..]));
    for (answer, what) in [
        (fixed(answer(200, &headers, page)), "offers 19 bytes where 600000 are due"),
        (longer, "offers 600001 bytes"),
        (fixed(answer(416, "content-range: bytes */30000\r\n", b"")), "offers at most 40000 bytes"),
    ] {
        let error = shop.get(vec![answer]).0.unwrap_err();
        assert!(
            matches!(error, FetchError::WrongLength { .. }) && error.to_string().contains(what),
            "{error}"
        );
        // The fault is the server's; what came before may be right.
        assert!(fs::read(shop.part()).unwrap() == shop.file[..40_000]);
    }
    let endless = [&shop.file[..], b"and more"].concat();
    let shop = Shop::new();
    let error = shop.get(vec![fixed(answer(200, "", &endless))]).0.unwrap_err();
    assert!(error.to_string().contains("offers more than 600000 bytes"), "{error}");
    shop.assert_nothing_left();
}

#[test]
fn redirects_are_followed_to_an_end() {
    let shop = Shop::new();
    let elsewhere = WebServer::start(vec![ranged(shop.file.clone())]);
    let there = elsewhere.url("/file");
    shop.leave_part(&shop.file[..40_000]);
    let (outcome, ranges) = shop.get(vec![redirect("/next"), redirect(&there)]);
    shop.assert_whole(outcome);
    assert_eq!(ranges, [range(40_000), range(40_000)]);
    assert_eq!(elsewhere.requests()[0].range, range(40_000), "the range goes along");

    let shop = Shop::new();
    let (outcome, ranges) = shop.get((0..50).map(|_| redirect("/again")).collect());
    let error = outcome.unwrap_err();
    assert!(matches!(error, FetchError::Redirects { .. }), "{error}");
    assert!(ranges.len() < 12, "{} redirects", ranges.len());
    shop.assert_nothing_left();
}

#[test]
fn a_refusal_is_told_with_its_status() {
    let shop = Shop::new();
    shop.leave_part(&shop.file[..10]);
    let elsewhere = "content-range: bytes 0-599999/600000\r\n";
    for (status, headers) in [(404, ""), (503, ""), (206, elsewhere), (206, "")] {
        let error = shop.get(vec![fixed(answer(status, headers, b""))]).0.unwrap_err();
        assert!(matches!(error, FetchError::Refused { .. }), "{error}");
        assert!(error.to_string().contains(&format!("answers {status}")), "{error}");
    }
}

#[test]
fn without_a_network_the_way_out_is_named() {
    let shop = Shop::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = shop.get_from(&Source::Web(format!("http://{closed}/ggml-small.bin"))).unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("--from FILE"), "{error}");
    shop.assert_nothing_left();
    // a server that hangs up before it says anything
    let error = shop.get(vec![fixed(vec![])]).0.unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
}

#[test]
fn plain_bytes_on_a_tls_address_are_not_taken() {
    let shop = Shop::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let source = Source::Web(format!("https://{}/ggml-small.bin", listener.local_addr().unwrap()));
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(&answer(200, "", &shop.file));
        });
        shop.get_from(&source).unwrap_err()
    });
    assert!(matches!(error, FetchError::Untrusted { .. } | FetchError::Unreachable { .. }), "{error}");
    shop.assert_nothing_left();
}

/// `/dev/full` in the part's place takes nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let shop = Shop::new();
    fs::create_dir_all(shop.folder().path()).unwrap();
    std::os::unix::fs::symlink("/dev/full", shop.part()).unwrap();
    let error = shop.get(vec![ranged(shop.file.clone())]).0.unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, FetchError::Unwritable { .. }), "{message}");
    assert!(message.contains("ggml-small.bin.part") && message.contains("free some space"), "{message}");
    assert!(!shop.folder().model(&shop.model).exists());
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_too_small_is_told_before_anything_comes() {
    let mut shop = Shop::new();
    shop.model.bytes = 1 << 60;
    let (outcome, ranges) = shop.get(vec![]);
    let error = outcome.unwrap_err();
    assert!(matches!(error, FetchError::NoRoom { needed: 0x1000_0000_0000_0000, .. }), "{error}");
    assert_eq!(ranges, []);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let shop = Shop::new();
    fs::write(shop.folder().path(), "in the way").unwrap();
    let error = shop.get(vec![]).0.unwrap_err();
    assert!(matches!(error, FetchError::Unwritable { .. }), "{error}");
    assert!(error.to_string().contains("--data"), "{error}");
}

#[test]
fn two_at_once_do_not_mix() {
    let shop = Shop::new();
    shop.leave_part(&shop.file[..40_000]);
    let other = File::open(shop.part()).unwrap();
    other.lock().unwrap();
    let error = shop.get(vec![]).0.unwrap_err();
    assert!(matches!(error, FetchError::Busy { .. }), "{error}");
    other.unlock().unwrap();
    shop.assert_whole(shop.get(vec![ranged(shop.file.clone())]).0);
}

#[test]
fn a_file_does_as_well_and_is_checked_the_same() {
    let shop = Shop::new();
    let shelf = tempfile::tempdir().unwrap();
    let path = shelf.path().join("ggml-small.bin");
    let source = Source::parse(shelf.path().to_str().unwrap(), "ggml-small.bin").unwrap();
    assert_eq!(source, Source::File(path.clone()));

    let error = shop.get_from(&source).unwrap_err();
    assert!(matches!(error, FetchError::Unreadable { .. }), "{error}");
    fs::write(&path, &shop.file[..599_999]).unwrap();
    let error = shop.get_from(&source).unwrap_err();
    assert!(matches!(error, FetchError::WrongLength { .. }), "{error}");
    fs::write(&path, [1; 600_000]).unwrap();
    let error = shop.get_from(&source).unwrap_err();
    assert!(matches!(error, FetchError::WrongChecksum { .. }), "{error}");
    shop.assert_nothing_left();
    fs::write(&path, &shop.file).unwrap();
    shop.leave_part(&shop.file[..40_000]);
    shop.assert_whole(shop.get_from(&source));
    assert!(path.exists(), "the file that was given stays");
}

#[test]
fn a_damaged_model_is_fetched_again() {
    let shop = Shop::new();
    fs::create_dir_all(shop.folder().path()).unwrap();
    fs::write(shop.folder().model(&shop.model), [1; 600_000]).unwrap();
    shop.assert_whole(shop.get(vec![ranged(shop.file.clone())]).0);
}

#[test]
fn sources_are_told_apart() {
    let web = |address: &str| Source::Web(address.to_owned());
    let parse = |text| Source::parse(text, "m.bin");
    assert_eq!(parse("https://a.example/x").unwrap(), web("https://a.example/x"));
    assert_eq!(parse("http://a.example/x/").unwrap(), web("http://a.example/x/m.bin"));
    assert_eq!(parse("some/x.bin").unwrap(), Source::File(Path::new("some/x.bin").to_owned()));
    for bad in ["", "ftp://a.example/x", "file:///x"] {
        assert!(matches!(parse(bad), Err(FetchError::Address { .. })), "{bad}");
    }
    let error = Shop::new().get_from(&web("http://")).unwrap_err();
    assert!(matches!(error, FetchError::Address { .. }), "{error}");
}

/// Width, layers of encoder and decoder, mel bands, tokens: OpenAI's own dimensions.
const SHAPES: [(&str, u64, u64, u64, u64, u64); 5] = [
    ("tiny", 384, 4, 4, 80, 51_865),
    ("base", 512, 6, 6, 80, 51_865),
    ("small", 768, 12, 12, 80, 51_865),
    ("medium", 1_024, 24, 24, 80, 51_865),
    ("large-v3-turbo", 1_280, 32, 4, 128, 51_866),
];

/// Bytes of the header and of the vocabulary, which all multilingual models have in common.
const HEAD: u64 = 48 + 508_089;

/// Bytes of a file: large matrices in blocks of 32, the rest in full or half precision; each weight has a header of 12 bytes,
/// 4 a dimension, and its name.
fn bytes_of(width: u64, encoder: u64, decoder: u64, mels: u64, tokens: u64, block_bytes: u64) -> u64 {
    let head = |dimensions: u64, name: &str| 12 + 4 * dimensions + name.len() as u64;
    let large = |name: &str, count: u64| head(2, name) + count / 32 * block_bytes;
    let vector = |name: &str, count: u64| head(1, name) + 4 * count;
    let norm = |name: &str| vector(&format!("{name}.weight"), width) + vector(&format!("{name}.bias"), width);
    let attention = |name: &str| {
        let part = |part: &str| large(&format!("{name}.{part}.weight"), width * width);
        let biases = ["query", "value", "out"].map(|part| vector(&format!("{name}.{part}.bias"), width));
        ["query", "key", "value", "out"].map(part).iter().sum::<u64>()
            + biases.iter().sum::<u64>()
            + norm(&format!("{name}_ln"))
    };
    let perceptron = |name: &str| {
        large(&format!("{name}.mlp.0.weight"), 4 * width * width)
            + vector(&format!("{name}.mlp.0.bias"), 4 * width)
            + large(&format!("{name}.mlp.2.weight"), 4 * width * width)
            + vector(&format!("{name}.mlp.2.bias"), width)
            + norm(&format!("{name}.mlp_ln"))
    };
    let convolution = |name: &str, channels: u64| {
        head(3, &format!("{name}.weight"))
            + 2 * 3 * channels * width
            + head(2, &format!("{name}.bias"))
            + 4 * width
    };
    let table = |name: &str, positions: u64| head(2, name) + 4 * positions * width;
    let encoder_blocks = (0..encoder).map(|layer| {
        let name = format!("encoder.blocks.{layer}");
        attention(&format!("{name}.attn")) + perceptron(&name)
    });
    let decoder_blocks = (0..decoder).map(|layer| {
        let name = format!("decoder.blocks.{layer}");
        attention(&format!("{name}.attn")) + attention(&format!("{name}.cross_attn")) + perceptron(&name)
    });
    8 + mels * 201 * 4
        + table("encoder.positional_embedding", 1_500)
        + convolution("encoder.conv1", mels)
        + convolution("encoder.conv2", width)
        + encoder_blocks.sum::<u64>()
        + norm("encoder.ln_post")
        + table("decoder.positional_embedding", 448)
        + large("decoder.token_embedding.weight", width * tokens)
        + decoder_blocks.sum::<u64>()
        + norm("decoder.ln")
}

/// A size that is mistyped, or of another file, does not come out of the model's shape.
#[test]
fn published_sizes_are_those_of_the_shapes() {
    let mut checked = 0;
    for (shape, width, encoder, decoder, mels, tokens) in SHAPES {
        for (rounding, block_bytes) in [("", 64), ("-q5_0", 22), ("-q5_1", 24), ("-q8_0", 34)] {
            let Some(model) = published_model(&format!("{shape}{rounding}")) else { continue };
            let bytes = HEAD + bytes_of(width, encoder, decoder, mels, tokens, block_bytes);
            assert_eq!(model.bytes, bytes, "{}", model.name);
            checked += 1;
        }
    }
    assert_eq!((checked, published().len()), (15, 15));
}

#[test]
fn the_list_is_complete_and_pinned() {
    let mut sums: Vec<_> = published().iter().map(|model| &model.sha256).collect();
    sums.sort_unstable();
    sums.dedup();
    assert_eq!(sums.len(), published().len(), "two models of one checksum");
    for model in published() {
        let digits = model.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        assert!(model.sha256.len() == 64 && digits, "{}", model.name);
        assert!(
            model.url.starts_with("https://") && model.url.ends_with(&model.file_name()),
            "{}",
            model.url
        );
        assert!(!model.url.contains("/main/"), "{}: an address whose content can change", model.url);
        assert!(model.memory_mb() * 1_000_000 > model.bytes && !model.good_for.is_empty(), "{}", model.name);
        assert_eq!(published_model(&model.file_name()), Some(model));
    }
    assert_eq!(published_model("small.en"), None);
}
