"""The sounds of a character: initial, final and tone, as classes for training's extra outputs.

Hundreds of characters share a few dozen of these, so the encoder learns them long before it has
heard each character often enough.
"""

from pypinyin import Style, pinyin

SILENCE = "silence"


def sounds(characters: str) -> dict[str, list[int]]:
    """For each kind of sound the class of every character, and last that of silence."""
    readings = {
        "initial": [pinyin(c, style=Style.INITIALS, strict=True)[0][0] for c in characters],
        "final": [pinyin(c, style=Style.FINALS, strict=True)[0][0] for c in characters],
        "tone": [pinyin(c, style=Style.TONE3, neutral_tone_with_five=True)[0][0][-1] for c in characters],
    }
    classes = {}
    for kind, values in readings.items():
        names = [*sorted(set(values)), SILENCE]
        classes[kind] = [names.index(value) for value in [*values, SILENCE]]
    return classes
