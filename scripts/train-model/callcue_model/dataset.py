"""Makes everything that is rendered once: training clips and the vocabulary."""

import json
import multiprocessing
import os
import random
from pathlib import Path

from . import throats, voices
from .corpus import Corpus
from .rendering import SAMPLE_RATE, Synthesizer, choose_delivery, render
from .vocabulary import Vocabulary


def make_training_set(folder: Path, seed: int, count: int) -> Vocabulary:
    """Renders the training text unless the folder has it already."""
    folder.mkdir(parents=True, exist_ok=True)
    characters = folder / "characters.txt"
    if not characters.exists():
        corpus = Corpus(seed)
        corpus.held_out()
        sentences = corpus.training_text(count)
        utterances = choose_delivery(
            sentences,
            4 * voices.TRAINING + voices.STRANGE + voices.MADE_UP,
            random.Random(seed),
            voices.ENGLISH_SPELLING_SHARE,
        )
        data = throats.write_data(folder.resolve() / "espeak", plain_data(), seed)
        clips = render(utterances, folder / "train.raw", folder / "train.jsonl", os.cpu_count() or 1, data)
        hours = sum(clip.length for clip in clips) / SAMPLE_RATE / 3600
        (folder / "corpus.json").write_text(
            json.dumps({"clips": len(clips), "hours": hours, "texts": len({s.text for s in sentences})})
        )
        # Written last: its presence says that the rest is whole.
        characters.write_text(Vocabulary.of([s.text for s in sentences]).characters, encoding="utf-8")
    return Vocabulary(characters.read_text(encoding="utf-8"))


def plain_data() -> Path:
    """The data that espeak-ng came with; asked in a child process, since the library starts once only."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_plain_data)


def _plain_data() -> Path:
    return Synthesizer().data
