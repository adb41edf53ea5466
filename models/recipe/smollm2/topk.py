"""One step of training a TopK SAE, gradients by hand, that touches only the chosen features of each token."""

import torch
import torch.nn.functional as F

from kernels import call, pointers
from place import PRODUCTS

#: What the kernels read; products are taken in PRODUCTS, which is wider where the processor multiplies no bfloat16.
HALF = torch.bfloat16
AUX_K, AUX_SHARE = 256, 1 / 32
#: A feature silent on so many tokens is taught by AuxK on one part of a batch in so many.
DEAD_AFTER, AUX_PART = 250_000, 4
#: Silent on so many, it is called dead.
DEAD = 500_000
#: Tokens whose pre-activations are held at once: so many fit into a core's cache.
AT_ONCE = 512
#: Tokens further from the mean than this many medians count less, so that their pull is as if they lay there.
FAR = 2.5


def fitted(x):
    """Mean of activations [n, width], far ones left out, and the scale that makes their median distance √width."""
    distance = (x - x.median(0).values).norm(dim=1)
    mean = x[distance < FAR * distance.median()].mean(0)
    return mean, float(x.shape[1] ** 0.5 / (x - mean).norm(dim=1).median())


def split(n):
    return [min(AT_ONCE, n - at) for at in range(0, n, AT_ONCE)]


class TopK:
    """Gao et al., 2406.04093: AuxK, encoder and decoder begin tied, decoder rows have length 1.

    Rows of `encoder` and `decoder` are features. Each parameter is [now, Adam's first mean, its second].
    """

    def __init__(self, features, k, mean, scale, generator):
        rows = torch.randn(features, len(mean), generator=generator)
        rows /= rows.norm(dim=1, keepdim=True)
        begin = lambda p: [p.contiguous(), torch.zeros_like(p), torch.zeros_like(p)]
        self.k, self.scale, self.steps = k, scale, 0
        self.encoder, self.decoder = begin(rows.clone()), begin(rows)
        self.bias, self.centre = begin(torch.zeros(features)), begin(mean * scale)
        self.silent = torch.zeros(features, dtype=torch.long)
        self.error = None
        self.halve()

    def halve(self):
        self.encoder_half, self.decoder_half = self.encoder[0].to(HALF), self.decoder[0].to(HALF)

    def state(self):
        return {name: value for name, value in vars(self).items() if not name.endswith("_half")}

    @classmethod
    def of(cls, state):
        sae = cls.__new__(cls)
        vars(sae).update(state)
        sae.halve()
        return sae

    def before_top(self, u):
        wide = [t.to(PRODUCTS) for t in (u, self.encoder_half, self.bias[0])]
        return F.linear(*wide).to(HALF)

    @torch.no_grad()
    def step(self, x, rate, pull=None, parts=None):
        """One batch of activations `x` [n, width] float32, in parts of so many tokens.

        `pull(part, reconstruction)` gives a further gradient there (see `ending.py`), or none.
        """
        n, d = x.shape
        features, k = len(self.silent), self.k
        x, centre, scale = x.contiguous(), self.centre[0], float(self.scale)
        u, g, error = torch.empty(n, d, dtype=HALF), torch.empty(n, d, dtype=HALF), torch.empty(n, d)
        index, value, d_value = torch.empty(n, k, dtype=torch.int32), torch.empty(n, k), torch.empty(n, k)
        weight, spread, lost = torch.empty(n), torch.empty(1), torch.zeros(1)
        call("ready", x, n, d, scale, centre, FAR * d**0.5, u, weight, spread)
        dead = (self.silent > DEAD_AFTER).nonzero().flatten()
        extra, end = None, 0
        for part, m in enumerate(parts or split(n)):
            here, end = slice(end, end + m), end + m
            pre = self.before_top(u[here])
            call("top", pre, m, features, k, index[here], value[here])
            call("decode", index[here], value[here], m, k, d, self.decoder_half, centre, x[here], scale, weight[here],
                 float(2 / spread), error[here], g[here], lost)
            more = pull and pull(part, error[here] / scale + x[here])
            if more is not None:
                g[here] = g[here] + more / scale
            call("back", index[here], value[here], m, k, d, self.decoder_half, g[here], d_value[here])
            if len(dead) and part % AUX_PART == self.steps % AUX_PART:
                residue = -error[here] * weight[here, None].sqrt()
                found = self.auxiliary(pre[:, dead], u[here], residue, dead, m / n)
                extra = found if extra is None else [a + b for a, b in zip(extra, found)]
        self.turn(index, value, d_value, g, u, rate, dead, extra)
        share = float(lost / spread)
        self.error = share if self.error is None else 0.98 * self.error + 0.02 * share

    def auxiliary(self, pre, u, residue, dead, part):
        """Dead features reconstruct what the others leave over: gradients of encoder rows, biases, decoder rows."""
        values, index = pre.float().topk(min(AUX_K, len(dead)), dim=1)
        values = values.relu()
        sparse = lambda v: torch.zeros(len(u), len(dead), dtype=HALF).scatter_(1, index, v.to(HALF))
        decoder, codes = self.decoder_half[dead], sparse(values)
        error = (codes @ decoder).float() - residue
        g = (error * (2 * AUX_SHARE * part / residue.square().sum())).to(HALF)
        d_pre = sparse((g @ decoder.t()).gather(1, index) * (values > 0))
        return [(d_pre.t() @ u).float(), d_pre.float().sum(0), (codes.t() @ g).float()]

    def turn(self, index, value, d_value, g, u, rate, dead, extra):
        n, d = g.shape
        features, k = len(self.silent), self.k
        self.steps += 1
        first, second = 1 - 0.9**self.steps, 1 - 0.999**self.steps
        at = None
        if extra:
            at = torch.full((features,), -1, dtype=torch.int32)
            at[dead] = torch.arange(len(dead), dtype=torch.int32)
        d_bias, fired = torch.empty(features), torch.empty(features, dtype=torch.long)
        d_centre = g.float().sum(0)
        call("turn", index, value, d_value, n, k, features, d, g, u, pointers(self.encoder), pointers(self.bias),
             pointers(self.decoder), self.encoder_half, self.decoder_half, d_bias, fired, at,
             *(extra or (None, None, None)), float(rate), float(first), float(second))
        d_centre -= d_bias @ self.encoder[0]
        p, m, v = self.centre
        m.mul_(0.9).add_(d_centre, alpha=0.1)
        v.mul_(0.999).addcmul_(d_centre, d_centre, value=0.001)
        p.addcdiv_(m / first, (v / second).sqrt() + 1e-12, value=-rate)
        self.silent = torch.where(fired > 0, torch.zeros_like(self.silent), self.silent + n)

    def dead(self):
        return float((self.silent > DEAD).float().mean())

    def raw(self):
        """The same SAE for activations as they are, in SAELens' form: the scale moves into the biases."""
        return {"W_enc": self.encoder[0].t().contiguous(), "b_enc": self.bias[0] / self.scale,
                "W_dec": self.decoder[0].clone(), "b_dec": self.centre[0] / self.scale}
