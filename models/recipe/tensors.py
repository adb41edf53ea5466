"""Reading and writing safetensors files without further packages."""

import json
import struct

import numpy as np

TYPES = {"F32": np.float32, "F16": np.float16, "I8": np.int8, "U8": np.uint8, "U16": np.uint16,
         "I32": np.int32, "U32": np.uint32}
NAMES = {np.dtype(kind): name for name, kind in TYPES.items()}


def to_bytes(tensors):
    """Widest types first, so that every tensor is aligned without gaps."""
    arrays = {name: np.ascontiguousarray(a) for name, a in tensors.items()}
    order = sorted(arrays, key=lambda name: -arrays[name].dtype.itemsize)
    header, at = {}, 0
    for name in order:
        a = arrays[name]
        header[name] = {"dtype": NAMES[a.dtype], "shape": list(a.shape),
                        "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(arrays[n].tobytes() for n in order)


def from_bytes(data):
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + x for x in entry["data_offsets"])
        kind = TYPES[entry["dtype"]]
        tensors[name] = np.frombuffer(data[start:end], kind).reshape(entry["shape"]).copy()
    return tensors
