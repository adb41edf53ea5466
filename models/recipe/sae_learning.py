"""One step of training an SAE, gradients by hand: TopK with AuxK, and KronSAE."""

import torch

from place import DEVICE, PRODUCTS
from transformer import WIDTH

AUX_K, AUX_SHARE = 256, 1 / 32
#: A feature silent on this many tokens counts as dead and is trained by AuxK.
DEAD_AFTER = 60_000
#: The root of a product is steepest at zero: below this its gradient is held.
LEAST_PAIR = 1e-2


def unit_rows(features, generator):
    rows = torch.randn(features, WIDTH, generator=generator)
    return rows / rows.norm(dim=1, keepdim=True)


def sparse(index, values, width):
    out = torch.zeros(len(index), width, dtype=PRODUCTS, device=index.device)
    return out.scatter_(1, index, values.to(PRODUCTS))


class Learner:
    """What the two kinds share. Inputs are scaled to a mean distance of √WIDTH; decoder rows have length 1."""

    def __init__(self, encoder, rows, mean, scale, k):
        self.scale, self.k = scale, k
        #: The encoder's own, then W_dec [features, WIDTH] and b_dec.
        self.parameters = [p.to(DEVICE) for p in (*encoder, rows, mean * scale)]
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]
        self.silent = torch.zeros(len(rows), device=DEVICE)
        self.steps, self.error = 0, None

    @torch.no_grad()
    def step(self, x, rate, pull=None):
        """One batch of activations `x` [n, WIDTH]; `pull` as `saying.pulls` has them."""
        *_, w_dec, b_dec = self.parameters
        x = x * self.scale
        u = (x - b_dec).to(PRODUCTS)
        pre = self.before_top(u)
        values, index = pre.topk(self.k, dim=1)
        values = values.relu()
        decoder = w_dec.to(PRODUCTS)
        codes = sparse(index, values, len(w_dec))
        error = (codes @ decoder).float() + b_dec - x
        spread = ((x - x.mean(0)) ** 2).sum()
        g = error * (2 / spread)
        if pull:
            g += pull((error + x) / self.scale) / self.scale
        g = g.to(PRODUCTS)
        d_dec = (codes.t() @ g).float()
        d_values = (g @ decoder.t()).gather(1, index) * (values > 0)
        dead = self.count(index, values, len(x))
        encoder, d_centre = self.through_encoder(u, pre, values, index, d_values, dead, -error, decoder, d_dec)
        # Rows keep length 1: only what turns them counts.
        d_dec -= (d_dec * w_dec).sum(1, keepdim=True) * w_dec
        self.adam([*encoder, d_dec, g.float().sum(0) - d_centre], rate)
        w_dec /= w_dec.norm(dim=1, keepdim=True)
        share = float((error**2).sum() / spread)
        self.error = share if self.error is None else 0.95 * self.error + 0.05 * share

    def count(self, index, values, n):
        on = index[values > 0]
        fired = torch.zeros_like(self.silent).index_add_(0, on, torch.ones(len(on), device=on.device))
        self.silent = torch.where(fired > 0, torch.zeros_like(fired), self.silent + n)
        return (self.silent > DEAD_AFTER).nonzero().flatten()

    def adam(self, gradients, rate):
        self.steps += 1
        for p, g, m, v in zip(self.parameters, gradients, self.first, self.second):
            m.mul_(0.9).add_(g, alpha=0.1)
            v.mul_(0.999).addcmul_(g, g, value=0.001)
            bias = (v / (1 - 0.999**self.steps)).sqrt() + 1e-12
            p.addcdiv_(m / (1 - 0.9**self.steps), bias, value=-rate)

    def take(self, raw):
        """Goes on from an SAE as `raw` gives it."""
        for name, p in zip(self.NAMES, self.parameters):
            p.copy_(raw[name] * self.scale if name.startswith("b_") else raw[name])
        *_, w_dec, _ = self.parameters
        w_dec /= w_dec.norm(dim=1, keepdim=True)

    def raw(self):
        """The same SAE for activations as they are: the scale moves into biases, rows stay unit."""
        tensors = dict(zip(self.NAMES, (p.to("cpu", copy=True) for p in self.parameters)))
        return {name: t / self.scale if name.startswith("b_") else t for name, t in tensors.items()}


class TopK(Learner):
    """Gao et al., 2406.04093. Encoder and decoder begin tied."""

    NAMES = ("W_enc", "b_enc", "W_dec", "b_dec")

    def __init__(self, dictionary, mean, scale, generator):
        rows = unit_rows(dictionary.features, generator)
        encoder = [rows.t().clone().contiguous(), torch.zeros(dictionary.features)]
        super().__init__(encoder, rows, mean, scale, dictionary.k)

    def before_top(self, u):
        w_enc, b_enc, *_ = self.parameters
        return (u @ w_enc.to(PRODUCTS)).float() + b_enc

    def through_encoder(self, u, pre, values, index, d_values, dead, residue, decoder, d_dec):
        w_enc, b_enc, *_ = self.parameters
        d_pre = sparse(index, d_values, len(b_enc))
        if len(dead):
            self.auxiliary(pre[:, dead], residue, decoder[dead], dead, d_dec, d_pre)
        d_bias = d_pre.float().sum(0)
        return [(u.t() @ d_pre).float(), d_bias], w_enc @ d_bias

    def auxiliary(self, pre, residue, decoder, dead, d_dec, d_pre):
        """Dead features reconstruct what the others leave over."""
        values, index = pre.topk(min(AUX_K, len(dead)), dim=1)
        values = values.relu()
        codes = sparse(index, values, len(dead))
        error = (codes @ decoder).float() - residue
        g = (error * (2 * AUX_SHARE / (residue**2).sum())).to(PRODUCTS)
        d_dec.index_add_(0, dead, (codes.t() @ g).float())
        d_pre[:, dead] += sparse(index, (g @ decoder.t()).gather(1, index) * (values > 0), len(dead))


class Kron(Learner):
    """Kurochkin et al.: feature (head·m + i)·n + j fires with √(u_i·v_j) where both parents fire."""

    NAMES = ("W_p", "b_p", "W_q", "b_q", "W_dec", "b_dec")

    def __init__(self, dictionary, mean, scale, generator):
        self.heads = h, m, n = dictionary.heads
        p, q = unit_rows(h * m, generator), unit_rows(h * n, generator)
        rows = (p.view(h, m, 1, WIDTH) + q.view(h, 1, n, WIDTH)).flatten(0, 2)
        encoder = [p.t().clone().contiguous(), torch.zeros(h * m), q.t().clone().contiguous(), torch.zeros(h * n)]
        super().__init__(encoder, rows / rows.norm(dim=1, keepdim=True), mean, scale, dictionary.k)

    def before_top(self, u):
        w_p, b_p, w_q, b_q, *_ = self.parameters
        h, m, n = self.heads
        self.p = ((u @ w_p.to(PRODUCTS)).float() + b_p).relu()
        self.q = ((u @ w_q.to(PRODUCTS)).float() + b_q).relu()
        return (self.p.view(-1, h, m, 1) * self.q.view(-1, h, 1, n)).sqrt().flatten(1)

    def through_encoder(self, u, pre, values, index, d_values, dead, residue, decoder, d_dec):
        w_p, b_p, w_q, b_q, *_ = self.parameters
        _, m, n = self.heads
        first, second = index // n, index // (m * n) * n + index % n
        half = d_values.float() * 0.5 / values.clamp_min(LEAST_PAIR)
        d_p = torch.zeros(len(u), len(b_p), device=u.device).scatter_add_(1, first, half * self.q.gather(1, second))
        d_q = torch.zeros(len(u), len(b_q), device=u.device).scatter_add_(1, second, half * self.p.gather(1, first))
        sums = d_p.sum(0), d_q.sum(0)
        wide = [(u.t() @ d.to(PRODUCTS)).float() for d in (d_p, d_q)]
        return [wide[0], sums[0], wide[1], sums[1]], w_p @ sums[0] + w_q @ sums[1]


def learner(dictionary, mean, scale, generator):
    return (Kron if dictionary.heads else TopK)(dictionary, mean, scale, generator)
