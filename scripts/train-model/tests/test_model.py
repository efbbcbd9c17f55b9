"""Checks of what would spoil a training run silently: features, file format, text, alignment."""

import random
import struct

import numpy as np
import pytest
import torch

from callcue_model import batches, ggml, mel, slots
from callcue_model.batches import IGNORED, BatchMaker
from callcue_model.corpus import Corpus, characters
from callcue_model.disturbance import disturbed, plain
from callcue_model.evaluation import edit_distance
from callcue_model.network import Attention, Network, Shape, look_at_neighbour, sinusoids
from callcue_model.rendering import character_starts
from callcue_model.schedule import Difficulty, learning_rate
from callcue_model.training import blended, other_voices
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
    assert numbers == (0x67676D6C, 51_865, 1500, 64, 2, 4, 448, 64, 2, 2, 80, 2009, 80, 201)


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


def batch_of_two() -> batches.Batch:
    maker = BatchMaker.__new__(BatchMaker)
    maker.vocabulary, maker.generator, maker.difficulty = Vocabulary("一二"), None, Difficulty(1.0)
    return maker._collate([(np.zeros(3200, np.float32), "二一", np.array([0, 640, 1600]))], 3200)


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
        scores, audio, _ = network(features, torch.tensor([[*words.prompt, *words.encode("三四")]]))
        scores_again, audio_again, _ = again(features, torch.tensor([[*more.prompt, *more.encode("三四")]]))
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


def test_a_blend_lies_between_and_keeps_new_characters(tmp_path):
    old_words, words = Vocabulary("一三"), Vocabulary("一二三")
    shape = Shape(width=64)
    old = Network(shape, old_words.rows, old_words.outputs)
    path = tmp_path / "old.bin"
    ggml.write_model(path, old, old_words, ggml.FORMATS["f16"])
    new = Network(shape, words.rows, words.outputs)
    blend = blended(new, words, ggml.read_model(path), 0.25)
    between = 0.25 * old.encoder.ln_post.weight + 0.75 * new.encoder.ln_post.weight
    assert torch.allclose(blend.encoder.ln_post.weight, between)
    embedding = "decoder.token_embedding.weight"
    one, other, mixed = (n.state_dict()[embedding] for n in (old, new, blend))
    assert torch.allclose(mixed[2], 0.25 * one[1] + 0.75 * other[2], atol=1e-3)
    assert torch.equal(mixed[1], other[1])


def test_other_voices_change_little():
    torch.manual_seed(2)
    features = torch.rand(3, 80, 50)
    for number in range(20):
        changed = other_voices(features, random.Random(number))
        assert changed.shape == features.shape
        assert (changed - features).abs().max() < 1.6
