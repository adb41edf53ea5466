"""GPT-Neo, after transformers' models/gpt_neo/modeling_gpt_neo.py."""
from decoder import ACTIVATIONS, Decoder


class Neo(Decoder):
    def read(self, config):
        self.act = ACTIVATIONS[config["activation_function"]]
        self.layers, self.heads = config["num_layers"], config["num_heads"]
        self.kv_heads, self.head_dim = self.heads, config["hidden_size"] // self.heads
        self.kinds = [kind for kinds, times in config["attention_types"] for _ in range(times) for kind in kinds]
        self.unembedding = self.weights["transformer.wte.weight"]

    def scale(self, layer):
        """GPTNeoSelfAttention does not divide by the root of the head's width."""
        return 1.0

    def window(self, layer):
        return self.config["window_size"] if self.kinds[layer] == "local" else None

    def norm(self, name, x):
        return self.layer_norm(name, x, self.config["layer_norm_epsilon"])

    def embedded(self, ids, positions):
        return self.weights["transformer.wte.weight"][ids] + self.weights["transformer.wpe.weight"][positions]

    def qkv(self, layer, x, positions):
        name = f"transformer.h.{layer}.attn.attention."
        parts = (self.linear(f"{name}{part}_proj", x, bias=False) for part in "qkv")
        return [part.view(len(x), self.heads, self.head_dim) for part in parts]

    def block(self, layer, h, attend, visit):
        name = f"transformer.h.{layer}."
        out = self.linear(name + "attn.attention.out_proj", attend(layer, self.norm(name + "ln_1", h)))
        h = h + visit("attn_out", out)
        inner = self.act(self.linear(name + "mlp.c_fc", self.norm(name + "ln_2", h)))
        return h + visit("mlp_out", self.linear(name + "mlp.c_proj", inner))

    def final(self, h):
        return self.norm("transformer.ln_f", h)
