"""What every decoder-only transformer has in common, for reference: the run over blocks, attention over the whole sequence
under a mask and, written apart from it, for one further token over a cache. A family says the rest; `visit` and sites as
in llama.py. Sequences are [T, d]."""
import math

import torch


def untouched(site, h):
    return h


def gelu_exact(x):
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def silu(x):
    return x * torch.sigmoid(x)


ACTIVATIONS = {"gelu": gelu_exact, "gelu_new": gelu_tanh, "gelu_pytorch_tanh": gelu_tanh, "silu": silu}


def rates(theta, dims, dtype):
    """Inverse frequencies of rotary positions, [dims / 2]."""
    steps = torch.arange(0, dims, 2, dtype=torch.int64).to(dtype)
    return 1.0 / (theta ** (steps / dims))


def rotated(x, positions, rates):
    """rotate_half over the first 2·len(rates) entries of every head; x [T, heads, head_dim]."""
    turns = positions.to(x.dtype)[:, None] * rates[None, :]
    cos, sin = (torch.cat((f(turns), f(turns)), -1)[:, None, :] for f in (torch.cos, torch.sin))
    turning, still = x[..., : 2 * len(rates)], x[..., 2 * len(rates) :]
    first, second = turning.chunk(2, dim=-1)
    turned = turning * cos + torch.cat((-second, first), dim=-1) * sin
    return torch.cat((turned, still), dim=-1)


class Decoder:
    """A family sets layers, heads, kv_heads, head_dim and writes `embedded`, `block`, `final`, `unembedding` and `qkv`."""

    cap = None  # of attention's scores
    final_cap = None  # of the logits

    def __init__(self, config, weights, dtype=torch.float32):
        self.config, self.dtype = config, dtype
        self.weights = {name: torch.from_numpy(array.copy()).to(dtype) for name, array in weights.items()}
        self.read(config)

    def scale(self, layer):
        return 1 / math.sqrt(self.head_dim)

    def window(self, layer):
        """How many of the newest tokens are seen, the present one among them; None: all."""
        return None

    def linear(self, name, x, bias=True):
        y = x @ self.weights[name + ".weight"].T
        return y + self.weights[name + ".bias"] if bias else y

    def layer_norm(self, name, x, epsilon):
        mean = x.mean(-1, keepdim=True)
        spread = (x - mean).pow(2).mean(-1, keepdim=True)
        return (x - mean) / torch.sqrt(spread + epsilon) * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def rms_norm(self, gain, x, epsilon):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * gain

    def capped(self, scores):
        return scores if self.cap is None else torch.tanh(scores / self.cap) * self.cap

    def attention(self, layer, x):
        """The whole sequence at once under a mask: heads mixed, [T, heads · head_dim]."""
        length = len(x)
        q, k, v = self.qkv(layer, x, torch.arange(length))
        groups = self.heads // self.kv_heads
        k, v = k.repeat_interleave(groups, dim=1), v.repeat_interleave(groups, dim=1)
        scores = self.capped(q.transpose(0, 1) @ k.transpose(0, 1).transpose(1, 2) * self.scale(layer))
        hidden = torch.ones(length, length, dtype=torch.bool).triu(1)
        if self.window(layer) is not None:
            hidden |= torch.ones(length, length, dtype=torch.bool).tril(-self.window(layer))
        shares = torch.softmax(scores.masked_fill(hidden, float("-inf")), dim=-1)
        return (shares @ v.transpose(0, 1)).transpose(0, 1).reshape(length, self.heads * self.head_dim)

    def attention_step(self, layer, x, cache):
        """One further token: its key and value join the cache; head by head, no mask."""
        keys, values = cache[layer]
        q, k, v = self.qkv(layer, x, torch.tensor([len(keys)]))
        keys.append(k[0])
        values.append(v[0])
        seen = slice(0 if self.window(layer) is None else max(0, len(keys) - self.window(layer)), None)
        past_keys, past_values = torch.stack(keys[seen]), torch.stack(values[seen])
        mixed = []
        for head in range(self.heads):
            source = head * self.kv_heads // self.heads
            scores = self.capped(past_keys[:, source] @ q[0, head] * self.scale(layer))
            mixed.append(torch.softmax(scores, dim=0) @ past_values[:, source])
        return torch.cat(mixed)[None]

    def run(self, ids, first, attend, visit):
        h = self.embedded(torch.tensor(ids), torch.arange(first, first + len(ids)))
        for layer in range(self.layers):
            name = f"blocks.{layer}.hook_"
            h = visit(name + "resid_pre", h)
            h = self.block(layer, h, attend, lambda part, x: visit(name + part, x))
            h = visit(name + "resid_post", h)
        return self.unembedded(h)

    def unembedded(self, h):
        """Final norm and unembedding; on any residual site it is the logit lens."""
        logits = self.final(h) @ self.unembedding.T
        return logits if self.final_cap is None else torch.tanh(logits / self.final_cap) * self.final_cap

    @torch.no_grad()
    def forward(self, ids, visit=untouched):
        """Logits [T, V]."""
        return self.run(list(ids), 0, self.attention, visit)

    @torch.no_grad()
    def taps(self, ids):
        """Logits, and every site's stream by name."""
        seen = {}

        def keep(site, h):
            seen[site] = h
            return h

        return self.forward(ids, keep), seen

    @torch.no_grad()
    def greedy(self, ids, count, visit=untouched):
        """`count` likeliest tokens, one by one over a cache; logits [T + count - 1, V] of all positions."""
        cache = [([], []) for _ in range(self.layers)]
        written, rows, pending = [], [], list(ids)
        while len(written) < count:
            token = pending.pop(0) if pending else written[-1]
            attend = lambda layer, x: self.attention_step(layer, x, cache)
            rows.append(self.run([token], len(rows), attend, visit)[0])
            if not pending:
                written.append(int(rows[-1].argmax()))
        return written, torch.stack(rows)
