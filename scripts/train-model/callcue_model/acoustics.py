"""Makes the sound of a whole batch at once, on a GPU where there is one: clips joined and changed in speed, rooms,
noise, telephone lines."""

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn

from .degradation import SAMPLE_RATE, NoiseBank

NO_NOISE = -300.0  # dBFS


@dataclass
class Scene:
    """What each item of a batch (first dimension) is made of. Levels are in dBFS, frequencies in Hz."""

    window: int  # samples
    # Pieces of an item (second dimension): where in the file, where in the item, how fast and how loud.
    offsets: Tensor
    lengths: Tensor
    starts: Tensor  # ascending
    speeds: Tensor
    gains: Tensor
    counts: Tensor  # samples before the padding
    decays: Tensor  # seconds of the room's echo, 0 for none
    wetness: Tensor
    levels: Tensor
    noises: Tensor  # two rows of the noise bank
    noise_starts: Tensor
    noise_levels: Tensor
    hiss_levels: Tensor
    telephone: Tensor
    companded: Tensor
    lowest: Tensor
    highest: Tensor
    overdrive: Tensor  # dB, 0 for none

    def each(self, change) -> "Scene":
        names = [field.name for field in fields(self) if field.name != "window"]
        return Scene(self.window, **{name: change(getattr(self, name)) for name in names})


def _amplitude(dbfs: Tensor) -> Tensor:
    return 10.0 ** (dbfs / 20.0)


def _transform_size(count: int) -> int:
    """A size at least count that the FFT splits well: twos, threes and fives."""
    step = 1 << max(count.bit_length() - 4, 0)
    pieces = -(-count // step)
    while any(pieces % prime == 0 for prime in (7, 11, 13)):
        pieces += 1
    return pieces * step


class Acoustics(nn.Module):
    def __init__(self, samples: np.ndarray, noise: NoiseBank):
        """`samples`: the 16-bit sound of all clips."""
        super().__init__()
        self.register_buffer("samples", torch.from_numpy(samples), persistent=False)
        stretches = [stretch for stretches in noise.stretches.values() for stretch in stretches]
        self.register_buffer("noise", torch.from_numpy(np.stack(stretches)), persistent=False)

    @staticmethod
    def rows_of(noise: NoiseBank) -> dict[str, list[int]]:
        """The rows of `noise` in this module's bank, by kind."""
        rows, first = {}, 0
        for kind, stretches in noise.stretches.items():
            rows[kind] = list(range(first, first + len(stretches)))
            first += len(stretches)
        return rows

    @torch.no_grad()
    def forward(self, scene: Scene) -> Tensor:
        """(batch, samples) in -1..1. All of it happens to every item, to most of them without effect: a GPU
        is faster with whole batches of few sizes than with chosen items."""
        audio = self._in_a_room(self._joined(scene), scene.decays, scene.wetness)
        times = torch.arange(scene.window, device=audio.device)
        within = times < scene.counts[:, None]
        voiced = audio.abs() > 1e-4
        power = (audio.square() * voiced).sum(dim=1) / voiced.sum(dim=1).clamp(min=1)
        audio = audio * (_amplitude(scene.levels) / (power + 1e-12).sqrt())[:, None]
        for number in range(2):
            positions = (scene.noise_starts[:, number, None] + times) % self.noise.shape[1]
            piece = self.noise[scene.noises[:, number, None], positions]
            audio = audio + piece * _amplitude(scene.noise_levels[:, number])[:, None]
        audio = audio + torch.randn_like(audio) * _amplitude(scene.hiss_levels)[:, None]
        on_a_line = self._on_a_line(audio, scene.lowest, scene.highest, scene.companded)
        audio = torch.where(scene.telephone[:, None], on_a_line, audio)
        gain = _amplitude(scene.overdrive)[:, None]
        limit = torch.where(scene.overdrive > 0.0, 0.9, 1.0)[:, None]
        return (audio * gain).clamp(-limit, limit) * within

    def _joined(self, scene: Scene) -> Tensor:
        times = torch.arange(scene.window, device=self.samples.device).expand(len(scene.starts), -1)
        piece = (torch.searchsorted(scene.starts, times.contiguous(), right=True) - 1).clamp(min=0)
        position = (times - scene.starts.gather(1, piece)) * scene.speeds.gather(1, piece)
        inside = (position >= 0.0) & (position < scene.lengths.gather(1, piece) - 1)
        below = position.long()
        share = position - below
        index = torch.where(inside, scene.offsets.gather(1, piece) + below, 0)
        sound = torch.lerp(self.samples[index].float(), self.samples[index + 1].float(), share)
        return sound / 32768.0 * scene.gains.gather(1, piece) * inside

    @staticmethod
    def _in_a_room(audio: Tensor, decays: Tensor, wetness: Tensor) -> Tensor:
        """A small room: an exponential tail of random reflections."""
        length = SAMPLE_RATE // 4
        times = torch.arange(length, device=audio.device)
        lengths = (decays * SAMPLE_RATE).clamp(min=1.0)[:, None]
        response = torch.randn(len(audio), length, device=audio.device) * torch.exp(-times * 4.0 / lengths)
        # With no decay only the first sample is left: the direct sound.
        response = response * (times < lengths)
        power = response.square().sum(dim=1, keepdim=True).clamp(min=1e-6)
        response = response * (wetness[:, None] / power.sqrt())
        response[:, 0] = 1.0
        size = _transform_size(audio.shape[1] + length)
        spectrum = torch.fft.rfft(audio, size) * torch.fft.rfft(response, size)
        return torch.fft.irfft(spectrum, size)[:, : audio.shape[1]]

    @staticmethod
    def _on_a_line(audio: Tensor, lowest: Tensor, highest: Tensor, companded: Tensor) -> Tensor:
        """The band of a telephone line and, where companded, the steps of its 8-bit mu-law code."""
        size = _transform_size(audio.shape[1])
        frequencies = torch.fft.rfftfreq(size, 1 / SAMPLE_RATE, device=audio.device).clamp(min=1.0)
        gain = 1.0 / (1.0 + (lowest[:, None] / frequencies) ** 8) / (1.0 + (frequencies / highest[:, None]) ** 16)
        narrow = torch.fft.irfft(torch.fft.rfft(audio, size) * gain.sqrt(), size)[:, : audio.shape[1]]
        clipped = narrow.clamp(-1.0, 1.0)
        scale = float(np.log(256.0))
        code = torch.round(clipped.sign() * torch.log1p(255.0 * clipped.abs()) / scale * 127.0) / 127.0
        stepped = code.sign() * torch.expm1(code.abs() * scale) / 255.0
        return torch.where(companded[:, None], stepped, narrow)
