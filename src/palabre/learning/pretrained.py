"""Read ``e5-small-q4.bin``: multilingual-e5-small as 4-bit blocks, into plain float arrays.

Little-endian: magic ``E5S1``, version, hidden size, layers, heads, feed-forward, vocabulary,
positions, token types, epsilon, block size; a tokenizer, which is skipped (``tokenizer.json`` has
it); then a directory of tensors. A block of 32 weights is an fp16 scale and 16 bytes: byte j holds
weight j in its low and weight j+16 in its high half, each minus 8. Source: the package's ``e5.c``.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 32
BLOCK_BYTES: Final = 18
FOUR_BIT: Final = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network: 384 wide, 12 layers, 12 heads, 1,536 feed-forward, 512 positions."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


def read_weights(path: Path) -> tuple[Shape, dict[str, NDArray[np.float32]]]:
    """Return the shape and all tensors, flat, by the file's own names (``l3.q.w``)."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path} is not an E5S1 file: fetch it again")
    hidden, layers, heads, inner, vocabulary, positions, _, epsilon, block = struct.unpack_from(
        "<7ifi", data, 8
    )
    if block != BLOCK:
        raise ValueError(f"{path}: blocks of {block} weights, {BLOCK} are known")
    place = 8 + 36
    (pieces,) = struct.unpack_from("<i", data, place)
    (blob,) = struct.unpack_from("<Q", data, place + 20)
    place += 28 + (pieces + 1) * 4 + pieces * 4 + blob
    (_, norm) = struct.unpack_from("<iI", data, place)
    place += 8 + norm
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    out: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode()
        kind, size, offset, size_bytes = struct.unpack_from("<BIQQ", data, place + 2 + length)
        place += 2 + length + 21
        raw = data[offset : offset + size_bytes]
        out[name] = _four_bit(raw) if kind == FOUR_BIT else np.frombuffer(raw, "<f4").copy()
        if out[name].size != size:
            raise ValueError(f"{path}: {name} has {out[name].size} numbers instead of {size}")
    return Shape(hidden, layers, heads, inner, vocabulary, positions, epsilon), out


def _four_bit(raw: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    whole = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return np.asarray((whole * scale).ravel(), dtype=np.float32)
