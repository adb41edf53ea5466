"""Where tensors live while they learn, and in which type they are multiplied."""

from pathlib import Path

import torch

#: What is measured and drawn of a model that has learnt is computed here.
CPU = torch.device("cpu")
#: A GPU where PyTorch sees one.
DEVICE = torch.device("cuda") if torch.cuda.is_available() else CPU


def flags(told=Path("/proc/cpuinfo")):
    """What the processor says that it can do; nothing where that is not told."""
    return frozenset(told.read_text().split()) if told.exists() else frozenset()


FLAGS = flags()


def products(device, flags=FLAGS):
    """bfloat16 where it is multiplied in hardware; PyTorch does so a hundred times slower than float32 elsewhere."""
    native = device.type == "cuda" or "avx512_bf16" in flags or "amx_bf16" in flags
    return torch.bfloat16 if native else torch.float32


PRODUCTS = products(DEVICE)


def multiplying(device):
    """Within it, a model there multiplies in that type."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=products(device) is torch.bfloat16)
