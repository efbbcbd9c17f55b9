"""The rendered clips. Without torch: the measuring set is made with numpy alone."""

from pathlib import Path

import numpy as np

from .rendering import Clip, read_clips
from .schedule import Difficulty


class ClipStore:
    """All clips, shortest first; their sound is in one memory-mapped file."""

    def __init__(self, audio: Path, clips: Path):
        self.samples = np.memmap(audio, dtype=np.int16, mode="c")
        self.clips = sorted(read_clips(clips), key=lambda clip: clip.length)
        self.lengths = np.array([clip.length for clip in self.clips])

    def audio(self, clip: Clip) -> np.ndarray:
        return self.samples[clip.offset : clip.offset + clip.length].astype(np.float32) / 32768.0

    def at_most(
        self, length: int, share: float, difficulty: Difficulty, generator: np.random.Generator
    ) -> Clip | None:
        """A clip no longer than length, out of the upper share of those, that is not too hard yet."""
        count = int(np.searchsorted(self.lengths, length, side="right"))
        for _ in range(100 if count else 0):
            clip = self.clips[generator.integers(int(count * (1.0 - share)), count)]
            if difficulty.admits(clip.utterance, generator.random()):
                return clip
        return None
