"""Trains the network against a deadline, on all CPU cores or one GPU, and can be taken up again."""

import copy
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing
import torch.nn.functional as F
from torch.utils.data import DataLoader

from . import ggml
from .acoustics import Acoustics
from .batches import IGNORED, Batch, Batches
from .clips import ClipStore
from .degradation import NoiseBank
from .mel import LogMel
from .network import Network, Shape
from .pronunciation import sounds
from .schedule import FULL_AFTER_STEPS, Difficulty, Schedule, learning_rate
from .vocabulary import Vocabulary

FRAME_WEIGHT, LOOK_WEIGHT = 0.5, 0.3
REPORT_EVERY = 50
# The exported weights are an average over about the last 500 steps: it makes fewer mistakes than any of them.
AVERAGE_EVERY, AVERAGE_SHARE = 10, 0.02
# Share of the history's characters that are the network's own guesses once training is at full difficulty.
OWN_MISTAKES = 0.15


@dataclass(frozen=True)
class Settings:
    data: str
    characters: str
    deadline: float
    seed: int
    processes: int
    reheat: float | None
    start_from: str | None  # a model file whose weights a new run begins with
    batch_seconds: float | None  # of audio in a step; by difficulty if None
    peak: float  # highest learning rate
    meeting_point: str  # a file where the processes find each other, new for each run
    checkpoint_every: float = 60.0

    @property
    def steps_ahead(self) -> int:
        """A run that begins with trained weights meets the full difficulty at once."""
        return FULL_AFTER_STEPS if self.start_from else 0

    @property
    def checkpoint(self) -> Path:
        return Path(self.data) / "checkpoint.pt"


def load_network(path: Path) -> tuple[Network, Vocabulary, dict]:
    state = torch.load(path, map_location="cpu", weights_only=True)
    vocabulary = Vocabulary(state["characters"])
    network = Network(Shape(**state["shape"]), vocabulary.rows, vocabulary.outputs, sound_classes(vocabulary))
    network.load_state_dict(state["average"])
    return network.eval(), vocabulary, state


def sound_classes(vocabulary: Vocabulary) -> dict[str, int]:
    return {kind: classes[-1] + 1 for kind, classes in sounds(vocabulary.characters).items()}


def other_voices(mel: torch.Tensor) -> torch.Tensor:
    """Features as of other throats and other lines: the bands of each utterance stretched or squeezed, and
    raised and lowered along a smooth curve."""
    count, bands, _ = mel.shape
    factors = torch.empty(count, 1, device=mel.device).uniform_(0.88, 1.12)
    factors = torch.where(torch.rand_like(factors) < 0.6, factors, 1.0)
    positions = (torch.arange(bands, device=mel.device) * factors).clamp(max=bands - 1.01)
    below = positions.long()
    share = (positions - below)[:, :, None]
    index = below[:, :, None].expand_as(mel)
    mel = mel.gather(1, index) * (1.0 - share) + mel.gather(1, index + 1) * share
    knots = torch.randn(count, 1, 6, device=mel.device) * 0.08
    return mel + F.interpolate(knots, bands, mode="linear", align_corners=True).transpose(1, 2)


def masked(mel: torch.Tensor) -> torch.Tensor:
    """SpecAugment: hides bands and short moments of each utterance."""
    mean = mel.mean(dim=(1, 2), keepdim=True)
    for dimension in (1, 2):
        size = mel.shape[dimension]
        places = torch.arange(size, device=mel.device)
        for _ in range(2):
            width = torch.randint(2, 13, (len(mel), 1), device=mel.device)
            start = (torch.rand(len(mel), 1, device=mel.device) * (size - width)).long()
            chosen = torch.rand(len(mel), 1, device=mel.device) < 0.5
            hidden = (places >= start) & (places < start + width) & chosen
            mel = torch.where(hidden.unsqueeze(3 - dimension), mean, mel)
    return mel


def with_own_mistakes(rows: torch.Tensor, targets: torch.Tensor, guesses: torch.Tensor, share: float) -> torch.Tensor:
    """The history with that share of its characters replaced by what the network itself says there."""
    due = targets[:, :-1]
    replaceable = (rows[:, 1:] == due) & (torch.rand(due.shape, device=rows.device) < share)
    return torch.cat([rows[:, :1], torch.where(replaceable, guesses[:, :-1], rows[:, 1:])], dim=1)


def losses(
    network: Network, mel: torch.Tensor, batch: Batch, sounds_of: dict[str, torch.Tensor], own_mistakes: float
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    device = mel.device
    rows, targets, frames, spans = batch.rows, batch.targets, batch.frames, batch.spans
    with torch.autocast(device.type, torch.bfloat16):
        audio = network.encoder(mel)
        if own_mistakes > 0.0:
            with torch.no_grad():
                guesses = network.next_characters(rows, audio)[0].argmax(dim=-1)
            rows = with_own_mistakes(rows, targets, guesses, own_mistakes)
        scores, looked = network.next_characters(rows, audio)
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
    missed = -looked.masked_fill(~inside, -30.0).logsumexp(dim=-1)
    look = (missed * spoken).sum() / spoken.sum().clamp(min=1)
    known = targets != IGNORED
    right = ((scores.argmax(dim=-1) == targets) & known).sum() / known.sum()
    loss = text + FRAME_WEIGHT * sum(said.values()) + LOOK_WEIGHT * look
    figures = {"text": text, **said, "look": look, "right": right}
    return loss, {name: value.detach() for name, value in figures.items()}


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
    run = Run(network, copy.deepcopy(network), optimizer)
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
        self.figures: list[dict[str, torch.Tensor]] = []

    def add(self, run: Run, figure: dict[str, torch.Tensor]) -> None:
        # Kept where they are: reading one makes a GPU wait.
        self.figures.append(figure)
        if run.step % REPORT_EVERY:
            return
        mean = {name: torch.stack([f[name] for f in self.figures]).mean().item() for name in figure}
        left = max(self.deadline - time.time(), 0.0) / 60
        print(
            f"step {run.step} | {run.hours:.1f} h of audio | "
            + " ".join(f"{name} {value:.3f}" for name, value in mean.items())
            + f" | {(time.time() - self.began) / REPORT_EVERY:.3f} s a step | {left:.0f} min left",
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
    # cuDNN's attention plans anew for every length of text, which takes several times as long as the step.
    torch.backends.cuda.enable_cudnn_sdp(False)
    vocabulary = Vocabulary(settings.characters)
    sounds_of = {
        kind: torch.tensor(classes, device=device) for kind, classes in sounds(vocabulary.characters).items()
    }
    run = begin(settings, vocabulary, device)
    network, optimizer = run.network, run.optimizer
    data = Path(settings.data)
    # A run that is taken up again must not see the same batches once more.
    seed = settings.seed + run.step
    store = ClipStore(data / "train.raw", data / "train.jsonl")
    generator = np.random.default_rng([seed, rank])
    noise = NoiseBank(generator, [store.audio(store.clips[i]) for i in generator.integers(0, len(store.clips), 60)])
    step = torch.tensor(run.step + settings.steps_ahead).share_memory_()
    batches = Batches(store, vocabulary, Acoustics.rows_of(noise), seed, rank, settings.batch_seconds, step)
    # One line of work makes what a CPU trains on; a GPU wants many.
    helpers = max(1, (os.cpu_count() or 2) - 2) if device.type == "cuda" else 0
    loader = DataLoader(
        batches,
        batch_size=None,
        num_workers=helpers,
        prefetch_factor=3 if helpers else None,
        pin_memory=helpers > 0,
        worker_init_fn=_one_thread,
    )
    made = iter(loader)
    acoustics, log_mel = Acoustics(store.samples, noise).to(device), LogMel().to(device)
    schedule, report, saved = Schedule(settings.deadline, run.progress), Report(settings.deadline), time.time()
    network.train()
    while run.progress < 1.0:
        batch = next(made).to(device)
        audio = acoustics(batch.scene)
        mel = masked(other_voices(log_mel(audio)))
        own_mistakes = OWN_MISTAKES if Difficulty.after(int(step)).share == 1.0 else 0.0
        loss, figure = losses(network, mel, batch, sounds_of, own_mistakes)
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
        step.fill_(run.step + settings.steps_ahead)
        run.hours += audio.numel() / 16_000 / 3600 * settings.processes
        if rank != 0:
            continue
        if run.step % AVERAGE_EVERY == 0:
            run.update_average()
        report.add(run, figure)
        if time.time() - saved > settings.checkpoint_every or run.progress >= 1.0:
            run.save(settings)
            saved = time.time()


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)


def train(settings: Settings) -> None:
    if settings.processes == 1:
        run_process(0, settings)
    else:
        torch.multiprocessing.spawn(run_process, args=(settings,), nprocs=settings.processes)
