"""Rows of random blocks of every type that is read, and what the package gguf makes of them: tests/fixtures/gguf-blocks.safetensors."""
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, dequantize
from safetensors.numpy import save_file

TYPES = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
# Where in a block its float16 numbers stand.
HALVES = {"Q4_1": [0, 2], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
ROWS, COLUMNS = 2, 512

draw = np.random.default_rng(15)
tensors = {}
for name in TYPES:
    kind = GGMLQuantizationType[name]
    values, size = GGML_QUANT_SIZES[kind]
    blocks = draw.integers(0, 256, (ROWS, COLUMNS // values, size), dtype=np.uint8)
    for at in HALVES.get(name, [0]):
        halves = draw.normal(0, 1, blocks.shape[:2]).astype(np.float16)
        # The smallest and the largest there are, and zeros of both signs.
        edges = np.array([6e-8, -6e-8, 65504, -65504, 0.0, -0.0], np.float16)
        few = min(len(edges), halves.size - 1)
        halves.reshape(-1)[:few] = draw.permutation(edges)[:few]
        blocks[:, :, at : at + 2] = halves[..., None].view(np.uint8)
    rows = blocks.reshape(ROWS, -1)
    tensors[f"{name.lower()}.wide"] = dequantize(rows, kind).astype(np.float32)
    tensors[f"matrix.{name.lower()}"] = rows
out = Path(__file__).parent.parent / "fixtures" / "gguf-blocks.safetensors"
save_file(tensors, out)
