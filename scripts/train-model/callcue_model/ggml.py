"""Writes the network as a whisper.cpp model file: full half precision, or quantized in blocks."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import mel, vocabulary
from .network import Network
from .vocabulary import Vocabulary

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
