"""The history that the decoder is shown in training, with the mistakes that it makes in use.

A decoder that has only ever seen right histories runs into a loop, or loses the thread, after its first
mistake. So characters are misheard, left out, put in and said again here, and what it is to say next is
always the character that comes next in the audio.
"""

import numpy as np

# Share of the utterances in which something is left out, put in or said again.
UNEVEN_SHARE = 0.25
MISHEARD_SHARE = 0.08  # of the characters
LONGEST_REPEAT = 8

# A character of the history, and the position in the text of what comes after it: None where it is
# not worth learning what does.
History = list[tuple[int, int | None]]


def plain(characters: list[int]) -> History:
    return [(character, index + 1) for index, character in enumerate(characters)]


def disturbed(characters: list[int], choices: int, severity: float, generator: np.random.Generator) -> History:
    """`choices`: how many characters there are. `severity`: 0 for none, 1 for the shares above."""
    history = plain(characters)
    for index in np.flatnonzero(generator.random(len(history)) < MISHEARD_SHARE * severity):
        history[index] = (int(generator.integers(choices)), index + 1)
    if not history or generator.random() >= UNEVEN_SHARE * severity:
        return history
    at = int(generator.integers(len(history)))
    kind = generator.integers(4)
    if kind == 0:
        del history[at]
    elif kind == 1:
        history.insert(at, (int(generator.integers(choices)), at))
    else:
        again = history[max(0, at + 1 - int(generator.integers(1, LONGEST_REPEAT + 1))) : at + 1]
        # Inside the repetition the mistake goes on; only behind it is the way out learned.
        history[at + 1 : at + 1] = [(character, None) for character, _ in again[:-1]] + again[-1:]
    return history
