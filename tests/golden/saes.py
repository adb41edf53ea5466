"""Sparse autoencoders: `standard`, `topk`, `jumprelu` and `gated` as the classes of SAELens run them, KronSAE after arXiv
2505.22255. W_enc [d_in, d_sae], W_dec [d_sae, d_in]; x [T, d_in]; activations dense [T, d_sae]."""
import torch
from sae_lens import SAE

TOP = ("topk", "kron")


class Sae:
    def __init__(self, name, cfg, weights, dtype=torch.float32):
        self.name = name
        self.site = name.split("@")[0]
        self.cfg = cfg
        self.kind = cfg["architecture"]
        self.k = cfg.get("k")
        self.weights = {key: torch.from_numpy(array.copy()).to(dtype) for key, array in weights.items()}
        self.mean = self.weights["mean"]
        self.rows = self.weights["W_dec"]
        if self.kind not in ("standard", "jumprelu", "gated", *TOP):
            raise ValueError(f"{name}: architecture {self.kind}")
        if cfg.get("rescale_acts_by_decoder_norm") or cfg.get("reshape_activations", "none") != "none":
            raise ValueError(f"{name}: rescaled or reshaped activations")
        self.library = None if self.kind == "kron" else published(cfg, self.weights, dtype)

    def centred(self, x):
        """What the encoder is given: normalised, less b_dec where that is subtracted."""
        if self.library is not None:
            return self.library.process_sae_in(x)
        return x - self.weights["b_dec"] if self.cfg["apply_b_dec_to_input"] else x

    @property
    def empty(self):
        """Features with an empty encoder column: exact in any order of summation."""
        if self.kind == "kron":
            return torch.zeros(len(self.rows), dtype=torch.bool)
        return (self.weights["W_enc"] == 0).all(0)

    def pairs(self, u):
        """kron: for each head sqrt(p_i q_j) where both are positive, else 0; row by row, head by head."""
        (h, m, n), w = (self.cfg[f"kron_{axis}"] for axis in "hmn"), self.weights
        p = torch.relu(u @ w["W_p"] + w["b_p"]).view(-1, h, m, 1)
        q = torch.relu(u @ w["W_q"] + w["b_q"]).view(-1, h, 1, n)
        return (p * q).sqrt().flatten(1)

    @torch.no_grad()
    def pre(self, x):
        """What decides: pre-activations less their decision line (0, the threshold; for topk and kron: as they are)."""
        u, w = self.centred(x), self.weights
        if self.kind == "kron":
            return self.pairs(u)
        if self.kind == "gated":
            return u @ w["W_enc"] + w["b_gate"]
        p = u @ w["W_enc"] + w["b_enc"]
        return p - w["threshold"] if self.kind == "jumprelu" else p

    @torch.no_grad()
    def encode(self, x):
        if self.library is not None:
            return self.library.encode(x)
        p = self.pairs(self.centred(x))
        top = p.topk(self.k, dim=-1)
        return torch.zeros_like(p).scatter_(-1, top.indices, torch.relu(top.values))

    @torch.no_grad()
    def reconstruct(self, x, a):
        if self.library is None:
            return a @ self.rows + self.weights["b_dec"]
        self.library.process_sae_in(x)  # It keeps what decoding has to undo.
        return self.library.decode(a)

    def fvu(self, x, a):
        """Of each token: squared error over squared distance from the site's mean."""
        error = (x - self.reconstruct(x, a)).pow(2).sum(-1)
        return error / (x - self.mean).pow(2).sum(-1)

    @torch.no_grad()
    def edge(self, x):
        """[T, 2]: the lowest `pre` that is kept and the highest that is not; infinite where there is none.
        Features with an empty encoder column are left out."""
        p = self.pre(x)
        if self.kind in TOP:
            top = p.topk(self.k + 1, dim=-1).values
            return top[:, self.k - 1 :]
        kept = p > 0
        lowest = p.masked_fill(~kept | self.empty, float("inf")).min(-1).values
        highest = p.masked_fill(kept | self.empty, float("-inf")).max(-1).values
        return torch.stack((lowest, highest), dim=-1)


def published(cfg, weights, dtype):
    """SAELens' own class, with these weights."""
    said = {**cfg, "dtype": str(dtype).removeprefix("torch."), "device": "cpu"}
    sae = SAE.get_sae_class_for_architecture(cfg["architecture"]).from_dict(said)
    sae.load_state_dict({name: weights[name] for name in sae.state_dict()})
    return sae.eval()
