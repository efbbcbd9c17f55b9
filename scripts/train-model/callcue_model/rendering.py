"""Renders sentences with libespeak-ng, with the time at which each character starts.

The library crashes now and then (after many changes of voice, on some voices), so every batch is
rendered in a child process that ends with it.
"""

import ctypes
import json
import multiprocessing
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from . import voices
from .corpus import Sentence

SAMPLE_RATE = 16_000
BATCH = 200
SECONDS_A_BATCH = 60.0  # a hundred times what it takes

_SYNCHRONOUS = 2
_PARAMETER_RATE, _PARAMETER_PITCH, _PARAMETER_RANGE = 1, 3, 4
_UTF8 = 1
_EVENT_WORD = 1


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class Utterance:
    """A sentence and how it is to be said."""

    kind: str
    spoken: str
    text: str
    language: str
    voice: str
    rate: int
    pitch: int
    pitch_range: int


@dataclass(frozen=True)
class Clip:
    """A rendered utterance inside the audio file: samples, and the start of each character."""

    utterance: Utterance
    offset: int
    length: int
    starts: list[int]


class Synthesizer:
    """libespeak-ng in this process."""

    def __init__(self, data: Path | None = None):
        """`data`: a folder with espeak-ng-data in it, in place of the one it came with."""
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        path = str(data).encode() if data else None
        self.sample_rate = self.library.espeak_Initialize(_SYNCHRONOUS, 0, path, 0)
        if self.sample_rate <= 0:
            raise RuntimeError("libespeak-ng did not start")
        self.pieces: list[np.ndarray] = []
        self.words: list[tuple[int, int]] = []
        # Kept as an attribute: ctypes does not hold on to a callback that C still uses.
        self.callback = _Callback(self._receive)
        self.library.espeak_SetSynthCallback(self.callback)
        self.voice = None

    @property
    def data(self) -> Path:
        """The folder espeak-ng-data that is in use."""
        path = ctypes.c_char_p()
        self.library.espeak_Info.restype = ctypes.c_char_p
        self.library.espeak_Info(ctypes.byref(path))
        return Path(path.value.decode())

    def _receive(self, samples, count, events) -> int:
        if count:
            self.pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type:
            if events[index].type == _EVENT_WORD:
                self.words.append((events[index].text_position - 1, events[index].sample))
            index += 1
        return 0

    def say(self, utterance: Utterance) -> tuple[np.ndarray, list[int]]:
        """Samples at SAMPLE_RATE, trimmed to the speech, and the start of each character."""
        voice = f"{utterance.language}+{utterance.voice}"
        if voice != self.voice:
            if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise RuntimeError(f"espeak-ng has no voice {voice}")
            self.voice = voice
        self.library.espeak_SetParameter(_PARAMETER_RATE, utterance.rate, 0)
        self.library.espeak_SetParameter(_PARAMETER_PITCH, utterance.pitch, 0)
        self.library.espeak_SetParameter(_PARAMETER_RANGE, utterance.pitch_range, 0)
        self.pieces, self.words = [], []
        text = utterance.spoken.encode()
        self.library.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None)
        self.library.espeak_Synchronize()
        samples = np.concatenate(self.pieces).astype(np.float32)
        ratio = SAMPLE_RATE / self.sample_rate
        starts = character_starts(utterance.spoken, self.words, len(samples))
        return trim(resample(samples, ratio), [int(start * ratio) for start in starts])


def character_starts(spoken: str, words: list[tuple[int, int]], end: int) -> list[int]:
    """Where each written character begins. Characters without an event of their own (a word of
    several) share the time up to the next event evenly."""
    written = [index for index, character in enumerate(spoken) if "\u4e00" <= character <= "\u9fff"]
    known = {position: sample for position, sample in words}
    anchors = [(order, known[position]) for order, position in enumerate(written) if position in known]
    orders = [order for order, _ in anchors] + [len(written)]
    samples = [sample for _, sample in anchors] + [end]
    return [int(value) for value in np.interp(range(len(written)), orders, samples)]


def resample(samples: np.ndarray, ratio: float) -> np.ndarray:
    """Band-limited conversion in the frequency domain."""
    # A length that 441 divides keeps 22,050 to 16,000 Hz exact.
    padded = np.pad(samples, (0, -len(samples) % 441))
    target = round(len(padded) * ratio)
    spectrum = np.fft.rfft(padded)[: target // 2 + 1]
    return np.fft.irfft(spectrum, target).astype(np.float32) * (target / len(padded))


def trim(samples: np.ndarray, starts: list[int]) -> tuple[np.ndarray, list[int]]:
    frame = SAMPLE_RATE // 100
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > 100.0)
    first, last = loud[0] * frame, (loud[-1] + 1) * frame
    return samples[first:last], [int(np.clip(start - first, 0, last - first)) for start in starts]


def choose_delivery(
    sentences: list[Sentence],
    names: list[str],
    generator: random.Random,
    english_spelling: float = 0.0,
) -> list[Utterance]:
    """Gives each sentence a voice, a rate and a pitch."""
    utterances = []
    for sentence in sentences:
        english = generator.random() < english_spelling
        spoken = sentence.spoken
        if generator.random() < 0.4:
            # Said in one breath.
            spoken = sentence.text
        utterances.append(
            Utterance(
                kind=sentence.kind,
                spoken=spoken,
                text=sentence.text,
                language=voices.ENGLISH_SPELLING if english else voices.MANDARIN,
                voice=generator.choice(names),
                rate=generator.randint(*voices.RATES),
                pitch=generator.randint(*voices.PITCHES),
                pitch_range=generator.randint(30, 70),
            )
        )
    return utterances


Rendered = list[tuple[Utterance, np.ndarray, list[int]]]


def _render_here(utterances: list[Utterance], sender: Connection, data: Path | None) -> None:
    synthesizer = Synthesizer(data)
    rendered = []
    for utterance in utterances:
        samples, starts = synthesizer.say(utterance)
        rendered.append((utterance, np.clip(samples, -32768, 32767).astype(np.int16), starts))
    sender.send(rendered)


def render_batch(utterances: list[Utterance], data: Path | None = None) -> Rendered:
    """In a child process. Where that crashes, each half is tried alone, down to the one utterance
    that espeak-ng cannot say, which is left out."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_render_here, args=(utterances, sender, data))
    child.start()
    sender.close()
    try:
        if receiver.poll(SECONDS_A_BATCH):
            return receiver.recv()
    except EOFError:
        pass
    finally:
        child.kill()
        child.join()
    if len(utterances) == 1:
        return []
    half = len(utterances) // 2
    return render_batch(utterances[:half], data) + render_batch(utterances[half:], data)


def render(
    utterances: list[Utterance],
    audio_path: Path,
    clips_path: Path,
    processes: int = 2,
    data: Path | None = None,
) -> list[Clip]:
    """Writes raw samples and one line a clip. `data`: see Synthesizer."""
    utterances = sorted(utterances, key=lambda utterance: (utterance.language, utterance.voice))
    batches = [utterances[start : start + BATCH] for start in range(0, len(utterances), BATCH)]
    clips: list[Clip] = []
    offset = 0
    with (
        ThreadPoolExecutor(processes) as pool,
        open(audio_path, "wb") as audio,
        open(clips_path, "w", encoding="utf-8") as lines,
    ):
        for done, rendered in enumerate(pool.map(lambda batch: render_batch(batch, data), batches), 1):
            for utterance, samples, starts in rendered:
                audio.write(samples.tobytes())
                clips.append(Clip(utterance, offset, len(samples), starts))
                lines.write(json.dumps(asdict(clips[-1]), ensure_ascii=False) + "\n")
                offset += len(samples)
            if done % 50 == 0 or done == len(batches):
                hours = offset / SAMPLE_RATE / 3600
                print(f"rendering: {done}/{len(batches)} batches, {hours:.1f} h", flush=True)
    lost = len(utterances) - len(clips)
    if lost:
        print(f"rendering: espeak-ng crashed on {lost} of {len(utterances)} sentences; left out")
    return clips


def read_clips(path: Path) -> list[Clip]:
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Clip(Utterance(**row.pop("utterance")), **row) for row in rows]
