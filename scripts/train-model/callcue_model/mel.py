"""Log-mel features exactly as whisper.cpp computes them."""

import math

import numpy as np
import torch

SAMPLE_RATE = 16_000
FFT_SIZE = 400
HOP = 160
MELS = 80


def _slaney_mel(hertz: np.ndarray) -> np.ndarray:
    """Linear below 1 kHz, logarithmic above."""
    logarithmic = 15.0 + np.log(np.maximum(hertz, 1e-9) / 1000.0) * (27.0 / math.log(6.4))
    return np.where(hertz < 1000.0, hertz * 3.0 / 200.0, logarithmic)


def _slaney_hertz(mel: np.ndarray) -> np.ndarray:
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp((mel - 15.0) * (math.log(6.4) / 27.0)))


def filters() -> np.ndarray:
    """MELS x (FFT_SIZE/2 + 1) triangles of equal area; they are written into the model file."""
    bins = np.linspace(0.0, SAMPLE_RATE / 2, FFT_SIZE // 2 + 1)
    top = _slaney_mel(np.array(SAMPLE_RATE / 2))
    edges = _slaney_hertz(np.linspace(0.0, top, MELS + 2))
    lower, centre, upper = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (bins - lower) / (centre - lower)
    falling = (upper - bins) / (upper - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * 2.0 / (upper - lower)).astype(np.float32)


class LogMel(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(FFT_SIZE))
        self.register_buffer("filters", torch.from_numpy(filters()))

    @torch.no_grad()
    def forward(self, audio: torch.Tensor) -> torch.Tensor:
        """(batch, samples) in -1..1 to (batch, MELS, samples / HOP)."""
        spectrum = torch.stft(audio, FFT_SIZE, HOP, window=self.window, return_complex=True)
        power = spectrum[..., :-1].abs().square()
        logarithm = (self.filters @ power).clamp(min=1e-10).log10()
        # whisper.cpp takes the maximum over the whole window, padding included.
        floor = logarithm.amax(dim=(1, 2), keepdim=True) - 8.0
        return (torch.maximum(logarithm, floor) + 4.0) / 4.0
