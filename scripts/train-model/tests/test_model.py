"""Checks of what would spoil a training run silently: features, file format, text, alignment."""

import random
import struct

import numpy as np
import pytest
import torch

from callcue_model import batches, ggml, mel, slots, throats, voices
from callcue_model.acoustics import Acoustics
from callcue_model.batches import FRAME, IGNORED, BatchMaker, Item, Piece
from callcue_model.corpus import Corpus, characters
from callcue_model.degradation import SAMPLE_RATE, NoiseBank
from callcue_model.disturbance import disturbed, plain
from callcue_model.evaluation import edit_distance
from callcue_model.network import Attention, Network, Shape, look_at_neighbour, sinusoids
from callcue_model.rendering import Clip, Utterance, character_starts
from callcue_model.schedule import Difficulty, learning_rate
from callcue_model.training import masked, other_voices, with_own_mistakes
from callcue_model.vocabulary import END_OF_TEXT, Vocabulary


def test_mel_filters_are_slaney_triangles():
    filters = mel.filters()
    assert filters.shape == (80, 201)
    # librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)[0, 1] and the sum over all.
    assert filters[0, 1] == pytest.approx(0.02486259, abs=1e-6)
    widths = (filters > 0).sum(axis=1)
    assert widths[0] <= widths[-1] and (widths > 0).all()


def test_log_mel_follows_whispers_formula():
    audio = torch.sin(torch.arange(3200) * 0.3)[None] * 0.1
    features = mel.LogMel()(audio)[0].numpy()
    padded = np.pad(audio[0].numpy(), 200, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = np.stack([padded[i * 160 : i * 160 + 400] * window for i in range(20)])
    power = np.abs(np.fft.rfft(frames)) ** 2
    logarithm = np.log10(np.maximum(mel.filters() @ power.T, 1e-10))
    expected = (np.maximum(logarithm, logarithm.max() - 8.0) + 4.0) / 4.0
    assert np.abs(features - expected).max() < 1e-3


@pytest.mark.parametrize(
    ("quantize", "dequantize", "bytes_a_block", "steps"),
    [
        (ggml.quantize_q8_0, ggml.dequantize_q8_0, 34, 127),
        (ggml.quantize_q5_1, ggml.dequantize_q5_1, 24, 15.5),
    ],
)
def test_quantized_blocks_come_back_within_half_a_step(quantize, dequantize, bytes_a_block, steps):
    weights = np.random.default_rng(1).normal(size=(4, 128)).astype(np.float32)
    data = quantize(weights)
    assert len(data) == 16 * bytes_a_block
    blocks = weights.reshape(-1, 32)
    error = np.abs(dequantize(data) - blocks).max(axis=1)
    assert (error <= np.abs(blocks).max(axis=1) / steps * 0.52 + 2e-3).all()


def test_encoder_heads_start_out_looking_at_their_neighbours():
    attention = Attention(128, 2)
    look_at_neighbour(attention, 1, -6)
    positions = torch.nn.functional.layer_norm(sinusoids(60, 128), (128,))[None]
    query, key = attention._split(attention.query(positions)), attention._split(attention.key(positions))
    best = (query @ key.transpose(-1, -2))[0, 1].argmax(dim=-1)
    assert (best[10:50] == torch.arange(4, 44)).all()


def test_unused_ids_never_win():
    words = Vocabulary("一二")
    network = Network(Shape(width=64), words.rows, words.outputs)
    tensors = ggml.file_tensors(network, words)
    embedding = tensors["decoder.token_embedding.weight"]
    assert embedding.shape == (51_865, 64)
    hidden = np.random.default_rng(2).normal(size=64)
    hidden = hidden * tensors["decoder.ln.weight"] + tensors["decoder.ln.bias"]
    scores = embedding @ hidden
    unused = np.ones(51_865, bool)
    unused[words.file_ids()] = False
    assert (scores[unused] == -40.0).all()
    assert words.file_ids()[words.end] == END_OF_TEXT


def test_model_file_starts_with_whispers_header(tmp_path):
    words = Vocabulary("一二")
    path = tmp_path / "model.bin"
    ggml.write_model(path, Network(Shape(width=64), words.rows, words.outputs), words, ggml.FORMATS["q5_1"])
    numbers = struct.unpack("<14i", path.read_bytes()[:56])
    assert numbers == (0x67676D6C, 51_865, 1500, 64, 2, 6, 448, 64, 2, 3, 80, 2009, 80, 201)


@pytest.mark.parametrize(
    ("value", "spoken"),
    [(0, "零"), (10, "十"), (21, "二十一"), (105, "一百零五"), (110, "一百一十"), (3005, "三千零五"), (12000, "一万二千")],
)
def test_numbers_are_written_as_spoken(value, spoken):
    assert slots.number(value) == spoken


def test_texts_are_characters_only_and_held_out_ones_stay_out():
    corpus = Corpus(3)
    held_out = corpus.held_out()
    training = corpus.training_text(3000)
    assert all(sentence.text == characters(sentence.text) != "" for sentence in training)
    apart = {s.text for name in ("recombined", "new") for s in held_out[name]}
    assert not apart & {s.text for s in training}
    assert [len(held_out[name]) for name in ("script", "recombined", "new")] == [100, 80, 40]


def test_characters_without_an_event_share_the_time():
    assert character_starts("好,的吗", [(0, 0), (3, 300)], 500) == [0, 150, 300]


def test_targets_follow_the_prompt(monkeypatch):
    monkeypatch.setattr(batches, "disturbed", lambda characters, *_: plain(characters))
    batch = batch_of_two()
    words = Vocabulary("一二")
    assert batch.targets[0].tolist() == [IGNORED] * 3 + [1, 0, words.end]
    assert batch.rows[0].tolist() == [*words.prompt, 1, 0]
    assert batch.spans[0].tolist() == [[-1, -1]] * 3 + [[0, 2], [2, 5], [5, 13]]
    assert batch.frames[0].tolist() == [1, 1, 0, 0, 0] + [words.end] * 5


def test_after_a_repetition_the_next_character_is_due(monkeypatch):
    monkeypatch.setattr(batches, "disturbed", lambda *_: [(1, 1), (0, 2), (1, None), (0, 2)])
    batch = batch_of_two()
    words = Vocabulary("一二")
    assert batch.rows[0].tolist() == [*words.prompt, 1, 0, 1, 0]
    assert batch.targets[0].tolist() == [IGNORED] * 3 + [1, 0, words.end, IGNORED, words.end]


def clip(text: str, offset: int, length: int, starts: list[int]) -> Clip:
    return Clip(Utterance("script", text, text, "cmn-latn-pinyin", "f2", 200, 50, 50), offset, length, starts)


def maker(share: float = 1.0) -> BatchMaker:
    made = BatchMaker(None, Vocabulary("一二"), {"white": [0], "babble": [1]}, 1, 0)
    made.difficulty = Difficulty(share)
    return made


def batch_of_two() -> batches.Batch:
    return maker().collate([Item([Piece(clip("二一", 0, 1601, [0, 640]), 0, 1.0, 1.0)], 3200)], 3200)


def test_pieces_are_put_where_their_characters_are_expected():
    samples = np.sin(np.arange(20_000) / 9.0) * 9000
    one, two = clip("一", 100, 3000, [0]), clip("二一", 5000, 6000, [0, 3000])
    pieces = [Piece(one, 480, 1.0, 0.5), Piece(two, 4800, 1.25, 2.0)]
    item = Item(pieces, 12_000)
    batch = maker().collate([item, Item([], 8_000)], 16_000)
    noise = NoiseBank(np.random.default_rng(3))
    sound = Acoustics(samples.astype(np.int16), noise)._joined(batch.scene)
    first = samples[100:3000] / 32768 * 0.5
    assert np.abs(sound[0, 480:3380].numpy() - first).max() < 1e-3
    second = np.interp(np.arange(4700) * 1.25, np.arange(6000), samples[5000:11_000]) / 32768 * 2.0
    assert np.abs(sound[0, 4800:9500].numpy() - second).max() < 2e-3
    assert not sound[0, :480].any() and not sound[0, 9600:].any() and not sound[1].any()
    assert batch.frames[0, 4800 // FRAME] == 1 and batch.frames[0, (4800 + 2400) // FRAME + 1] == 0


def test_degraded_sound_keeps_its_length_and_level():
    generator, noise = np.random.default_rng(6), NoiseBank(np.random.default_rng(3))
    samples = (generator.standard_normal(40_000) * 3000).astype(np.int16)
    made = maker()
    made.noises = Acoustics.rows_of(noise)
    items = [Item([Piece(clip("一", 0, 20_000, [0]), 800, 1.0, 1.0)], 24_000) for _ in range(30)] + [Item([], 9_000)]
    scene = made.collate(items, 2 * SAMPLE_RATE).scene
    audio = Acoustics(samples, noise)(scene)
    assert audio.shape == (31, 2 * SAMPLE_RATE) and audio.isfinite().all() and audio.abs().max() <= 1.0
    assert not audio[:30, 24_000:].any() and not audio[30, 9_000:].any()
    plain = (scene.telephone | (scene.overdrive > 0) | (scene.noise_levels[:, 0] > -100)).logical_not()[:30]
    loud = 20 * audio[:30, 800:20_800].square().mean(dim=1).sqrt().log10()
    assert plain.any() and ((loud - scene.levels[:30]).abs() < 1.0)[plain].all()


def test_made_up_voices_differ_and_copy_no_other(tmp_path):
    plain = tmp_path / "plain"
    (plain / throats.VARIANTS).mkdir(parents=True)
    (plain / "lang" / "sit").mkdir(parents=True)
    data = throats.write_data(tmp_path / "own", plain, 1) / "espeak-ng-data" / throats.VARIANTS
    files = {name: (data / name).read_text() for name in voices.MADE_UP}
    assert len({text.split("\n", 2)[2] for text in files.values()}) == len(voices.MADE_UP)
    assert not set(voices.HEARD) & set(voices.HELD_OUT + voices.DEVELOPMENT)
    assert not any((data / name).is_symlink() for name in voices.HELD_OUT + voices.DEVELOPMENT)


def test_own_mistakes_replace_what_was_due_and_nothing_else():
    rows = torch.tensor([[9, 3, 4, 5]])
    targets = torch.tensor([[3, IGNORED, 5, 7]])
    guesses = torch.tensor([[1, 1, 2, 2]])
    assert with_own_mistakes(rows, targets, guesses, 1.0).tolist() == [[9, 1, 4, 2]]
    assert with_own_mistakes(rows, targets, guesses, 0.0).tolist() == rows.tolist()


def test_every_disturbed_history_leads_on_to_what_comes_next():
    generator, characters = np.random.default_rng(4), list(range(10, 20))
    seen = set()
    for _ in range(2000):
        history = disturbed(characters, 9, 1.0, generator)
        following = [index for _, index in history if index is not None]
        assert following == sorted(following) and len(following) >= len(characters) - 1
        seen.add(len(history) - len(characters))
    assert seen == set(range(-1, 9))
    assert disturbed([], 9, 1.0, generator) == []


def test_a_written_model_is_read_back_with_room_for_new_characters(tmp_path):
    torch.manual_seed(1)
    words = Vocabulary("一三四")
    network = Network(Shape(width=64), words.rows, words.outputs).eval()
    path = tmp_path / "model.bin"
    ggml.write_model(path, network, words, ggml.FORMATS["f16"])
    file = ggml.read_model(path)
    assert (file.shape, file.characters) == (Shape(width=64), "一三四")
    more = Vocabulary("一二三四")
    again = Network(Shape(width=64), more.rows, more.outputs).eval()
    ggml.load_weights(again, more, file)
    features = torch.randn(1, 80, 100)
    with torch.no_grad():
        audio, audio_again = network.encoder(features), again.encoder(features)
        scores, _ = network.next_characters(torch.tensor([[*words.prompt, *words.encode("三四")]]), audio)
        scores_again, _ = again.next_characters(torch.tensor([[*more.prompt, *more.encode("三四")]]), audio_again)
    assert (audio - audio_again).abs().max() < 0.05
    assert (scores - scores_again[..., [0, 2, 3, 4]]).abs().max() < 0.05
    with pytest.raises(ValueError, match="lacks characters of the model file: 三"):
        ggml.load_weights(again, Vocabulary("一四"), file)


def test_learning_rate_ends_low():
    assert learning_rate(0, 0.0) < learning_rate(500, 0.1)
    assert learning_rate(9000, 1.0) < 0.02 * learning_rate(500, 0.1)


def test_edit_distance():
    assert edit_distance("一二三", "一三") == 1
    assert edit_distance("", "一") == 1


def test_slots_fill_every_template():
    generator = random.Random(5)
    filler = slots.Slots(generator)
    corpus = Corpus(5)
    for lines in corpus.templates.values():
        for line in lines:
            assert "{" not in filler.fill(line)


def test_other_voices_change_little():
    torch.manual_seed(2)
    features = torch.rand(3, 80, 50)
    for _ in range(20):
        changed = other_voices(features)
        assert changed.shape == features.shape
        assert (changed - features).abs().max() < 1.6


def test_masking_hides_whole_bands_and_moments():
    torch.manual_seed(4)
    features = torch.rand(40, 80, 60)
    hidden = masked(features) != features
    bands, moments = hidden.all(dim=2).sum(dim=1), hidden.all(dim=1).sum(dim=1)
    assert bands.max() <= 24 and moments.max() <= 24 and bands.any() and moments.any()
