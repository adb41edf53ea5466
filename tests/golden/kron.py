"""The tensors of a KronSAE for the micro packs: every head's directions lie around one direction of the data."""
import numpy as np
import torch

from saes import Sae
from tensors import stored


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def tensors(rng, x, cfg, width):
    """As stored. Decoder rows start as sums of their two parents; the gain is the one that fits this data."""
    h, m, n = (cfg[f"kron_{axis}"] for axis in "hmn")
    centre, d = x.mean(0), x.shape[1]
    heart = unit(x[rng.integers(len(x), size=h)] - centre)
    parents = lambda count: unit(heart[:, None] + rng.normal(size=(h, count, d)) * 0.1)
    p, q = parents(m), parents(n)
    rows = unit(p[:, :, None] + q[:, None]).reshape(-1, d) * rng.uniform(0.7, 1.4, (h * m * n, 1))
    spread = ((x - centre) @ p.reshape(-1, d).T).std()
    made = {
        "W_p": p.reshape(-1, d).T, "W_q": q.reshape(-1, d).T, "W_dec": rows,
        "b_p": rng.normal(size=h * m) * 0.1 * spread, "b_q": rng.normal(size=h * n) * 0.1 * spread,
        "b_dec": centre, "mean": centre,
    }
    made = {name: array.astype(np.float32) for name, array in made.items()}
    trial = Sae("blocks.0.hook_resid_post@trial", cfg, made)
    part = trial.encode(torch.from_numpy(x)) @ trial.rows
    target = torch.from_numpy((x - centre).astype(np.float32))
    gain = np.float32((part * target).sum() / (part * part).sum())
    for name in ("W_p", "W_q", "b_p", "b_q"):
        made[name] = made[name] * gain
    out = {}
    for name, axis in (("W_p", 0), ("W_q", 0), ("W_dec", 1)):
        out.update(stored(width, name, made.pop(name), axis))
    return {**out, **made}
