"""What the last layer's SAEs are taught besides: that the model says the same with their reconstruction.

Karvonen, 2503.17272, adds the divergence of what the model says to the squared error at the end of training. Here only
where nothing but the last norm and the unembedding follows: further down, each SAE would need a pass of the model.
"""

from functools import partial

import torch
import torch.nn.functional as F

from place import DEVICE, multiplying
from transformer import LAYERS

LAST_RESIDUAL, LAST_MLP = (f"blocks.{LAYERS - 1}.{hook}" for hook in ("hook_resid_post", "hook_mlp_out"))


def said(model, residual):
    """Log-probabilities of the next token, [n, VOCAB], after the last residual [n, WIDTH]."""
    with multiplying(DEVICE):
        logits = model.n(residual) @ model.e.weight.t()
    return logits.float().log_softmax(1)


def pulls(model, taps, weight):
    """{site: function} for the sites of the last layer; none at weight 0.

    The function takes a reconstruction [n, WIDTH] of the site's activations in `taps` and gives the gradient there of
    `weight` times the mean KL(what the model says ‖ what it says with the reconstruction), in nats.
    """
    if weight <= 0:
        return {}
    end = taps[LAST_RESIDUAL]
    with torch.no_grad():
        clean = said(model, end)

    def pull(beside, reconstruction):
        with torch.enable_grad():
            x = reconstruction.detach().requires_grad_()
            divergence = weight * F.kl_div(said(model, beside + x), clean, reduction="batchmean", log_target=True)
        return torch.autograd.grad(divergence, x)[0]

    return {LAST_RESIDUAL: partial(pull, 0), LAST_MLP: partial(pull, end - taps[LAST_MLP])}
