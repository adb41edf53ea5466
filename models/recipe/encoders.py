"""SAEs as the pack stores them: rounded weights, and what they make of activations (SAELens' mathematics)."""

import numpy as np
import torch
import torch.nn.functional as F

#: Matrices stored as int8, and the axis that one scale serves.
INT8 = {"W_enc": 0, "W_p": 0, "W_q": 0, "W_dec": 1}


def rounded(raw, mean):
    """The stored form of a raw SAE: matrices as int8 with one scale per feature."""
    out = {}
    for name, tensor in raw.items():
        array = tensor.numpy().astype(np.float32)
        if name in INT8:
            scale = np.abs(array).max(axis=INT8[name], keepdims=True) / 127
            scale[scale == 0] = 1
            out[name], out[f"{name}.scale"] = np.round(array / scale).astype(np.int8), scale.astype(np.float32)
        else:
            out[name] = array
    out["mean"] = mean.numpy().astype(np.float32)
    return out


class Sae:
    """A TopK SAE with stored weights."""

    def __init__(self, stored, dictionary):
        self.tensors = {
            name: torch.from_numpy(a.astype(np.float32) * stored[f"{name}.scale"] if name in INT8 else a)
            for name, a in stored.items() if not name.endswith(".scale")}
        self.w_dec, self.b_dec = self.tensors["W_dec"], self.tensors["b_dec"]
        self.unit = self.w_dec / self.w_dec.norm(dim=1, keepdim=True).clamp_min(1e-12)
        self.k, self.features = dictionary.k, dictionary.features

    def before_top(self, x):
        return (x - self.b_dec) @ self.tensors["W_enc"] + self.tensors["b_enc"]

    def encode(self, x):
        """Values [n, k] (0 where the pre-activation is not positive) and features [n, k]."""
        values, features = self.before_top(x).topk(self.k, dim=1)
        return values.relu(), features

    def decode(self, values, features):
        return F.embedding_bag(features, self.w_dec, per_sample_weights=values, mode="sum") + self.b_dec


class KronSae(Sae):
    """Features are pairs of two small codes per head: √(u·v) where both are positive (2505.22255)."""

    def __init__(self, stored, dictionary):
        super().__init__(stored, dictionary)
        self.heads = dictionary.heads

    def before_top(self, x):
        return pairs(x - self.b_dec, self.tensors, self.heads)


def parents(x, tensors, heads):
    """u [n, h, m] and v [n, h, n'], rectified."""
    h, m, n = heads
    u = (x @ tensors["W_p"] + tensors["b_p"]).relu().view(len(x), h, m)
    v = (x @ tensors["W_q"] + tensors["b_q"]).relu().view(len(x), h, n)
    return u, v


def pairs(x, tensors, heads):
    """Every feature before TopK, [n, h·m·n']: feature (head·m + i)·n' + j."""
    u, v = parents(x, tensors, heads)
    return (u[..., :, None] * v[..., None, :]).sqrt().flatten(1)


def opened(stored, dictionary):
    return (KronSae if dictionary.heads else Sae)(stored, dictionary)


def exact(raw, dictionary):
    """The SAE of raw tensors as they are, not rounded."""
    ones = {f"{name}.scale": np.float32(1) for name in INT8}
    return opened({name: t.numpy() for name, t in raw.items()} | ones, dictionary)
