"""Renders the held-out sets in held-out voices, under each condition, with a manifest."""

import json
import random
import wave
from pathlib import Path

import numpy as np

from . import degradation, voices
from .clips import ClipStore
from .corpus import Corpus, Sentence
from .degradation import SAMPLE_RATE, NoiseBank, amplitude, root_mean_square
from .rendering import Utterance, choose_delivery, render

SPEECH_DBFS, FLOOR_DBFS, SNR_DB = -22.0, -72.0, 15.0
MARGIN_SECONDS = 0.2
CONDITIONS = ["clean", "15 dB noise", "telephone", "telephone + noise"]
WITHOUT_SPEECH = "no speech"


def degraded(speech: np.ndarray, condition: str, noise: NoiseBank, generator: np.random.Generator) -> np.ndarray:
    speech = speech * (amplitude(SPEECH_DBFS) / root_mean_square(speech))
    speech = np.pad(speech, int(MARGIN_SECONDS * SAMPLE_RATE))
    speech = speech + generator.standard_normal(len(speech)) * amplitude(FLOOR_DBFS)
    if "noise" in condition:
        piece = noise.any(len(speech), generator)
        speech = degradation.with_noise(speech, piece, SNR_DB, amplitude(SPEECH_DBFS))
    if "telephone" in condition:
        speech = degradation.telephone(speech.astype(np.float32))
    return speech


def write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(samples, -1.0, 0.9999) * 32768).astype("<i2").tobytes())


def read_wav(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768.0


def _deliveries(seed: int) -> list[tuple[str, Utterance]]:
    """(set, utterance): the three held-out sets in held-out voices, and the script sentences once
    more in training voices and in plain "cmn"."""
    held_out = Corpus(seed).held_out()
    generator = random.Random(f"{seed}/measuring")
    chosen = [
        (name, utterance)
        for name, sentences in held_out.items()
        for utterance in choose_delivery(sentences, voices.HELD_OUT, generator)
    ]
    script = held_out["script"]
    chosen += [("script, training voices", u) for u in choose_delivery(script, voices.TRAINING, generator)]
    chosen += [("script, English spelling", u) for u in choose_delivery(script, voices.HELD_OUT, generator, 1.0)]
    return chosen


def _development_deliveries(seed: int) -> list[tuple[str, Utterance]]:
    """Other sentences in other voices than those of the card, for choices while working on the recipe."""
    corpus = Corpus(f"{seed}/development")
    script, recombined = (corpus.held_out()[name][:60] for name in ("script", "recombined"))
    # In place of new sentences, of which there are none to spare.
    composed = [Sentence("new", corpus.grammar.sentence()) for _ in range(60)]
    generator = random.Random(f"{seed}/development")
    return [
        (name, utterance)
        for name, sentences in (("script", script), ("recombined", recombined), ("new", composed))
        for utterance in choose_delivery(sentences, voices.DEVELOPMENT, generator)
    ]


def make_measuring_set(folder: Path, seed: int) -> Path:
    """Returns the manifest, in the format of `callcue eval`, whose condition is the set and the sound."""
    return _make_set(folder, seed, _deliveries(seed), 60.0)


def make_development_set(folder: Path, seed: int) -> Path:
    return _make_set(folder, seed, _development_deliveries(seed), 4.0)


def _make_set(folder: Path, seed: int, deliveries: list[tuple[str, Utterance]], silent_minutes: float) -> Path:
    manifest = folder / "manifest.jsonl"
    if manifest.exists():
        return manifest
    folder.mkdir(parents=True, exist_ok=True)
    raw, lines = folder / "rendered.raw", folder / "rendered.jsonl"
    render([utterance for _, utterance in deliveries], raw, lines)
    set_of = {}
    for name, utterance in deliveries:
        set_of.setdefault(utterance, name)
    store = ClipStore(raw, lines)
    generator = np.random.default_rng(seed + 99)
    # Noise of its own, not the stretches that the training heard.
    noise = NoiseBank(generator)
    rows = []
    for number, clip in enumerate(store.clips):
        name = set_of[clip.utterance]
        for condition in CONDITIONS if name in ("script", "recombined", "new") else CONDITIONS[:1]:
            path = folder / f"{number:04}-{condition.replace(' ', '-').replace('-+-', '-')}.wav"
            write_wav(path, degraded(store.audio(clip), condition, noise, generator))
            rows.append(
                {
                    "audio": path.name,
                    "text": clip.utterance.text,
                    "condition": f"{name}, {condition}",
                    "set": name,
                    "sound": condition,
                    "voice": clip.utterance.voice,
                }
            )
    rows += _without_speech(folder, noise, generator, silent_minutes)
    with open(manifest, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return manifest


def _without_speech(folder: Path, noise: NoiseBank, generator: np.random.Generator, minutes: float) -> list[dict]:
    """Silence, hiss, hum, keyboard, music and tones, cut into pieces of an utterance's length."""
    rows, seconds = [], 0.0
    kinds = ["silence", *noise.stretches]
    while seconds < 60.0 * minutes:
        length = generator.uniform(0.5, 8.0)
        kind = kinds[len(rows) % len(kinds)]
        count = int(length * SAMPLE_RATE)
        if kind == "silence":
            piece = generator.standard_normal(count) * amplitude(generator.uniform(-90.0, -60.0))
        else:
            piece = noise.cut(kind, count, generator) * amplitude(generator.uniform(-60.0, -20.0))
        path = folder / f"without-speech-{len(rows):04}.wav"
        write_wav(path, piece)
        condition = f"{WITHOUT_SPEECH}, {kind}"
        rows.append({"audio": path.name, "text": "", "condition": condition, "set": WITHOUT_SPEECH, "sound": kind})
        seconds += length
    return rows
