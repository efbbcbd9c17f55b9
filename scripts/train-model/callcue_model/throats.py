"""Makes up voices for espeak-ng: variant files with random throats, pitches and ways of speaking."""

import random
from pathlib import Path

from . import voices

VARIANTS = Path("voices") / "!v"
# espeak-ng counts no more than 349 voices, so only these languages come along: Chinese, English.
LANGUAGES = ["sit", "gmw"]


def variant(name: str, generator: random.Random) -> str:
    """One variant file. Formants are in percent of the plain voice: frequency, strength, width."""

    def between(low: float, high: float) -> int:
        return round(generator.uniform(low, high))

    throat = generator.uniform(0.84, 1.28)
    small = throat > generator.uniform(0.98, 1.1)
    pitch = between(110, 220) if small else between(65, 130)
    lines = ["language variant", f"name {name}", f"gender {'female' if small else 'male'}"]
    lines.append(f"pitch {pitch} {round(pitch * generator.uniform(1.2, 1.8))}")
    lines.append(f"formant 0 {between(80, 120)} {between(75, 135)} {between(90, 150)}")
    for number in range(1, 9):
        spread, weakest = (0.05, 55) if number < 4 else (0.08, 30) if number < 6 else (0.08, 0)
        frequency = round(100 * throat * generator.gauss(1.0, spread))
        lines.append(f"formant {number} {frequency} {between(weakest, 130)} {between(65, 165)}")
    chances = [
        (0.3, lambda: f"roughness {between(0, 6)}"),
        (0.4, lambda: f"flutter {between(0, 16)}"),
        (0.5, lambda: f"voicing {between(50, 200)}"),
        (0.7, lambda: f"consonants {between(50, 135)} {between(60, 130)}"),
        (0.25, lambda: "breath " + " ".join(str(between(0, 5)) for _ in range(8))),
        (0.2, lambda: f"echo {between(60, 160)} {between(5, 25)}"),
        (0.3, lambda: f"intonation {generator.choice((2, 3, 4))}"),
        (0.3, lambda: f"tone 600 {between(150, 255)} 1200 {between(130, 255)} 2000 {between(100, 255)}"),
        (0.3, lambda: "stressAdd " + " ".join(str(between(-20, 40)) for _ in range(8))),
        (0.12, lambda: f"klatt {generator.choice((1, 2, 3, 4))}"),
    ]
    lines += [make() for chance, make in chances if generator.random() < chance]
    return "\n".join(lines) + "\n"


def write_data(folder: Path, plain: Path, seed: int) -> Path:
    """A folder of espeak-ng's data (`plain` is the one it came with) that has the made-up voices as well."""
    data = folder / "espeak-ng-data"
    for part in (VARIANTS, Path("lang")):
        (data / part).mkdir(parents=True, exist_ok=True)
    parts = [part.name for part in plain.iterdir() if part.name not in ("voices", "lang")]
    parts += [f"lang/{language}" for language in LANGUAGES]
    parts += [VARIANTS / name for name in voices.TRAINING + voices.STRANGE]
    for part in parts:
        if not (data / part).exists():
            (data / part).symlink_to((plain / part).resolve())
    generator = random.Random(f"{seed}/throats")
    for name in voices.MADE_UP:
        (data / VARIANTS / name).write_text(variant(name, generator))
    return folder
