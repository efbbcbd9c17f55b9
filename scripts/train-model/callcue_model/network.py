"""A Whisper-shaped network, small, with the extra outputs that only training uses."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    mels: int = 80
    audio_context: int = 1500
    text_context: int = 448
    width: int = 128
    heads: int = 2
    encoder_layers: int = 6
    decoder_layers: int = 3


def sinusoids(length: int, width: int) -> Tensor:
    rates = torch.exp(-torch.arange(width // 2) * (torch.log(torch.tensor(10_000.0)) / (width // 2 - 1)))
    angles = torch.arange(length)[:, None] * rates[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x: Tensor, source: Tensor, causal: bool = False) -> Tensor:
        query, key, value = self._split(self.query(x)), self._split(self.key(source)), self._split(self.value(source))
        if x.is_cuda:
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
            return self.out(mixed.transpose(1, 2).flatten(2))
        # Spelled out: on a CPU in bfloat16 PyTorch's fused attention takes twice as long, backwards most of all.
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        if causal:
            later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
            scores = scores.masked_fill(later, -torch.inf)
        mixed = scores.softmax(dim=-1) @ value
        return self.out(mixed.transpose(1, 2).flatten(2))

    def with_weights(self, x: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
        """The same, and the log of where the first head looked (batch, x, source)."""
        query, key, value = self._split(self.query(x)), self._split(self.key(source)), self._split(self.value(source))
        scores = (query @ key.transpose(-1, -2)).float() * query.shape[-1] ** -0.5
        logs = scores.log_softmax(dim=-1)
        mixed = logs.exp().to(value.dtype) @ value
        return self.out(mixed.transpose(1, 2).flatten(2)), logs[:, 0]


class Mlp(nn.Sequential):
    def __init__(self, width: int):
        # ggml's GELU is the tanh approximation.
        super().__init__(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))


class EncoderBlock(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.attn_ln = nn.LayerNorm(shape.width)
        self.attn = Attention(shape.width, shape.heads)
        self.mlp_ln = nn.LayerNorm(shape.width)
        self.mlp = Mlp(shape.width)

    def forward(self, x: Tensor) -> Tensor:
        normal = self.attn_ln(x)
        x = x + self.attn(normal, normal)
        return x + self.mlp(self.mlp_ln(x))


class DecoderBlock(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.attn_ln = nn.LayerNorm(shape.width)
        self.attn = Attention(shape.width, shape.heads)
        self.cross_attn_ln = nn.LayerNorm(shape.width)
        self.cross_attn = Attention(shape.width, shape.heads)
        self.mlp_ln = nn.LayerNorm(shape.width)
        self.mlp = Mlp(shape.width)

    def forward(self, x: Tensor, audio: Tensor, weights: bool) -> tuple[Tensor, Tensor | None]:
        normal = self.attn_ln(x)
        x = x + self.attn(normal, normal, causal=True)
        normal, looked = self.cross_attn_ln(x), None
        if weights:
            mixed, looked = self.cross_attn.with_weights(normal, audio)
        else:
            mixed = self.cross_attn(normal, audio)
        x = x + mixed
        return x + self.mlp(self.mlp_ln(x)), looked


# Encoder frames (20 ms) by which the two heads of the first blocks look back and ahead at first.
NEIGHBOURS = [(-3, 3), (-6, 6), (-3, 3)]


@torch.no_grad()
def look_at_neighbour(attention: Attention, head: int, offset: int) -> None:
    """Makes a head of the encoder start out by looking `offset` frames away.

    The sound of a character is spread over its neighbouring frames, and with random weights it
    takes thousands of steps until attention finds them. The positions are sines and cosines, so a
    key turned by the angle of `offset` frames matches the query best at that distance.
    """
    width = attention.query.weight.shape[0]
    size = width // attention.heads
    half, frequencies = width // 2, size // 2
    angles = offset * torch.exp(-torch.arange(frequencies) * (torch.log(torch.tensor(10_000.0)) / (half - 1)))
    query, key = torch.randn(size, width) * 0.02, torch.randn(size, width) * 0.02
    for k, angle in enumerate(angles):
        sine, cosine = k, half + k
        query[2 * k, sine] += 1.0
        query[2 * k + 1, cosine] += 1.0
        key[2 * k, sine] += angle.cos()
        key[2 * k, cosine] -= angle.sin()
        key[2 * k + 1, cosine] += angle.cos()
        key[2 * k + 1, sine] += angle.sin()
    rows = slice(head * size, (head + 1) * size)
    attention.query.weight[rows], attention.key.weight[rows] = query, key
    attention.query.bias[rows] = 0.0


class Encoder(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.conv1 = nn.Conv1d(shape.mels, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        # With PyTorch's usual weights the sound would come to a sixteenth of the positions that are
        # added to it, and it takes thousands of steps to be noticed.
        nn.init.kaiming_normal_(self.conv1.weight)
        nn.init.kaiming_normal_(self.conv2.weight)
        with torch.no_grad():
            self.conv2.weight.mul_(2.0)
        self.register_buffer("positional_embedding", sinusoids(shape.audio_context, shape.width))
        self.blocks = nn.ModuleList(EncoderBlock(shape) for _ in range(shape.encoder_layers))
        self.ln_post = nn.LayerNorm(shape.width)
        for block, offsets in zip(self.blocks, NEIGHBOURS):
            for head, offset in enumerate(offsets):
                look_at_neighbour(block.attn, head, offset)

    def forward(self, mel: Tensor) -> Tensor:
        x = F.gelu(self.conv1(mel), approximate="tanh")
        x = F.gelu(self.conv2(x), approximate="tanh").transpose(1, 2)
        x = x + self.positional_embedding[: x.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.ln_post(x)


class Decoder(nn.Module):
    def __init__(self, shape: Shape, rows: int):
        super().__init__()
        self.token_embedding = nn.Embedding(rows, shape.width)
        nn.init.normal_(self.token_embedding.weight, std=shape.width**-0.5)
        self.positional_embedding = nn.Parameter(torch.randn(shape.text_context, shape.width) * 0.02)
        self.blocks = nn.ModuleList(DecoderBlock(shape) for _ in range(shape.decoder_layers))
        self.ln = nn.LayerNorm(shape.width)

    def forward(self, rows: Tensor, audio: Tensor, outputs: int) -> tuple[Tensor, Tensor]:
        x = self.token_embedding(rows) + self.positional_embedding[: rows.shape[1]]
        for block in self.blocks:
            last = block is self.blocks[-1]
            x, looked = block(x, audio, weights=last)
        x = self.ln(x)
        # The first dimension is held at one. In the file, rows that no text uses carry -40 there
        # and nothing else, so that the full softmax equals the one over the rows in use.
        x = torch.cat([torch.ones_like(x[..., :1]), x[..., 1:]], dim=-1)
        return x @ self.token_embedding.weight[:outputs].to(x.dtype).T, looked


class Network(nn.Module):
    def __init__(self, shape: Shape, rows: int, outputs: int, sounds: dict[str, int] | None = None):
        """`sounds`: the number of classes of each kind, last of them silence."""
        super().__init__()
        self.shape, self.outputs = shape, outputs
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape, rows)
        # Only while training: which character and which sounds are being said in each frame.
        classes = {"character": outputs, **(sounds or {})}
        self.frame_classifiers = nn.ModuleDict(
            {name: nn.Linear(shape.width, count) for name, count in classes.items()}
        )

    def next_characters(self, rows: Tensor, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of what follows each place of the history, and where head 0 looked in the encoder's frames."""
        return self.decoder(rows, audio, self.outputs)

    @torch.no_grad()
    def transcribe(self, mel: Tensor, prompt: list[int], end: int, limit: int) -> list[int]:
        """Greedy, one utterance: for progress figures; the final ones come from whisper.cpp."""
        audio = self.encoder(mel)
        rows = list(prompt)
        while len(rows) - len(prompt) < limit:
            scores, _ = self.next_characters(torch.tensor([rows], device=mel.device), audio)
            best = int(scores[0, -1].argmax())
            if best == end:
                break
            rows.append(best)
        return rows[len(prompt) :]
