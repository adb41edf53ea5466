"""Where tensors live while they learn: on a GPU where PyTorch sees one."""

import torch

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
