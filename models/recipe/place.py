"""Where tensors live while they learn, and in which type they are multiplied."""

from pathlib import Path

import torch

#: What is measured and drawn of a model that has learnt is computed here.
CPU = torch.device("cpu")
#: A GPU where PyTorch sees one.
DEVICE = torch.device("cuda") if torch.cuda.is_available() else CPU


def products(device, told=Path("/proc/cpuinfo")):
    """bfloat16 where it is multiplied in hardware; PyTorch does so a hundred times slower than float32 elsewhere."""
    flags = told.read_text().split() if told.exists() else ()
    native = device.type == "cuda" or "avx512_bf16" in flags or "amx_bf16" in flags
    return torch.bfloat16 if native else torch.float32


PRODUCTS = products(DEVICE)


def multiplying(device):
    """Within it, a model there multiplies in that type."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=products(device) is torch.bfloat16)
