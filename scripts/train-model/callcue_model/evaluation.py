"""Error rates of a model file, decoded by whisper.cpp as the product decodes."""

import json
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pypinyin import lazy_pinyin
from pywhispercpp.model import Model

from .measuring_set import SAMPLE_RATE, read_wav

# As in src/transcribe/whisper.rs: encoder frames beyond the end of the utterance, fewest frames, shortest audio.
CONTEXT_MARGIN, CONTEXT_MIN, SAMPLES_MIN = 16, 64, 8_000


@dataclass
class Score:
    utterances: int = 0
    exact: int = 0
    characters: int = 0
    errors: int = 0
    syllable_errors: int = 0
    invented: int = 0
    audio_seconds: float = 0.0
    decode_seconds: float = 0.0

    @property
    def cer(self) -> float:
        return 100.0 * self.errors / max(self.characters, 1)

    @property
    def ser(self) -> float:
        return 100.0 * self.syllable_errors / max(self.characters, 1)

    @property
    def exact_share(self) -> float:
        return 100.0 * self.exact / max(self.utterances, 1)

    def add(self, reference: str, heard: str, audio_seconds: float, decode_seconds: float) -> None:
        self.utterances += 1
        self.exact += heard == reference
        self.characters += len(reference)
        self.errors += edit_distance(reference, heard)
        self.syllable_errors += edit_distance(lazy_pinyin(reference), lazy_pinyin(heard))
        self.invented += bool(heard) and not reference
        self.audio_seconds += audio_seconds
        self.decode_seconds += decode_seconds


def edit_distance(reference: Sequence, heard: Sequence) -> int:
    row = list(range(len(heard) + 1))
    for i, expected in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, got in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (expected != got))
    return row[-1]


class Listener:
    """whisper.cpp with the product's settings: greedy, one thread, the window cut to the utterance."""

    def __init__(self, model: Path):
        self.model = Model(
            str(model),
            redirect_whispercpp_logs_to=None,
            # With it whisper.cpp pads keys to a multiple of 256 with zeros and lets the decoder look
            # at them, which a short window does not survive.
            context_params={"flash_attn": False, "use_gpu": False},
            n_threads=1,
            language="zh",
            no_timestamps=True,
            single_segment=True,
            no_context=True,
            suppress_blank=False,
            temperature=0.0,
            temperature_inc=0.0,
            greedy={"best_of": 1},
            print_progress=False,
        )

    def hear(self, audio) -> str:
        seconds = len(audio) / SAMPLE_RATE
        frames = max(math.ceil(seconds * 50) + CONTEXT_MARGIN, CONTEXT_MIN)
        segments = self.model.transcribe(
            np.pad(audio, (0, max(0, SAMPLES_MIN - len(audio)))),
            audio_ctx=min(1500, math.ceil(frames / 8) * 8),
            max_tokens=math.ceil(7 * seconds) + 6,
        )
        return "".join(segment.text for segment in segments).strip()


def evaluate(model: Path, manifest: Path, mistakes: Path, every: int = 1) -> dict[tuple[str, str], Score]:
    """By set and sound, of one utterance in `every`. Wrong lines are written to `mistakes`."""
    listener = Listener(model)
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    wrong = []
    for line in manifest.read_text(encoding="utf-8").splitlines()[::every]:
        row = json.loads(line)
        audio = read_wav(manifest.parent / row["audio"])
        began = time.perf_counter()
        heard = listener.hear(audio)
        took = time.perf_counter() - began
        scores[row["set"], row["sound"]].add(row["text"], heard, len(audio) / SAMPLE_RATE, took)
        if heard != row["text"]:
            wrong.append({**row, "heard": heard})
    with open(mistakes, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in wrong)
    return scores


def table(scores: dict[tuple[str, str], Score]) -> str:
    lines = [
        "| set | condition | utterances | CER % | syllable error % | exact % | invented | ms an utterance |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (name, condition), score in scores.items():
        lines.append(
            f"| {name} | {condition} | {score.utterances} | {score.cer:.1f} | {score.ser:.1f} | "
            f"{score.exact_share:.0f} | {score.invented} | {1000 * score.decode_seconds / score.utterances:.0f} |"
        )
    return "\n".join(lines)
