"""Writes the network as a whisper.cpp model file, in half precision or quantized in blocks, and reads it back."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import mel, vocabulary
from .network import Network, Shape
from .vocabulary import FIRST_CHARACTER, Vocabulary

MAGIC = 0x67676D6C
QUANTIZATION_VERSION = 2
BLOCK = 32
# Far below any score that the network gives to a character.
UNUSED_SCORE = -40.0
# whisper.cpp adds these as they are and so wants them in full precision.
FULL_PRECISION = {
    "encoder.conv1.bias",
    "encoder.conv2.bias",
    "encoder.positional_embedding",
    "decoder.positional_embedding",
}


@dataclass(frozen=True)
class Format:
    """How matrices are stored. The two numbers are ggml's: of the tensor and of the whole file."""

    name: str
    tensor_type: int
    file_type: int


FORMATS = {f.name: f for f in (Format("f16", 1, 1), Format("q8_0", 8, 7), Format("q5_1", 7, 9))}


def _halves(values: np.ndarray) -> np.ndarray:
    return values.astype("<f2")


def quantize_q8_0(weights: np.ndarray) -> bytes:
    """Blocks of 32: a scale, then 32 signed bytes."""
    blocks = weights.reshape(-1, BLOCK).astype(np.float32)
    scale = _halves(np.abs(blocks).max(axis=1, keepdims=True) / 127.0)
    step = scale.astype(np.float32)
    codes = np.round(np.divide(blocks, step, out=np.zeros_like(blocks), where=step > 0))
    packed = np.empty(len(blocks), dtype=[("scale", "<f2"), ("codes", "i1", BLOCK)])
    packed["scale"], packed["codes"] = scale[:, 0], np.clip(codes, -127, 127)
    return packed.tobytes()


def dequantize_q8_0(data: bytes) -> np.ndarray:
    packed = np.frombuffer(data, dtype=[("scale", "<f2"), ("codes", "i1", BLOCK)])
    return packed["codes"] * packed["scale"].astype(np.float32)[:, None]


_Q5_1 = np.dtype([("scale", "<f2"), ("minimum", "<f2"), ("fifth_bits", "<u4"), ("low_bits", "u1", BLOCK // 2)])


def quantize_q5_1(weights: np.ndarray) -> bytes:
    """Blocks of 32: a scale, a minimum, the fifth bits of all codes, then the low four of each."""
    blocks = weights.reshape(-1, BLOCK).astype(np.float32)
    minimum = _halves(blocks.min(axis=1, keepdims=True))
    scale = _halves((blocks.max(axis=1, keepdims=True) - minimum.astype(np.float32)) / 31.0)
    step = scale.astype(np.float32)
    shifted = blocks - minimum.astype(np.float32)
    codes = np.round(np.divide(shifted, step, out=np.zeros_like(blocks), where=step > 0))
    codes = np.clip(codes, 0, 31).astype(np.uint32)
    packed = np.empty(len(blocks), dtype=_Q5_1)
    packed["scale"], packed["minimum"] = scale[:, 0], minimum[:, 0]
    packed["fifth_bits"] = ((codes >> 4) << np.arange(BLOCK, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)
    low = (codes & 15).astype(np.uint8)
    packed["low_bits"] = low[:, : BLOCK // 2] | (low[:, BLOCK // 2 :] << 4)
    return packed.tobytes()


def dequantize_q5_1(data: bytes) -> np.ndarray:
    packed = np.frombuffer(data, dtype=_Q5_1)
    low = np.concatenate([packed["low_bits"] & 15, packed["low_bits"] >> 4], axis=1)
    fifth = (packed["fifth_bits"][:, None] >> np.arange(BLOCK, dtype=np.uint32)) & 1
    codes = low + 16.0 * fifth
    return codes * packed["scale"].astype(np.float32)[:, None] + packed["minimum"].astype(np.float32)[:, None]


QUANTIZERS = {"q8_0": quantize_q8_0, "q5_1": quantize_q5_1}


DEQUANTIZERS = {7: dequantize_q5_1, 8: dequantize_q8_0}


def file_tensors(network: Network, words: Vocabulary) -> dict[str, np.ndarray]:
    """The network's tensors under whisper.cpp's names, the embedding spread over all ids."""
    tensors = {}
    for name, tensor in network.state_dict().items():
        if name.startswith(("encoder.", "decoder.")):
            tensors[name] = tensor.detach().float().numpy()
    trained = tensors["decoder.token_embedding.weight"]
    embedding = np.zeros((vocabulary.SIZE, trained.shape[1]), np.float32)
    embedding[:, 0] = UNUSED_SCORE
    embedding[words.file_ids()] = trained
    tensors["decoder.token_embedding.weight"] = embedding
    # The counterpart of the one that the decoder puts first in training.
    tensors["decoder.ln.weight"] = tensors["decoder.ln.weight"].copy()
    tensors["decoder.ln.bias"] = tensors["decoder.ln.bias"].copy()
    tensors["decoder.ln.weight"][0], tensors["decoder.ln.bias"][0] = 0.0, 1.0
    for name in ("encoder.conv1.bias", "encoder.conv2.bias"):
        tensors[name] = tensors[name][:, None]
    return tensors


def write_model(path: Path, network: Network, words: Vocabulary, file_format: Format) -> None:
    shape = network.shape
    header = (
        MAGIC, vocabulary.SIZE, shape.audio_context, shape.width, shape.heads, shape.encoder_layers,
        shape.text_context, shape.width, shape.heads, shape.decoder_layers, shape.mels,
    )  # fmt: skip
    file_type = file_format.file_type
    if file_format.name in QUANTIZERS:
        file_type += 1000 * QUANTIZATION_VERSION
    partial = path.with_suffix(".partial")
    with open(partial, "wb") as file:
        file.write(struct.pack("<12i", *header, file_type))
        filters = mel.filters()
        file.write(struct.pack("<2i", *filters.shape) + filters.astype("<f4").tobytes())
        tokens = words.file_tokens()
        file.write(struct.pack("<i", len(tokens)))
        for token in tokens:
            file.write(struct.pack("<i", len(token)) + token)
        for name, tensor in file_tensors(network, words).items():
            _write_tensor(file, name, tensor, file_format)
    partial.rename(path)


def _write_tensor(file, name: str, tensor: np.ndarray, file_format: Format) -> None:
    kind, data = 0, None
    if tensor.ndim == 1 or name in FULL_PRECISION:
        data = tensor.astype("<f4").tobytes()
    elif tensor.ndim == 2 and file_format.name in QUANTIZERS:
        kind, data = file_format.tensor_type, QUANTIZERS[file_format.name](tensor)
    else:
        kind, data = FORMATS["f16"].tensor_type, tensor.astype("<f2").tobytes()
    encoded = name.encode()
    file.write(struct.pack("<3i", tensor.ndim, len(encoded), kind))
    file.write(struct.pack(f"<{tensor.ndim}i", *reversed(tensor.shape)) + encoded + data)


@dataclass(frozen=True)
class ModelFile:
    """What a model file holds: the shape, its characters in the order of their ids, the tensors by name."""

    shape: Shape
    characters: str
    tensors: dict[str, np.ndarray]


def read_model(path: Path) -> ModelFile:
    """Reads a file that `write_model` wrote; ValueError for any other."""
    data = path.read_bytes()
    offset = 0

    def take(form: str) -> tuple:
        nonlocal offset
        values = struct.unpack_from(form, data, offset)
        offset += struct.calcsize(form)
        return values

    magic, size, audio_context, width, heads, encoder_layers, text_context, _, _, decoder_layers, mels, _ = take("<12i")
    if magic != MAGIC or size != vocabulary.SIZE:
        raise ValueError(f"{path}: not a model file of this project")
    shape = Shape(mels, audio_context, text_context, width, heads, encoder_layers, decoder_layers)
    bands, bins = take("<2i")
    offset += 4 * bands * bins
    tokens = []
    for _ in range(take("<i")[0]):
        (length,) = take("<i")
        tokens.append(data[offset : offset + length].decode())
        offset += length
    if any(len(token) != 1 for token in tokens):
        raise ValueError(f"{path}: its tokens are not single characters")
    tensors = {}
    while offset < len(data):
        dimensions, name_length, kind = take("<3i")
        sizes = take(f"<{dimensions}i")[::-1]
        name = data[offset : offset + name_length].decode()
        offset += name_length
        count = int(np.prod(sizes))
        if kind in DEQUANTIZERS:
            length = count // BLOCK * (34 if kind == 8 else _Q5_1.itemsize)
            values = DEQUANTIZERS[kind](data[offset : offset + length])
        else:
            length = count * (2 if kind == 1 else 4)
            values = np.frombuffer(data, "<f2" if kind == 1 else "<f4", count, offset)
        offset += length
        tensors[name] = values.reshape(sizes).astype(np.float32)
    return ModelFile(shape, "".join(tokens[FIRST_CHARACTER:]), tensors)


@torch.no_grad()
def load_weights(network: Network, words: Vocabulary, file: ModelFile) -> None:
    """Gives the network the weights of a model file. Characters that the file lacks keep their first
    weights, and so do the classifiers that only training has; ValueError if the shape differs or the
    file knows characters that `words` lacks."""
    if file.shape != network.shape:
        raise ValueError(f"the model file has {file.shape}, the network {network.shape}")
    lost = set(file.characters) - set(words.characters)
    if lost:
        raise ValueError(f"the training text lacks characters of the model file: {''.join(sorted(lost))}")
    names = dict(network.named_parameters())
    for name, values in file.tensors.items():
        tensor = torch.from_numpy(values.copy())
        if name == "decoder.token_embedding.weight":
            known = Vocabulary(file.characters)
            rows = [words.row_of[character] for character in known.characters]
            rows += [words.end, *words.prompt]
            names[name][rows] = tensor[known.file_ids()]
        elif name == "decoder.ln.weight" or name == "decoder.ln.bias":
            # The file holds the first dimension at a value that training makes for itself.
            names[name][1:] = tensor[1:]
        elif name in names:
            names[name].copy_(tensor.reshape(names[name].shape))
