"""Learning rate by the share of the time that is used up, and difficulty by the steps done.

A run that must end at a set time on a shared machine cannot count on a number of steps.
"""

import math
import time
from dataclasses import dataclass
from functools import cached_property

from . import voices
from .rendering import Utterance

PEAK = 1.6e-3  # of the learning rate, for a run from nothing
WARM_START_PEAK = 6e-4
GPU_BATCH_SECONDS = 1200.0
WARM_UP_STEPS = 300
FULL_AFTER_STEPS = 2500
# Of the clips that no language model can guess, the share that is used at first.
EASY_SHARES = {"recombined": 0.4, "composed": 0.4, "numbers": 0.3, "shuffled": 0.2}


class Schedule:
    def __init__(self, deadline: float, done: float = 0.0):
        """`done` is the progress that an earlier run had reached (0 to 1)."""
        self.started, self.deadline, self.done = time.time(), deadline, done

    def progress(self) -> float:
        span = max(self.deadline - self.started, 1.0)
        share = min((time.time() - self.started) / span, 1.0)
        return self.done + (1.0 - self.done) * share


def learning_rate(step: int, progress: float, peak: float = PEAK) -> float:
    """Rises over the first steps, stays for a third of the time, then falls to nearly nothing."""
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    falling = max(0.0, (progress - 0.3) / 0.7)
    return peak * warm * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * falling)))


@dataclass(frozen=True)
class Difficulty:
    """What training meets after some steps: few voices, short utterances, little noise at first. Attention
    finds out where to look far sooner on these."""

    share: float  # of the full difficulty, 0 to 1

    @classmethod
    def after(cls, steps: int) -> "Difficulty":
        return cls(min(1.0, steps / FULL_AFTER_STEPS))

    def _between(self, easy: float, full: float) -> float:
        return easy + (full - easy) * self.share

    @property
    def batch_seconds(self) -> float:
        """On CPUs, for each process and step. Small at first: then the number of steps counts for more."""
        return self._between(10.0, 22.0)

    @property
    def longest_window(self) -> float:
        return self._between(2.5, 30.0)

    @property
    def severity(self) -> float:
        """How often speech is degraded, as a share of what the end of the run hears."""
        return self._between(0.1, 1.0)

    @cached_property
    def voices(self) -> set[str]:
        heard = voices.HEARD
        return set(heard[: round(self._between(8, len(heard)))])

    def admits(self, utterance: Utterance, draw: float) -> bool:
        """Whether a clip may be used yet; `draw` is a random number from 0 to 1."""
        if utterance.voice not in self.voices:
            return False
        if utterance.language == voices.ENGLISH_SPELLING:
            return draw < self._between(-0.5, 1.0)
        return draw < self._between(EASY_SHARES.get(utterance.kind, 1.0), 1.0)
