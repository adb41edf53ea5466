"""A frozen Llama that reads fast: the residual stream in float32, products in bfloat16 where the processor has them.

With bfloat16 and without gradients, what lies between the products is done by `kernels.cpp`.
"""

import torch
import torch.nn.functional as F

from kernels import call
from place import PRODUCTS


def rotary(length, shape):
    """cos and sin, [length, head], in halves as Hugging Face lays them out."""
    frequency = 1 / (shape.theta ** (torch.arange(0, shape.head, 2).float() / shape.head))
    angle = torch.outer(torch.arange(length).float(), frequency)
    angle = torch.cat([angle, angle], -1)
    return angle.cos(), angle.sin()


def turned(x, cos, sin):
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


class Layer:
    def __init__(self, tensors, products):
        of = lambda *names: torch.cat([tensors[f"{name}.weight"] for name in names]).to(products)
        self.n1, self.n2 = (tensors[f"{name}.weight"] for name in ("input_layernorm", "post_attention_layernorm"))
        self.qkv = of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")
        self.o, self.gu, self.down = of("self_attn.o_proj"), of("mlp.gate_proj", "mlp.up_proj"), of("mlp.down_proj")


class Llama:
    """`tensors` under Hugging Face's names. `products` float32 gives the reference."""

    def __init__(self, shape, tensors, products=PRODUCTS):
        self.shape, self.products = shape, products
        tensors = {name: torch.from_numpy(array) for name, array in tensors.items()}
        self.embedding, self.norm = tensors["model.embed_tokens.weight"], tensors["model.norm.weight"]
        self.head = self.embedding.to(products)
        self.layers = []
        for layer in range(shape.layers):
            here = f"model.layers.{layer}."
            own = {name.removeprefix(here): t for name, t in tensors.items() if name.startswith(here)}
            self.layers.append(Layer(own, products))

    def normed(self, x, gain):
        """`x` float32, the result in the type of products."""
        return F.rms_norm(x, gain.shape, gain, self.shape.epsilon).to(self.products)

    def attention(self, layer, x, cos, sin):
        rows, length, _ = x.shape
        heads, kv = self.shape.heads, self.shape.kv_heads
        qkv = F.linear(x, layer.qkv).view(rows, length, heads + 2 * kv, self.shape.head).transpose(1, 2)
        qk, v = qkv[:, : heads + kv], qkv[:, heads + kv :]
        qk = turned(qk, cos, sin)
        q, k = qk[:, :heads], qk[:, heads:]
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return F.linear(mixed.transpose(1, 2).reshape(rows, length, -1), layer.o)

    def mlp(self, layer, x):
        gate, up = F.linear(x, layer.gu).chunk(2, -1)
        return F.linear(F.silu(gate) * up, layer.down)

    def residuals(self, ids):
        """The residual stream after each layer in turn, [rows, length, width] float32."""
        return self.onward(self.embedding[ids], 0)

    def onward(self, x, first):
        """The same, from the residual stream that enters layer `first`."""
        if self.products is torch.bfloat16 and not torch.is_grad_enabled():
            yield from self.fast(x, first)
            return
        cos, sin = (t.to(self.products) for t in rotary(x.shape[1], self.shape))
        for layer in self.layers[first:]:
            x = x + self.attention(layer, self.normed(x, layer.n1), cos, sin)
            x = x + self.mlp(layer, self.normed(x, layer.n2))
            yield x

    def fast(self, x, first):
        rows, length, width = x.shape
        heads, kv, head, inner = self.shape.heads, self.shape.kv_heads, self.shape.head, self.shape.inner
        n = rows * length
        cos, sin = rotary(length, self.shape)
        normed, between = (torch.empty(n, wide, dtype=self.products) for wide in (width, inner))

        def with_more(x, more, gain):
            out = torch.empty(rows, length, width)
            call("norm", x, more, n, width, gain, float(self.shape.epsilon), out, normed)
            return out

        gains = [layer.n1 for layer in self.layers] + [self.norm]
        x = with_more(x.contiguous(), torch.zeros_like(normed), gains[first])
        for layer, next_gain in zip(self.layers[first:], gains[first + 1 :]):
            qkv = F.linear(normed, layer.qkv)
            call("turned", qkv, n, length, heads + 2 * kv, heads + kv, head, cos, sin)
            q, k, v = qkv.view(rows, length, -1, head).transpose(1, 2).split([heads, kv, kv], 1)
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
            x = with_more(x, F.linear(mixed.transpose(1, 2).reshape(n, -1), layer.o), layer.n2)
            call("gated", F.linear(normed, layer.gu), n, inner, between)
            x = with_more(x, F.linear(between, layer.down), next_gain)
            yield x

    def said(self, x):
        """Logits after the last residual."""
        return F.linear(self.normed(x, self.norm), self.head).float()

    def logits(self, ids):
        for x in self.residuals(ids):
            pass
        return self.said(x)
