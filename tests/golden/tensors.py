"""safetensors files, read and written with numpy alone: 8 bytes of header length, a JSON header, the bytes."""
import gzip
import json
import math
import struct

import numpy as np

NUMPY = {
    "F64": np.float64, "F32": np.float32, "F16": np.float16,
    "I32": np.int32, "U32": np.uint32, "U16": np.uint16, "I8": np.int8, "U8": np.uint8,
}
WORD = {np.dtype(kind): word for word, kind in NUMPY.items()}


def dumps(tensors, metadata=None):
    """Bytes of a file with these arrays, in this order, each aligned to its element size."""
    header = {"__metadata__": metadata} if metadata else {}
    parts, at = [], 0
    # Wide elements first: every tensor then starts at a multiple of its own element size.
    for name in sorted(tensors, key=lambda n: -tensors[n].dtype.itemsize):
        array = np.ascontiguousarray(tensors[name])
        raw = array.tobytes()
        header[name] = {
            "dtype": WORD[array.dtype],
            "shape": list(tensors[name].shape),
            "data_offsets": [at, at + len(raw)],
        }
        parts.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def loads(data):
    """All arrays of a file by name, and its metadata."""
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    out = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        kind = np.dtype(NUMPY[entry["dtype"]])
        if end - begin != kind.itemsize * math.prod(entry["shape"]):
            raise ValueError(f"{name}: {end - begin} bytes do not fill {entry['shape']}")
        flat = np.frombuffer(data, kind, math.prod(entry["shape"]), 8 + length + begin)
        out[name] = flat.reshape(entry["shape"])
    return out, metadata


def load(path):
    with open(path, "rb") as file:
        return loads(file.read())


def widened(tensors):
    """Every weight as float32: int8 times its `.scale`, float16 widened; integers of other kinds left out."""
    out = {}
    for name, array in tensors.items():
        if name.endswith(".scale"):
            continue
        if array.dtype == np.int8:
            out[name] = array.astype(np.float32) * tensors[name + ".scale"]
        elif array.dtype.kind == "f":
            out[name] = array.astype(np.float32)
    return out


def quantised(name, matrix, axis):
    """`name` as int8 and `name.scale`, one scale for each slice along the other axis; halves to even."""
    scale = np.abs(matrix).max(axis=axis, keepdims=True).astype(np.float32) / np.float32(127)
    scale[scale == 0] = 1
    return {name: np.round(matrix / scale).astype(np.int8), name + ".scale": scale}


def stored(kind, name, matrix, axis):
    """`name` as float32, float16, or int8 with its scale."""
    if kind == "I8":
        return quantised(name, matrix.astype(np.float32), axis)
    return {name: matrix.astype(np.float16 if kind == "F16" else np.float32)}
