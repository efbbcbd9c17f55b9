"""Decides what each training batch is made of: which clips, how fast, through which line. `acoustics` makes the
sound."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import torch

from .acoustics import NO_NOISE, Scene
from .clips import ClipStore
from .degradation import SAMPLE_RATE, amplitude
from .disturbance import disturbed
from .rendering import Clip
from .schedule import Difficulty
from .vocabulary import Vocabulary

FRAME = 320  # samples in one encoder frame
IGNORED = -100
# Windows in seconds and how often each is drawn. A few lengths only: a GPU plans its work anew for each. Long ones are
# where most mistakes are made; the last is whisper.cpp's whole window, mostly padding.
WINDOWS = {1.6: 1.0, 2.4: 1.5, 3.2: 1.5, 4.4: 1.5, 6.0: 1.5, 8.0: 1.2, 11.0: 0.9, 15.0: 0.5, 30.0: 0.1}
MOST_PIECES = 8
LONGEST_TEXT = 90


@dataclass
class Batch:
    scene: Scene
    rows: torch.Tensor  # decoder input
    targets: torch.Tensor  # what it should say next
    frames: torch.Tensor  # the character said in each encoder frame
    spans: torch.Tensor  # (batch, text, 2): the frames in which each target is said, -1 for none

    def pin_memory(self) -> "Batch":
        """Called by the loader, so that the copy to a GPU does not wait."""
        return self._each(torch.Tensor.pin_memory)

    def to(self, device: torch.device) -> "Batch":
        return self._each(lambda tensor: tensor.to(device, non_blocking=True))

    def _each(self, change) -> "Batch":
        texts = {f.name: change(getattr(self, f.name)) for f in fields(self) if f.name != "scene"}
        return Batch(self.scene.each(change), **texts)


@dataclass
class Piece:
    clip: Clip
    start: int  # sample of the item at which it begins
    speed: float
    gain: float

    @property
    def length(self) -> int:
        return int((self.clip.length - 1) / self.speed)

    @property
    def starts(self) -> list[float]:
        return [self.start + start / self.speed for start in self.clip.starts]


@dataclass
class Item:
    pieces: list[Piece]
    count: int  # samples; padding follows

    @property
    def text(self) -> str:
        return "".join(piece.clip.utterance.text for piece in self.pieces)

    @property
    def bounds(self) -> list[float]:
        """The sample at which each character starts, and the end of the last."""
        starts = [start for piece in self.pieces for start in piece.starts]
        return [*starts, self.pieces[-1].start + self.pieces[-1].length] if self.pieces else [0.0]


class BatchMaker:
    def __init__(self, store: ClipStore, vocabulary: Vocabulary, noises: dict[str, list[int]], seed: int, rank: int):
        """`noises`: the rows of the noise bank of each kind."""
        self.store, self.vocabulary = store, vocabulary
        self.generator = np.random.default_rng([seed, rank])
        # The same in all processes: they wait for each other, so their batches must be alike in size.
        self.sizes = np.random.default_rng(seed)
        self.noises = noises

    def make(self, difficulty: Difficulty, batch_seconds: float) -> Batch:
        self.difficulty = difficulty
        window = self._window()
        items = [self._item(window) for _ in range(max(1, int(batch_seconds / window)))]
        return self.collate(items, int(window * SAMPLE_RATE))

    def _window(self) -> float:
        windows = [w for w in WINDOWS if w <= self.difficulty.longest_window]
        weights = np.array([WINDOWS[w] for w in windows])
        return float(self.sizes.choice(windows, p=weights / weights.sum()))

    def _margin(self) -> int:
        longest = 0.5 if self.generator.random() < 0.85 else 1.5
        return int(self.generator.uniform(0.0, longest) * SAMPLE_RATE)

    def _item(self, window: float) -> Item:
        generator = self.generator
        # In use the window is cut to the utterance, as a rule with 0.3 to 0.5 s of padding behind it.
        filled = generator.uniform(0.7, 1.0) if window < 20.0 else generator.uniform(0.05, 0.6)
        count = int(min(filled * window, 16.0) * SAMPLE_RATE)
        if generator.random() < 0.07:
            return Item([], count)
        pieces, length = [], 0
        position = min(self._margin(), count // 4)
        room = count - position
        # Most short utterances are one clip; joined ones teach that any sentence may follow another.
        joined = generator.random() < (0.2 if window < 4.0 else 0.65)
        while len(pieces) < MOST_PIECES and length < LONGEST_TEXT:
            speed = generator.uniform(0.86, 1.16)
            clip = self.store.at_most(int(room * speed), 1.0 if joined else 0.25, self.difficulty, generator)
            if clip is None or length + len(clip.utterance.text) > LONGEST_TEXT:
                break
            piece = Piece(clip, position, speed, amplitude(generator.uniform(-4.0, 4.0)))
            pieces.append(piece)
            length += len(clip.utterance.text)
            taken = piece.length + int(generator.uniform(0.05, 0.6) * SAMPLE_RATE)
            position, room = position + taken, room - taken
            if not joined:
                break
        if not pieces:
            return Item([], count)
        end = pieces[-1].start + pieces[-1].length
        return Item(pieces, min(end + self._margin(), int(window * SAMPLE_RATE)))

    def _happens(self, probability: float, count: int) -> np.ndarray:
        return self.generator.random(count) < probability * self.difficulty.severity

    def _noise(self, apart: str | None) -> int:
        kinds = [kind for kind in self.noises if kind != apart]
        return int(self.generator.choice(self.noises[kinds[self.generator.integers(len(kinds))]]))

    def _scene(self, items: list[Item], window: int) -> Scene:
        """Draws what a call does to each item."""
        generator, count = self.generator, len(items)
        speech = np.array([bool(item.pieces) for item in items])
        width = max(1, *(len(item.pieces) for item in items))
        pieces = {
            "offsets": np.zeros((count, width), np.int64),
            "lengths": np.zeros((count, width), np.int64),
            "starts": np.full((count, width), window, np.int64),
            "speeds": np.ones((count, width), np.float32),
            "gains": np.zeros((count, width), np.float32),
        }
        for row, item in enumerate(items):
            for column, piece in enumerate(item.pieces):
                at = row, column
                pieces["offsets"][at], pieces["lengths"][at] = piece.clip.offset, piece.clip.length
                pieces["starts"][at], pieces["speeds"][at], pieces["gains"][at] = piece.start, piece.speed, piece.gain
        levels = generator.uniform(-36.0, -12.0, count)
        signal_to_noise = generator.uniform(5.0, 40.0, count)
        noisy = self._happens(0.6, count)
        silent = generator.random(count) < 0.15
        noise_levels = np.where(speech, levels - signal_to_noise, generator.uniform(-75.0, -15.0, count))
        noise_levels = np.where(np.where(speech, noisy, ~silent), noise_levels, NO_NOISE)
        second = ~speech & ~silent & (generator.random(count) < 0.3)
        second_levels = np.where(second, generator.uniform(-60.0, -25.0, count), NO_NOISE)
        hiss = generator.random(count)
        hissing = (speech & ~noisy & (hiss < 0.7)) | (~speech & silent & (hiss < 0.5))
        # Other voices are taken for speech when they are as loud as it.
        apart = ["babble" if spoken and ratio < 14.0 else None for spoken, ratio in zip(speech, signal_to_noise)]
        on_telephone = np.where(speech, self._happens(0.4, count), generator.random(count) < 0.3)
        drawn = {
            "counts": np.array([item.count for item in items]),
            "decays": np.where(speech & self._happens(0.25, count), generator.uniform(0.05, 0.25, count), 0.0),
            "wetness": generator.uniform(0.1, 0.5, count),
            "levels": levels,
            "noises": np.array([[self._noise(kind), self._noise(None)] for kind in apart]),
            "noise_starts": generator.integers(0, 1 << 30, (count, 2)),
            "noise_levels": np.stack([noise_levels, second_levels], axis=1),
            "hiss_levels": np.where(hissing, generator.uniform(-90.0, -55.0, count), NO_NOISE),
            "telephone": on_telephone,
            "companded": on_telephone & (generator.random(count) < 0.6),
            "lowest": generator.uniform(200.0, 350.0, count),
            "highest": generator.uniform(3200.0, 3700.0, count),
            "overdrive": np.where(speech & self._happens(0.05, count), generator.uniform(6.0, 14.0, count), 0.0),
        }
        arrays = {**pieces, **drawn}
        tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
        return Scene(window, **{name: t.float() if t.is_floating_point() else t for name, t in tensors.items()})

    def collate(self, items: list[Item], window: int) -> Batch:
        vocabulary, prompt = self.vocabulary, self.vocabulary.prompt
        severity = self.difficulty.severity
        texts = [vocabulary.encode(item.text) for item in items]
        histories = [disturbed(text, vocabulary.end, severity, self.generator) for text in texts]
        longest = max(map(len, histories)) + len(prompt)
        count, frame_count = len(items), window // FRAME
        rows = np.full((count, longest), vocabulary.end)
        targets = np.full((count, longest), IGNORED)
        frames = np.full((count, frame_count), vocabulary.end)
        spans = np.full((count, longest, 2), -1)
        for index, (item, characters) in enumerate(zip(items, texts)):
            bounds = np.minimum(np.array(item.bounds) / FRAME, frame_count)
            said_in = []
            for character, start, stop in zip(characters, bounds, bounds[1:]):
                begin = int(start)
                # A comma's pause is not part of the character before it.
                end = min(int(np.ceil(stop)), begin + 25)
                frames[index, begin:end] = character
                said_in.append((begin, max(end, begin + 1)))
            # The end is told by looking behind the last character, or the text runs on for ever.
            behind = min(int(bounds[-1]), frame_count - 1)
            said_in.append((behind, behind + 8) if characters else (-1, -1))
            said = [*characters, vocabulary.end]
            history = [(prompt[-1], 0), *histories[index]]
            rows[index, : len(prompt) - 1] = prompt[:-1]
            for place, (character, following) in enumerate(history, len(prompt) - 1):
                rows[index, place] = character
                if following is not None:
                    targets[index, place] = said[following]
                    spans[index, place] = said_in[following]
        return Batch(self._scene(items, window), *map(torch.from_numpy, (rows, targets, frames, spans)))


class Batches(torch.utils.data.IterableDataset):
    """Batches without end, made by as many helper processes as the loader starts. `step` is shared with the
    training process: the difficulty follows it."""

    def __init__(
        self,
        store: ClipStore,
        vocabulary: Vocabulary,
        noises: dict[str, list[int]],
        seed: int,
        rank: int,
        batch_seconds: float | None,
        step: torch.Tensor,
    ):
        self.parts = store, vocabulary, noises
        self.seed, self.rank, self.batch_seconds, self.step = seed, rank, batch_seconds, step

    def __iter__(self) -> Iterator[Batch]:
        helper = torch.utils.data.get_worker_info()
        maker = BatchMaker(*self.parts, self.seed + 1000 * (helper.id if helper else 0), self.rank)
        while True:
            difficulty = Difficulty.after(int(self.step))
            yield maker.make(difficulty, self.batch_seconds or difficulty.batch_seconds)
