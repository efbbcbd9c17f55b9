"""Trains the network against a deadline, on all CPU cores or one GPU, and can be taken up again."""

import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing
import torch.nn.functional as F

from .batches import IGNORED, Batch, BatchMaker, ClipStore
from .mel import LogMel
from .network import Network, Shape
from .pronunciation import sounds
from .schedule import Difficulty, Schedule, learning_rate
from .vocabulary import Vocabulary

FRAME_WEIGHT, LOOK_WEIGHT = 0.5, 0.3
REPORT_EVERY = 50


@dataclass(frozen=True)
class Settings:
    data: str
    characters: str
    deadline: float
    seed: int
    processes: int
    reheat: float | None
    meeting_point: str  # a file where the processes find each other, new for each run
    checkpoint_every: float = 120.0

    @property
    def checkpoint(self) -> Path:
        return Path(self.data) / "checkpoint.pt"


def save_checkpoint(path: Path, network: Network, **rest) -> None:
    partial = path.with_suffix(".partial")
    torch.save({"network": network.state_dict(), "shape": asdict(network.shape), **rest}, partial)
    partial.rename(path)


def load_network(path: Path) -> tuple[Network, Vocabulary, dict]:
    state = torch.load(path, map_location="cpu", weights_only=True)
    vocabulary = Vocabulary(state["characters"])
    network = Network(Shape(**state["shape"]), vocabulary.rows, vocabulary.outputs, sound_classes(vocabulary))
    network.load_state_dict(state["network"])
    return network.eval(), vocabulary, state


def sound_classes(vocabulary: Vocabulary) -> dict[str, int]:
    return {kind: classes[-1] + 1 for kind, classes in sounds(vocabulary.characters).items()}


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


def run(rank: int, settings: Settings) -> None:
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
    network = Network(Shape(), vocabulary.rows, vocabulary.outputs, sound_classes(vocabulary)).to(device)
    decayed = [p for p in network.parameters() if p.dim() > 1]
    plain = [p for p in network.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}],
        betas=(0.9, 0.98),
        fused=True,
    )
    step, done, hours = 0, 0.0, 0.0
    if settings.checkpoint.exists():
        state = torch.load(settings.checkpoint, map_location="cpu", weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        step, done, hours = state["step"], state["progress"], state["hours"]
    data = Path(settings.data)
    store = ClipStore(data / "train.raw", data / "train.jsonl")
    if settings.reheat is not None:
        done = settings.reheat
    # A run that is taken up again must not see the same batches once more.
    seed = settings.seed + step
    maker = BatchMaker(store, vocabulary, seed, rank)
    generator, log_mel = random.Random(seed), LogMel().to(device)
    schedule = Schedule(settings.deadline, done)
    began = saved = time.time()
    figures: list[dict[str, float]] = []
    network.train()
    progress = schedule.progress()
    while progress < 1.0:
        batch = maker.make(Difficulty.after(hours))
        mel = masked(log_mel(torch.from_numpy(batch.audio).to(device)), generator)
        loss, figure = losses(network, mel, batch, sounds_of)
        optimizer.zero_grad()
        loss.backward()
        progress = schedule.progress()
        if settings.processes > 1:
            progress = average_over_processes(network, progress, settings.processes)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, progress)
        optimizer.step()
        step += 1
        hours += batch.audio.size / 16_000 / 3600 * settings.processes
        figures.append(figure)
        if rank == 0 and step % REPORT_EVERY == 0:
            mean = {name: np.mean([f[name] for f in figures]) for name in figure}
            left = max(settings.deadline - time.time(), 0.0) / 60
            print(
                f"step {step} | {hours:.1f} h of audio | "
                + " ".join(f"{name} {value:.3f}" for name, value in mean.items())
                + f" | {(time.time() - began) / REPORT_EVERY:.2f} s a step | {left:.0f} min left",
                flush=True,
            )
            figures, began = [], time.time()
        if rank == 0 and (time.time() - saved > settings.checkpoint_every or progress >= 1.0):
            save_checkpoint(
                settings.checkpoint,
                network,
                optimizer=optimizer.state_dict(),
                characters=settings.characters,
                step=step,
                progress=progress,
                hours=hours,
            )
            saved = time.time()


def train(settings: Settings) -> None:
    if settings.processes == 1:
        run(0, settings)
    else:
        torch.multiprocessing.spawn(run, args=(settings,), nprocs=settings.processes)
