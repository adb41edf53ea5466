"""What the stages keep in --work: written whole or not at all."""

import os

import torch

from place import CPU


def keep(state, path):
    torch.save(state, f"{path}.new")
    os.replace(f"{path}.new", path)


def kept(path, device=CPU):
    # Our own files, with more in them than tensors: PyTorch from 2.6 on would refuse them unless told.
    return torch.load(path, map_location=device, weights_only=False)
