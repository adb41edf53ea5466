"""Four kinds of sparse autoencoder after SAELens 6.18 (sae_lens/saes/{sae,standard_sae,topk_sae,jumprelu_sae,
gated_sae}.py), and KronSAE after arXiv 2505.22255. W_enc [d_in, d_sae], W_dec [d_sae, d_in]; x [T, d_in];
activations dense [T, d_sae]."""
import torch

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

    def norm_in(self, x):
        """SAE.run_time_activation_norm_fn_in; also what norm_out needs to undo it."""
        how = self.cfg.get("normalize_activations", "none")
        if how == "layer_norm":
            centre = x.mean(-1, keepdim=True)
            spread = (x - centre).std(-1, keepdim=True)  # unbiased, as torch.std is
            return (x - centre) / (spread + 1e-5), (spread, centre)
        if how == "constant_norm_rescale":
            factor = x.shape[-1] ** 0.5 / x.norm(dim=-1, keepdim=True)
            return x * factor, (1 / factor, torch.zeros_like(factor))
        if how != "none":
            raise ValueError(f"{self.name}: normalize_activations {how}")
        return x, (torch.ones_like(x[..., :1]), torch.zeros_like(x[..., :1]))

    def centred(self, x):
        x, _ = self.norm_in(x)
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
        u, w = self.centred(x), self.weights
        if self.kind == "gated":
            strength = torch.relu(u @ (w["W_enc"] * w["r_mag"].exp()) + w["b_mag"])
            return (u @ w["W_enc"] + w["b_gate"] > 0).to(x.dtype) * strength
        p = self.pairs(u) if self.kind == "kron" else u @ w["W_enc"] + w["b_enc"]
        if self.kind == "jumprelu":
            return torch.relu(p) * (p > w["threshold"]).to(x.dtype)
        if self.kind in TOP:
            top = p.topk(self.k, dim=-1)
            return torch.zeros_like(p).scatter_(-1, top.indices, torch.relu(top.values))
        return torch.relu(p)

    @torch.no_grad()
    def reconstruct(self, x, a):
        _, (factor, shift) = self.norm_in(x)
        return (a @ self.rows + self.weights["b_dec"]) * factor + shift

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
