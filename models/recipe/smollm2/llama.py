"""A frozen Llama that reads fast: the residual stream in float32, products in bfloat16 where the processor has them."""

import torch
import torch.nn.functional as F

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
            self.layers.append(Layer({n.removeprefix(here): t for n, t in tensors.items() if n.startswith(here)}, products))

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
        cos, sin = (t.to(self.products) for t in rotary(x.shape[1], self.shape))
        for layer in self.layers[first:]:
            x = x + self.attention(layer, self.normed(x, layer.n1), cos, sin)
            x = x + self.mlp(layer, self.normed(x, layer.n2))
            yield x

    def said(self, x):
        """Logits after the last residual."""
        return F.linear(self.normed(x, self.norm), self.head).float()

    def logits(self, ids):
        for x in self.residuals(ids):
            pass
        return self.said(x)
