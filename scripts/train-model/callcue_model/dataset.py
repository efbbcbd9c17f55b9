"""Makes everything that is rendered once: training clips and the vocabulary."""

import json
import random
from pathlib import Path

from . import voices
from .corpus import Corpus
from .rendering import SAMPLE_RATE, choose_delivery, render
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
            sentences, 3 * voices.TRAINING + voices.STRANGE, random.Random(seed), voices.ENGLISH_SPELLING_SHARE
        )
        clips = render(utterances, folder / "train.raw", folder / "train.jsonl")
        hours = sum(clip.length for clip in clips) / SAMPLE_RATE / 3600
        (folder / "corpus.json").write_text(
            json.dumps({"clips": len(clips), "hours": hours, "texts": len({s.text for s in sentences})})
        )
        # Written last: its presence says that the rest is whole.
        characters.write_text(Vocabulary.of([s.text for s in sentences]).characters, encoding="utf-8")
    return Vocabulary(characters.read_text(encoding="utf-8"))
