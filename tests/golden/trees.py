"""Layers as linear maps, in float64 by autograd with attention's shares, norms' scales and gates detached, on the micro packs of
every family. `python3 tests/golden/trees.py` rewrites tests/fixtures/trees.safetensors.

Of each layer on the prompt of circuits.py, v_c = cos(0.7 c + layer) and t the last token: `{name}.heads.{l} [heads, T]`, what each
head adds to v · attention's output at t from each source token; `{name}.attn-bias.{l} [1]`, what biases add, by their own
gradients; `{name}.gates.{l} [d]`, v · MLP's output at t as a functional of the stream that it reads; `{name}.mlp-bias.{l} [1]`;
`{name}.pattern.{l} [heads, T]`, the logarithms of attention's shares at t.
"""
import contextlib
from pathlib import Path

import numpy as np
import torch

import packs
import tensors
from circuits import FIXTURES, NAMES, Run, prompt

GATES = ("act", "act_fn", "dense_act", "activation_fn")


@contextlib.contextmanager
def frozen(module):
    """Norms, gates and shares as numbers that do not move."""
    kept = []

    def put(owner, name, value):
        kept.append((owner, name, owner.__dict__.get(name)))
        owner.__dict__[name] = value

    for owner in list(module.modules()):
        kind = type(owner).__name__
        if kind.endswith("Norm"):
            put(owner, "forward", lambda x, m=owner: norm(m, x))
        for name in GATES:
            act = getattr(owner, name, None)
            if not callable(act):
                continue
            gated = hasattr(owner, "up_proj")
            use = (lambda x, f=act: f(x).detach()) if gated else (lambda x, f=act: x * (f(x) / x).detach())
            if isinstance(act, torch.nn.Module):
                put(act, "forward", (lambda x, f=act.forward: f(x).detach()) if gated
                    else (lambda x, f=act.forward: x * (f(x) / x).detach()))
            else:
                put(owner, name, use)
    F = torch.nn.functional
    softmax, layer_norm = F.softmax, F.layer_norm
    F.softmax = lambda *a, **k: softmax(*a, **k).detach()
    # How the hooks of the reference normalise without a gain.
    F.layer_norm = lambda x, shape, eps: (x - x.mean(-1, keepdim=True)) * rate(x - x.mean(-1, keepdim=True), eps)
    try:
        yield
    finally:
        F.softmax, F.layer_norm = softmax, layer_norm
        for owner, name, value in reversed(kept):
            if value is None:
                del owner.__dict__[name]
            else:
                owner.__dict__[name] = value


def rate(around, epsilon):
    return around.pow(2).mean(-1, keepdim=True).add(epsilon).rsqrt().detach()


def norm(m, x):
    centred = isinstance(m, torch.nn.LayerNorm)
    around = x - x.mean(-1, keepdim=True) if centred else x
    epsilon = getattr(m, "variance_epsilon", None) or getattr(m, "eps")
    gain = m.weight + 1 if type(m).__name__.startswith("Gemma") else m.weight
    return around * rate(around, epsilon) * gain + (m.bias if centred else 0)


def of_pack(name, out):
    pack, ids = packs.Pack(FIXTURES / name), prompt(name)
    model = pack.model(torch.float64)
    t, heads = len(ids) - 1, model.module.config.num_attention_heads
    biases = [p for key, p in model.module.named_parameters() if key.endswith("bias")]
    for p in biases:
        p.requires_grad_()
    with torch.no_grad():
        shares = model.module(torch.tensor([ids]), output_attentions=True).attentions
    plain = model.forward(ids)

    def biased(value):
        found = torch.autograd.grad(value, biases, allow_unused=True, retain_graph=True) if biases else []
        return sum(((g * p).sum() for g, p in zip(found, biases) if g is not None), torch.zeros((), dtype=torch.float64)).detach()

    for layer in range(model.layers):
        before, at = f"blocks.{layer}.hook_resid_pre", f"blocks.{layer}."
        reads = before if model.parallel else at + "hook_resid_mid"
        with frozen(model.module):
            run = Run(model, ids, given=[before])
            assert torch.allclose(run.logits, plain, atol=1e-9)
            x, z = run.leaves[before], run.seen[at + "attn.hook_z"]
            v = torch.cos(0.7 * torch.arange(x.shape[-1], dtype=torch.float64) + layer)
            written = run.seen[at + "hook_attn_out"][t] @ v
            pull = torch.autograd.grad(written, z, retain_graph=True)[0]
            width = z.shape[-1] // heads
            each = []
            for h in range(heads):
                own = slice(h * width, (h + 1) * width)
                way = torch.autograd.grad((z[:, own] * pull[:, own]).sum(), x, retain_graph=True)[0]
                each.append((way * x).sum(-1))
            out[f"{name}.heads.{layer}"] = torch.stack(each)
            out[f"{name}.attn-bias.{layer}"] = biased(written)[None]
            run = Run(model, ids, given=[reads])
            written = run.seen[at + "hook_mlp_out"][t] @ v
            way = torch.autograd.grad(written, run.leaves[reads], retain_graph=True)[0]
            out[f"{name}.gates.{layer}"] = way[t]
            out[f"{name}.mlp-bias.{layer}"] = biased(written)[None]
        out[f"{name}.pattern.{layer}"] = shares[layer][0, :, t].log().clamp(min=-1e9)


def main():
    out = {}
    for name in NAMES:
        of_pack(name, out)
    for key, param in out.items():
        assert torch.isfinite(param).all(), key
    kept = {key: value.detach().numpy().astype(np.float32) for key, value in out.items()}
    (FIXTURES / "trees.safetensors").write_bytes(tensors.dumps(kept))


main()
