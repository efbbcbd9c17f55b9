"""The steps of `train`, each also by itself: `python -m callcue_model STEP --help`."""

import argparse
import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path


def deadline(arguments: argparse.Namespace) -> float:
    """Seconds since the epoch at which training must have ended."""
    if arguments.deadline:
        at = datetime.combine(datetime.now(), datetime.strptime(arguments.deadline, "%H:%M").time())
        return (at if at > datetime.now() else at + timedelta(days=1)).timestamp()
    return time.time() + 60.0 * arguments.minutes


def train(arguments: argparse.Namespace) -> None:
    import torch

    from .dataset import make_training_set
    from .schedule import GPU_BATCH_SECONDS, PEAK, WARM_START_PEAK
    from .training import Settings, train

    vocabulary = make_training_set(arguments.data, arguments.seed, arguments.clips)
    train(
        Settings(
            data=str(arguments.data),
            characters=vocabulary.characters,
            deadline=deadline(arguments),
            seed=arguments.seed,
            reheat=arguments.reheat,
            start_from=str(arguments.start_from) if arguments.start_from else None,
            batch_seconds=arguments.batch_seconds or (GPU_BATCH_SECONDS if torch.cuda.is_available() else None),
            peak=WARM_START_PEAK if arguments.start_from else PEAK,
            meeting_point=str(arguments.data.resolve() / f"meeting-{os.getpid()}"),
            processes=1 if torch.cuda.is_available() else (os.cpu_count() or 1),
        )
    )


def export(arguments: argparse.Namespace) -> None:
    from . import ggml
    from .training import load_network

    network, vocabulary, state = load_network(arguments.data / "checkpoint.pt")
    ggml.write_model(arguments.out, network, vocabulary, ggml.FORMATS[arguments.format])
    print(
        f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB, {arguments.format}, after "
        f"{state['step']} steps, {100 * state['progress']:.0f} % of the run"
    )


def measuring_set(arguments: argparse.Namespace) -> None:
    from .measuring_set import make_measuring_set

    manifest = make_measuring_set(arguments.data / "measuring", arguments.seed)
    print(f"callcue eval --manifest {manifest}")


def evaluate(arguments: argparse.Namespace) -> None:
    from .card import measured, write_measured
    from .evaluation import evaluate, table
    from .measuring_set import make_development_set, make_measuring_set

    if arguments.development:
        manifest = make_development_set(arguments.data / "development", arguments.seed)
    else:
        manifest = make_measuring_set(arguments.data / "measuring", arguments.seed)
    scores = evaluate(arguments.model, manifest, arguments.data / "mistakes.jsonl", arguments.every)
    print(table(scores))
    if arguments.card:
        write_measured(arguments.card, measured(scores, facts(arguments)))
        print(arguments.card.read_text(encoding="utf-8"))


def facts(arguments: argparse.Namespace) -> str:
    """What the card says about the run that made the model."""
    from .training import load_network

    network, vocabulary, state = load_network(arguments.data / "checkpoint.pt")
    corpus = json.loads((arguments.data / "corpus.json").read_text())
    parameters = sum(p.numel() for p in network.parameters())
    further = " from a finished model's weights on" if state.get("started_from_file") else ""
    return (
        f"Made with seed {arguments.seed}{further}: {state['step']:,} steps on "
        f"{state['hours']:,.0f} hours of degraded audio, cut "
        f"from {corpus['clips']:,} clips ({corpus['hours']:.1f} h, {corpus['texts']:,} texts, "
        f"{vocabulary.end} characters). {parameters / 1e6:.2f} million trained parameters, "
        f"{arguments.model.stat().st_size / 1e6:.2f} MB."
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="callcue_model", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="scratch folder")
    parser.add_argument("--seed", type=int, default=1)
    steps = parser.add_subparsers(required=True)
    step = steps.add_parser("train", help="render what is missing, and train until the deadline")
    step.add_argument("--minutes", type=float, default=90.0)
    step.add_argument("--clips", type=int, default=96_000, help="rendered once, then kept")
    step.add_argument("--deadline", help="HH:MM; wins over --minutes")
    step.add_argument(
        "--reheat",
        type=float,
        metavar="SHARE",
        help="take a finished run up again as if it were at this share of its time (0 to 1)",
    )
    step.add_argument(
        "--start-from", type=Path, metavar="FILE", help="begin a new run with the weights of a model file"
    )
    step.add_argument("--batch-seconds", type=float, help="audio in a step; by default what suits CPUs or a GPU")
    step.set_defaults(run=train)
    step = steps.add_parser("export", help="write the last checkpoint as a whisper.cpp file")
    step.add_argument("--out", type=Path, required=True)
    step.add_argument("--format", choices=["f16", "q8_0", "q5_1"], default="q5_1")
    step.set_defaults(run=export)
    step = steps.add_parser("measuring-set", help="render the held-out sentences for `callcue eval`; needs numpy only")
    step.set_defaults(run=measuring_set)
    step = steps.add_parser("evaluate", help="error rates of a model file, by whisper.cpp")
    step.add_argument("--model", type=Path, required=True)
    step.add_argument("--every", type=int, default=1, help="measure one utterance in so many")
    step.add_argument(
        "--development", action="store_true", help="on the development set: for choices, not for the card"
    )
    step.add_argument("--card", type=Path, help="model card whose measured part is to be replaced")
    step.set_defaults(run=evaluate)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
