"""Cuts training batches out of the rendered clips, degraded afresh each time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import degradation
from .degradation import SAMPLE_RATE, NoiseBank, amplitude, root_mean_square
from .disturbance import disturbed
from .rendering import Clip, read_clips
from .schedule import Difficulty
from .vocabulary import Vocabulary

FRAME = 320  # samples in one encoder frame
IGNORED = -100


@dataclass
class Batch:
    audio: np.ndarray  # (batch, samples)
    rows: np.ndarray  # decoder input
    targets: np.ndarray  # what it should say next
    frames: np.ndarray  # the character said in each encoder frame
    spans: np.ndarray  # (batch, text, 2): the frames in which each target is said, -1 for none


class ClipStore:
    """All clips, shortest first, on a memory-mapped file."""

    def __init__(self, audio: Path, clips: Path):
        self.samples = np.memmap(audio, dtype=np.int16, mode="r")
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


def changed_speed(samples: np.ndarray, starts: np.ndarray, factor: float) -> tuple[np.ndarray, np.ndarray]:
    count = int(len(samples) / factor)
    positions = np.arange(count) * factor
    return np.interp(positions, np.arange(len(samples)), samples).astype(np.float32), starts / factor


class BatchMaker:
    def __init__(self, store: ClipStore, vocabulary: Vocabulary, seed: int, rank: int):
        self.store, self.vocabulary = store, vocabulary
        self.generator = np.random.default_rng([seed, rank])
        # The same in all processes: they wait for each other, so their batches must be alike in size.
        self.sizes = np.random.default_rng(seed)
        voices = [store.audio(store.clips[i]) for i in self.generator.integers(0, len(store.clips), 60)]
        self.noise = NoiseBank(self.generator, voices)

    def make(self, difficulty: Difficulty) -> Batch:
        self.difficulty = difficulty
        duration = self._duration(difficulty.longest_utterance)
        tail = self._tail()
        items = [self._item(duration) for _ in range(max(1, int(difficulty.batch_seconds / (duration + tail))))]
        length = max(len(audio) for audio, _, _ in items) + int(tail * SAMPLE_RATE)
        length = min(-(-length // FRAME) * FRAME, 30 * SAMPLE_RATE)
        return self._collate(items, length)

    def _duration(self, longest: float) -> float:
        """Seconds of audio of each item. Long ones are where most mistakes are made."""
        if self.sizes.random() < 0.5:
            return self.sizes.uniform(1.2, longest)
        return float(np.exp(self.sizes.uniform(np.log(1.2), np.log(longest))))

    def _tail(self) -> float:
        """Seconds after the last item. In use the window is cut to the utterance, as a rule."""
        draw = self.sizes.random() / self.difficulty.severity
        if draw < 0.03:
            return self.sizes.uniform(3.0, 20.0)
        if draw < 0.15:
            return self.sizes.uniform(0.4, 3.0)
        return self.sizes.uniform(0.0, 0.4)

    def _margin(self) -> int:
        longest = 0.5 if self.generator.random() < 0.85 else 1.5
        return int(self.generator.uniform(0.0, longest) * SAMPLE_RATE)

    def _item(self, duration: float) -> tuple[np.ndarray, str, np.ndarray]:
        """Audio, text and the sample at which each character starts (with the end as last entry)."""
        generator = self.generator
        room = int(duration * SAMPLE_RATE)
        if generator.random() < 0.07:
            return self._without_speech(room), "", np.zeros(1)
        pieces, text, starts, position = [], "", [], self._margin()
        pieces.append(np.zeros(position, np.float32))
        # Most short utterances are one clip; joined ones teach that any sentence may follow another.
        joined = generator.random() < (0.2 if duration < 4.0 else 0.65)
        share = 1.0 if joined else 0.25
        while True:
            clip = self.store.at_most(room, share, self.difficulty, generator)
            if clip is None:
                break
            samples, begins = changed_speed(
                self.store.audio(clip), np.array(clip.starts), generator.uniform(0.88, 1.12)
            )
            samples *= amplitude(generator.uniform(-4.0, 4.0))
            pieces.append(samples)
            text += clip.utterance.text
            starts.extend(begins + position)
            position += len(samples)
            end = position
            pause = int(generator.uniform(0.05, 0.6) * SAMPLE_RATE)
            room -= len(samples) + pause
            if not joined or len(text) > 60:
                break
            pieces.append(np.zeros(pause, np.float32))
            position += pause
        if not text:
            return self._without_speech(room), "", np.zeros(1)
        pieces.append(np.zeros(self._margin(), np.float32))
        return self._degraded(np.concatenate(pieces)), text, np.array([*starts, end])

    def _without_speech(self, count: int) -> np.ndarray:
        generator = self.generator
        count = max(count, SAMPLE_RATE // 2)
        if generator.random() < 0.15:
            return np.zeros(count, np.float32)
        samples = self.noise.any(count, generator) * amplitude(generator.uniform(-75.0, -15.0))
        if generator.random() < 0.3:
            samples = samples + self.noise.any(count, generator) * amplitude(generator.uniform(-60.0, -25.0))
        if generator.random() < 0.3:
            samples = degradation.telephone(samples)
        return np.clip(samples, -1.0, 1.0)

    def _happens(self, probability: float) -> bool:
        return self.generator.random() < probability * self.difficulty.severity

    def _degraded(self, speech: np.ndarray) -> np.ndarray:
        generator = self.generator
        if self._happens(0.25):
            speech = degradation.reverberant(speech, generator)
        voiced = speech[np.abs(speech) > 1e-4]
        level = amplitude(generator.uniform(-36.0, -12.0))
        speech = speech * (level / root_mean_square(voiced))
        if self._happens(0.6):
            # Other voices are taken for speech when they are as loud as it.
            snr_db = generator.uniform(5.0, 40.0)
            apart = ("babble",) if snr_db < 14.0 else ()
            noise = self.noise.any(len(speech), generator, apart)
            speech = degradation.with_noise(speech, noise, snr_db, level)
        elif generator.random() < 0.7:
            hiss = generator.standard_normal(len(speech), dtype=np.float32)
            speech = speech + hiss * amplitude(generator.uniform(-80.0, -55.0))
        if self._happens(0.4):
            speech = degradation.telephone(speech, companded=generator.random() < 0.6)
        if self._happens(0.05):
            speech = np.clip(speech * amplitude(generator.uniform(6.0, 14.0)), -0.9, 0.9)
        return np.clip(speech, -1.0, 1.0)

    def _collate(self, items, length: int) -> Batch:
        vocabulary, prompt = self.vocabulary, self.vocabulary.prompt
        histories = [
            disturbed(vocabulary.encode(text), vocabulary.end, self.difficulty.severity, self.generator)
            for _, text, _ in items
        ]
        longest = max(map(len, histories)) + len(prompt)
        count = len(items)
        batch = Batch(
            audio=np.zeros((count, length), np.float32),
            rows=np.full((count, longest), vocabulary.end),
            targets=np.full((count, longest), IGNORED),
            frames=np.full((count, length // FRAME), vocabulary.end),
            spans=np.full((count, longest, 2), -1),
        )
        for index, (audio, text, starts) in enumerate(items):
            batch.audio[index, : len(audio)] = audio[:length]
            characters = vocabulary.encode(text)
            bounds = np.minimum(starts / FRAME, length // FRAME)
            spans = []
            for character, start, stop in zip(characters, bounds, bounds[1:]):
                begin = int(start)
                # A comma's pause is not part of the character before it.
                end = min(int(np.ceil(stop)), begin + 25)
                batch.frames[index, begin:end] = character
                spans.append((begin, max(end, begin + 1)))
            # The end is told by looking behind the last character, or the text runs on for ever.
            behind = min(int(bounds[-1]), length // FRAME - 1)
            spans.append((behind, behind + 8) if characters else (-1, -1))
            said = [*characters, vocabulary.end]
            history = [(prompt[-1], 0), *histories[index]]
            batch.rows[index, : len(prompt) - 1] = prompt[:-1]
            for place, (character, following) in enumerate(history, len(prompt) - 1):
                batch.rows[index, place] = character
                if following is not None:
                    batch.targets[index, place] = said[following]
                    batch.spans[index, place] = spans[following]
        return batch
