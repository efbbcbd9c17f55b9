"""Trains the network against a deadline, on all CPU cores or one GPU, and can be taken up again."""

import copy
import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing
import torch.nn.functional as F

from . import ggml
from .batches import IGNORED, Batch, BatchMaker, ClipStore
from .mel import LogMel
from .network import Network, Shape
from .pronunciation import sounds
from .schedule import Difficulty, Schedule, learning_rate
from .vocabulary import Vocabulary

FRAME_WEIGHT, LOOK_WEIGHT = 0.5, 0.3
REPORT_EVERY = 50
# The exported weights are an average over about the last 500 steps: it makes fewer mistakes than any of them.
AVERAGE_EVERY, AVERAGE_SHARE = 10, 0.02


@dataclass(frozen=True)
class Settings:
    data: str
    characters: str
    deadline: float
    seed: int
    processes: int
    reheat: float | None
    start_from: str | None  # a model file whose weights a new run begins with
    hours_heard: float  # how much audio counts as heard when a new run begins
    peak: float  # highest learning rate
    meeting_point: str  # a file where the processes find each other, new for each run
    checkpoint_every: float = 120.0

    @property
    def checkpoint(self) -> Path:
        return Path(self.data) / "checkpoint.pt"


def load_network(path: Path) -> tuple[Network, Vocabulary, dict]:
    state = torch.load(path, map_location="cpu", weights_only=True)
    vocabulary = Vocabulary(state["characters"])
    network = Network(Shape(**state["shape"]), vocabulary.rows, vocabulary.outputs, sound_classes(vocabulary))
    network.load_state_dict(state["average"])
    return network.eval(), vocabulary, state


@torch.no_grad()
def blended(network: Network, vocabulary: Vocabulary, file: ggml.ModelFile, share: float) -> Network:
    """The network with that share (0 to 1) of the weights of the model file that its run started from. Two models
    of one descent make different mistakes, and the one between them fewer than either."""
    blend = copy.deepcopy(network)
    # Characters that the file lacks stay as they are.
    ggml.load_weights(blend, vocabulary, file)
    torch._foreach_lerp_(list(blend.parameters()), list(network.parameters()), 1.0 - share)
    return blend


def sound_classes(vocabulary: Vocabulary) -> dict[str, int]:
    return {kind: classes[-1] + 1 for kind, classes in sounds(vocabulary.characters).items()}


def other_voices(mel: torch.Tensor, generator: random.Random) -> torch.Tensor:
    """Features as of other throats and other lines: the bands stretched or squeezed, the same for the whole
    batch, and each utterance's bands raised and lowered along a smooth curve of its own."""
    if generator.random() < 0.6:
        positions = (torch.arange(mel.shape[1], device=mel.device) * generator.uniform(0.9, 1.1)).clamp(max=78.99)
        below = positions.long()
        share = (positions - below)[:, None]
        mel = mel[:, below] * (1.0 - share) + mel[:, below + 1] * share
    knots = torch.randn(len(mel), 1, 6, device=mel.device) * 0.08
    curves = F.interpolate(knots, mel.shape[1], mode="linear", align_corners=True)
    return mel + curves.transpose(1, 2)


def masked(mel: torch.Tensor, generator: random.Random) -> torch.Tensor:
    """SpecAugment: hides bands and short moments, the same for the whole batch."""
    mel = mel.clone()
    for _ in range(2):
        if generator.random() < 0.5:
            width = generator.randint(2, 12)
            start = generator.randint(0, mel.shape[1] - width)
            mel[:, start : start + width] = mel.mean()
        if generator.random() < 0.5:
            width = generator.randint(2, 12)
            start = generator.randint(0, mel.shape[2] - width)
            mel[:, :, start : start + width] = mel.mean()
    return mel


def losses(
    network: Network, mel: torch.Tensor, batch: Batch, sounds_of: dict[str, torch.Tensor]
) -> tuple[torch.Tensor, dict[str, float]]:
    device = mel.device
    rows, targets, frames, spans = (
        torch.as_tensor(part, dtype=torch.long, device=device)
        for part in (batch.rows, batch.targets, batch.frames, batch.spans)
    )
    with torch.autocast(device.type, torch.bfloat16):
        scores, audio, looked = network(mel, rows)
        frame_scores = {name: classify(audio) for name, classify in network.frame_classifiers.items()}
    text = F.cross_entropy(
        scores.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, label_smoothing=0.03
    )
    said = {}
    for name, of_frames in frame_scores.items():
        classes = frames if name == "character" else sounds_of[name][frames]
        said[name] = F.cross_entropy(of_frames.float().flatten(0, 1), classes.flatten())
    # Head 0 must look where the character is being said: this is what keeps it from loops.
    positions = torch.arange(looked.shape[-1], device=device)
    inside = (positions >= spans[..., :1] - 2) & (positions < spans[..., 1:] + 2)
    spoken = spans[..., 0] >= 0
    look = looked.new_zeros(())
    if spoken.any():
        look = -looked.masked_fill(~inside, -30.0).logsumexp(dim=-1)[spoken].mean()
    known = targets != IGNORED
    figures = {
        "text": text.item(),
        **{name: value.item() for name, value in said.items()},
        "look": look.item(),
        "right": (scores.argmax(dim=-1) == targets)[known].float().mean().item(),
    }
    return text + FRAME_WEIGHT * sum(said.values()) + LOOK_WEIGHT * look, figures


def average_over_processes(network: Network, progress: float, processes: int) -> float:
    """Averages gradients, and progress with them: all processes must use one learning rate."""
    gradients = [p.grad for p in network.parameters()]
    flat = torch.cat([g.flatten() for g in gradients] + [torch.tensor([progress])])
    distributed.all_reduce(flat)
    flat /= processes
    offset = 0
    for gradient in gradients:
        gradient.copy_(flat[offset : offset + gradient.numel()].view_as(gradient))
        offset += gradient.numel()
    return flat[-1].item()


@dataclass
class Run:
    """What a checkpoint keeps: the weights, their average, the optimizer, and how far it has come."""

    network: Network
    average: Network
    optimizer: torch.optim.Optimizer
    step: int = 0
    progress: float = 0.0
    hours: float = 0.0

    def save(self, settings: Settings) -> None:
        partial = settings.checkpoint.with_suffix(".partial")
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "shape": asdict(self.network.shape),
            "characters": settings.characters,
            "step": self.step,
            "progress": self.progress,
            "hours": self.hours,
            "hours_before": settings.hours_heard,
            "started_from_file": settings.start_from is not None,
        }
        torch.save(state, partial)
        partial.rename(settings.checkpoint)

    @torch.no_grad()
    def update_average(self) -> None:
        # Over all steps at first, or the weights of the start would stay in it for long.
        share = max(AVERAGE_SHARE, 1.0 / (1 + self.step // AVERAGE_EVERY))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), share)


def begin(settings: Settings, vocabulary: Vocabulary, device: torch.device) -> Run:
    """A run at its last checkpoint, at a model file's weights, or at random ones."""
    network = Network(Shape(), vocabulary.rows, vocabulary.outputs, sound_classes(vocabulary))
    if settings.start_from and not settings.checkpoint.exists():
        ggml.load_weights(network, vocabulary, ggml.read_model(Path(settings.start_from)))
    network.to(device)
    decayed = [p for p in network.parameters() if p.dim() > 1]
    plain = [p for p in network.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}],
        betas=(0.9, 0.98),
        fused=True,
    )
    run = Run(network, copy.deepcopy(network), optimizer, hours=settings.hours_heard)
    if settings.checkpoint.exists():
        state = torch.load(settings.checkpoint, map_location="cpu", weights_only=True)
        network.load_state_dict(state["network"])
        run.average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        run.step, run.progress, run.hours = state["step"], state["progress"], state["hours"]
    if settings.reheat is not None:
        run.progress = settings.reheat
    return run


class Report:
    """Mean figures of the steps since the last line, on the terminal."""

    def __init__(self, deadline: float):
        self.deadline, self.began = deadline, time.time()
        self.figures: list[dict[str, float]] = []

    def add(self, run: Run, figure: dict[str, float]) -> None:
        self.figures.append(figure)
        if run.step % REPORT_EVERY:
            return
        mean = {name: np.mean([f[name] for f in self.figures]) for name in figure}
        left = max(self.deadline - time.time(), 0.0) / 60
        print(
            f"step {run.step} | {run.hours:.1f} h of audio | "
            + " ".join(f"{name} {value:.3f}" for name, value in mean.items())
            + f" | {(time.time() - self.began) / REPORT_EVERY:.2f} s a step | {left:.0f} min left",
            flush=True,
        )
        self.figures, self.began = [], time.time()


def run_process(rank: int, settings: Settings) -> None:
    torch.set_num_threads(1)
    if settings.processes > 1:
        meeting = f"file://{settings.meeting_point}"
        distributed.init_process_group("gloo", meeting, rank=rank, world_size=settings.processes)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    vocabulary = Vocabulary(settings.characters)
    sounds_of = {
        kind: torch.tensor(classes, device=device) for kind, classes in sounds(vocabulary.characters).items()
    }
    run = begin(settings, vocabulary, device)
    network, optimizer = run.network, run.optimizer
    data = Path(settings.data)
    # A run that is taken up again must not see the same batches once more.
    seed = settings.seed + run.step
    maker = BatchMaker(ClipStore(data / "train.raw", data / "train.jsonl"), vocabulary, seed, rank)
    generator, log_mel = random.Random(seed), LogMel().to(device)
    schedule, report, saved = Schedule(settings.deadline, run.progress), Report(settings.deadline), time.time()
    network.train()
    while run.progress < 1.0:
        batch = maker.make(Difficulty.after(run.hours))
        features = log_mel(torch.from_numpy(batch.audio).to(device))
        mel = masked(other_voices(features, generator), generator)
        loss, figure = losses(network, mel, batch, sounds_of)
        optimizer.zero_grad()
        loss.backward()
        run.progress = schedule.progress()
        if settings.processes > 1:
            run.progress = average_over_processes(network, run.progress, settings.processes)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(run.step, run.progress, settings.peak)
        optimizer.step()
        run.step += 1
        run.hours += batch.audio.size / 16_000 / 3600 * settings.processes
        if rank != 0:
            continue
        if run.step % AVERAGE_EVERY == 0:
            run.update_average()
        report.add(run, figure)
        if time.time() - saved > settings.checkpoint_every or run.progress >= 1.0:
            run.save(settings)
            saved = time.time()


def train(settings: Settings) -> None:
    if settings.processes == 1:
        run_process(0, settings)
    else:
        torch.multiprocessing.spawn(run_process, args=(settings,), nprocs=settings.processes)
