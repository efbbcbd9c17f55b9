"""What a call does to speech: noise, telephone lines, levels. Of single utterances; `acoustics` is for batches."""

import numpy as np

SAMPLE_RATE = 16_000
Samples = np.ndarray


def root_mean_square(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))


def amplitude(dbfs: float) -> float:
    return float(10.0 ** (dbfs / 20.0))


def _transform_size(count: int) -> int:
    """A size at least count that the FFT splits well; a prime one takes ten times as long."""
    return -(-count // 4096) * 4096


def band_limited(samples: Samples, low: float, high: float) -> Samples:
    """Keeps low..high Hz, with soft edges."""
    size = _transform_size(len(samples))
    spectrum = np.fft.rfft(samples, size)
    frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    gain = 1.0 / (1.0 + (low / np.maximum(frequencies, 1.0)) ** 8) / (1.0 + (frequencies / high) ** 16)
    return np.fft.irfft(spectrum * np.sqrt(gain), size)[: len(samples)].astype(np.float32)


def telephone(samples: Samples) -> Samples:
    """The band of a telephone line, and the steps of its 8-bit mu-law code."""
    clipped = np.clip(band_limited(samples, 300.0, 3400.0), -1.0, 1.0)
    code = np.round(np.sign(clipped) * np.log1p(255.0 * np.abs(clipped)) / np.log(256.0) * 127.0) / 127.0
    return (np.sign(code) * (np.expm1(np.abs(code) * np.log(256.0)) / 255.0)).astype(np.float32)


def coloured_noise(count: int, slope: float, generator: np.random.Generator) -> Samples:
    """Noise whose amplitude falls with frequency to the power of slope (0 white, 0.5 pink, 1 brown)."""
    spectrum = np.fft.rfft(generator.standard_normal(count))
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 40.0)
    return np.fft.irfft(spectrum / frequencies**slope, count)


def hum(count: int, generator: np.random.Generator) -> Samples:
    times = np.arange(count) / SAMPLE_RATE
    base = generator.choice([50.0, 60.0, 100.0])
    tones = sum(np.sin(2 * np.pi * base * k * times + generator.uniform(0, 6)) / k for k in range(1, 9))
    return tones + 0.1 * generator.standard_normal(count)


def keyboard(count: int, generator: np.random.Generator) -> Samples:
    samples = 0.002 * generator.standard_normal(count)
    position = 0
    while True:
        position += int(generator.exponential(0.18) * SAMPLE_RATE) + 400
        length = int(generator.uniform(0.004, 0.03) * SAMPLE_RATE)
        if position + length >= count:
            return samples
        click = generator.standard_normal(length) * np.exp(-np.arange(length) * generator.uniform(4, 9) / length)
        samples[position : position + length] += click * generator.uniform(0.2, 1.0)


def music(count: int, generator: np.random.Generator) -> Samples:
    """Hold music of a sort: chords and single notes with overtones, and ring and busy tones."""
    times = np.arange(count) / SAMPLE_RATE
    samples = np.zeros(count)
    if generator.random() < 0.3:
        cadence = generator.choice([0.35, 0.7, 1.0, 2.0])
        on = (times / cadence).astype(int) % 2 == 0
        return np.sin(2 * np.pi * generator.choice([400.0, 425.0, 450.0, 480.0, 1000.0]) * times) * on
    position = 0
    while position < count:
        length = min(int(generator.uniform(0.15, 0.9) * SAMPLE_RATE), count - position)
        note = times[:length]
        envelope = np.exp(-note * generator.uniform(0.5, 5.0)) * np.minimum(1.0, note / 0.01)
        for _ in range(generator.integers(1, 4)):
            base = 110.0 * 2.0 ** (generator.integers(0, 36) / 12.0)
            for overtone in range(1, 6):
                samples[position : position + length] += (
                    envelope * np.sin(2 * np.pi * base * overtone * note) / overtone ** generator.uniform(1, 2)
                )
        position += length
    return samples


def gusts(count: int, generator: np.random.Generator) -> Samples:
    """Traffic or wind: brown noise that swells."""
    knots = generator.uniform(0.1, 1.0, count // SAMPLE_RATE + 2)
    swell = np.interp(np.arange(count) / SAMPLE_RATE, np.arange(len(knots)), knots)
    return coloured_noise(count, generator.uniform(0.6, 1.2), generator) * swell


class NoiseBank:
    """Long stretches of each kind of noise at level one, of which pieces are cut."""

    SECONDS = 40

    def __init__(self, generator: np.random.Generator, speech: list[Samples] = ()):
        count = self.SECONDS * SAMPLE_RATE
        self.stretches = {
            "white": [coloured_noise(count, 0.0, generator)],
            "pink": [coloured_noise(count, 0.5, generator) for _ in range(2)],
            "brown": [coloured_noise(count, 1.0, generator)],
            "hum": [hum(count, generator) for _ in range(2)],
            "keyboard": [keyboard(count, generator) for _ in range(2)],
            "music": [music(count, generator) for _ in range(6)],
            "gusts": [gusts(count, generator) for _ in range(2)],
        }
        if speech:
            self.stretches["babble"] = [self._babble(speech, count, generator) for _ in range(2)]
        for kind, stretches in self.stretches.items():
            self.stretches[kind] = [(s / root_mean_square(s)).astype(np.float32) for s in stretches]

    @staticmethod
    def _babble(speech: list[Samples], count: int, generator: np.random.Generator) -> Samples:
        total = np.zeros(count)
        for _ in range(8):
            order = generator.permutation(len(speech))
            voice = np.concatenate([speech[index] for index in order])
            total += np.resize(voice, count)
        return total

    def cut(self, kind: str, count: int, generator: np.random.Generator) -> Samples:
        stretches = self.stretches[kind]
        stretch = stretches[generator.integers(len(stretches))]
        start = generator.integers(0, len(stretch) - 1)
        return np.take(stretch, np.arange(start, start + count), mode="wrap")

    def any(self, count: int, generator: np.random.Generator, apart: tuple[str, ...] = ()) -> Samples:
        kinds = [kind for kind in self.stretches if kind not in apart]
        return self.cut(kinds[generator.integers(len(kinds))], count, generator)


def with_noise(speech: Samples, noise: Samples, snr_db: float, level: float) -> Samples:
    """Adds noise of level one, snr_db below the level of the speech."""
    return speech + noise * (level * amplitude(-snr_db))
