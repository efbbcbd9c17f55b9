"""The measured part of the model card: what the file scores, and where it misses its goals."""

from pathlib import Path

from .evaluation import Score
from .measuring_set import CONDITIONS, WITHOUT_SPEECH

BEGIN, END = "<!-- measured: written by scripts/train-model/train -->", "<!-- end of measured -->"

# Highest character error rate in percent, by condition.
GOALS = {
    "script": [3.0, 5.0, 6.0, 8.0],
    "recombined": [6.0, 8.0, 9.0, 12.0],
    "new": [12.0, 15.0, 18.0, 25.0],
}
TITLES = {
    "script": "sentences of the script, new renderings",
    "recombined": "recombined clauses",
    "new": "new sentences from known characters",
    "script, training voices": "sentences of the script, training voices",
    "script, English spelling": "sentences of the script, espeak-ng's plain `cmn`",
}


def _cell(score: Score | None) -> str:
    if score is None:
        return ""
    return f"{score.cer:.1f} ({score.ser:.1f}) / {score.exact_share:.0f}"


def error_rates(scores: dict[tuple[str, str], Score]) -> str:
    lines = ["| set | n | " + " | ".join(CONDITIONS) + " |", "|---" * (len(CONDITIONS) + 2) + "|"]
    for name, title in TITLES.items():
        cells = [scores.get((name, condition)) for condition in CONDITIONS]
        count = next(score.utterances for score in cells if score)
        lines.append(f"| {title} | {count} | " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines)


def goals(scores: dict[tuple[str, str], Score]) -> str:
    lines = ["| goal (CER at most, %) | " + " | ".join(CONDITIONS) + " |", "|---" * (len(CONDITIONS) + 1) + "|"]
    for name, limits in GOALS.items():
        cells = []
        for condition, limit in zip(CONDITIONS, limits):
            cer = scores[name, condition].cer
            cells.append(f"{limit:.0f}: " + ("met" if cer <= limit else f"**missed, {cer:.1f}**"))
        lines.append(f"| {TITLES[name]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def without_speech(scores: dict[tuple[str, str], Score]) -> str:
    silent = {kind: score for (name, kind), score in scores.items() if name == WITHOUT_SPEECH}
    minutes = sum(score.audio_seconds for score in silent.values()) / 60
    pieces = sum(score.utterances for score in silent.values())
    invented = sum(score.invented for score in silent.values())
    by_kind = ", ".join(f"{kind} {score.invented} of {score.utterances}" for kind, score in sorted(silent.items()))
    return (
        f"Without speech: {invented} of {pieces} pieces ({minutes:.0f} minutes) were answered with text "
        f"(goal: 0 in an hour). By kind: {by_kind}."
    )


def measured(scores: dict[tuple[str, str], Score], facts: str) -> str:
    spoken = [score for (name, _), score in scores.items() if name != WITHOUT_SPEECH]
    seconds = sum(score.audio_seconds for score in spoken)
    took = sum(score.decode_seconds for score in spoken)
    count = sum(score.utterances for score in spoken)
    return "\n\n".join(
        [
            facts,
            "Character error rate % (syllable error rate %) / utterances exactly right %:",
            error_rates(scores),
            goals(scores),
            without_speech(scores),
            f"One thread, on the machine of this run: {1000 * took / count:.0f} ms for an utterance of "
            f"{seconds / count:.1f} s on average.",
        ]
    )


def write_measured(card: Path, text: str) -> None:
    """Replaces what stands between the two marks."""
    before, rest = card.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    card.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
