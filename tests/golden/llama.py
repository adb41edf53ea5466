"""A Llama forward pass for reference, after Hugging Face transformers, src/transformers/models/llama/modeling_llama.py
(read at 0022728). Each function or block below names the module of that file whose mathematics it states.

Sequences are [T, d], no batch. `visit(site, h) -> h` is called at every site with the stream as it arrives there, and
what it returns takes its place; with it one reads taps and applies edits. Sites, in the order in which they are visited:
blocks.{l}.hook_resid_pre (layer 0: the embedding), hook_attn_out (after o_proj), hook_mlp_out (after down_proj),
hook_resid_post.
"""
import math

import torch


def untouched(site, h):
    return h


class Llama:
    def __init__(self, config, weights, dtype=torch.float32):
        """`weights`: name -> array of float32 (float16 files widened); every computation runs in `dtype`."""
        if config.get("hidden_act", "silu") != "silu" or config.get("attention_bias") or config.get("rope_scaling"):
            raise ValueError("only silu, no attention bias, no RoPE scaling")
        self.config = config
        self.dtype = dtype
        self.weights = {name: torch.from_numpy(array.copy()).to(dtype) for name, array in weights.items()}
        self.layers = config["num_hidden_layers"]
        self.heads = config["num_attention_heads"]
        self.kv_heads = config["num_key_value_heads"]
        self.head_dim = config.get("head_dim") or config["hidden_size"] // self.heads
        # LlamaForCausalLM: lm_head shares the embedding's matrix when tie_word_embeddings is set.
        tied = config.get("tie_word_embeddings", False)
        self.unembedding = self.weights["model.embed_tokens.weight" if tied else "lm_head.weight"]

    def linear(self, name, x):
        return x @ self.weights[name + ".weight"].T

    def norm(self, name, x):
        """LlamaRMSNorm."""
        spread = x.pow(2).mean(-1, keepdim=True)
        return self.weights[name + ".weight"] * (x * torch.rsqrt(spread + self.config["rms_norm_eps"]))

    def angles(self, positions):
        """LlamaRotaryEmbedding: cos and sin [T, head_dim], the half of the frequencies stated twice."""
        steps = torch.arange(0, self.head_dim, 2, dtype=torch.int64).to(self.dtype)
        rates = 1.0 / (self.config["rope_theta"] ** (steps / self.head_dim))
        turns = positions.to(self.dtype)[:, None] * rates[None, :]
        twice = torch.cat((turns, turns), dim=-1)
        return twice.cos(), twice.sin()

    @staticmethod
    def rotated(x, cos, sin):
        """rotate_half and apply_rotary_pos_emb, for x [T, heads, head_dim]."""
        first, second = x.chunk(2, dim=-1)
        return x * cos[:, None, :] + torch.cat((-second, first), dim=-1) * sin[:, None, :]

    def projected(self, layer, x, positions):
        """First half of LlamaAttention: queries, keys and values [T, heads, head_dim], positions turned in."""
        name = f"model.layers.{layer}.self_attn."
        q = self.linear(name + "q_proj", x).view(len(x), self.heads, self.head_dim)
        k = self.linear(name + "k_proj", x).view(len(x), self.kv_heads, self.head_dim)
        v = self.linear(name + "v_proj", x).view(len(x), self.kv_heads, self.head_dim)
        cos, sin = self.angles(positions)
        return self.rotated(q, cos, sin), self.rotated(k, cos, sin), v

    def attention(self, layer, x):
        """LlamaAttention (eager), the whole sequence at once under a causal mask."""
        length = len(x)
        q, k, v = self.projected(layer, x, torch.arange(length))
        groups = self.heads // self.kv_heads
        # repeat_kv: query head h reads key and value head h // groups.
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q.transpose(0, 1) @ k.transpose(0, 1).transpose(1, 2) / math.sqrt(self.head_dim)
        future = torch.ones(length, length, dtype=torch.bool).triu(1)
        shares = torch.softmax(scores.masked_fill(future, float("-inf")), dim=-1)
        mixed = (shares @ v.transpose(0, 1)).transpose(0, 1).reshape(length, self.heads * self.head_dim)
        return self.linear(f"model.layers.{layer}.self_attn.o_proj", mixed)

    def attention_step(self, layer, x, cache):
        """LlamaAttention for one further token: its key and value join the cache; head by head, no mask."""
        keys, values = cache[layer]
        q, k, v = self.projected(layer, x, torch.tensor([len(keys)]))
        keys.append(k[0])
        values.append(v[0])
        past_keys, past_values = torch.stack(keys), torch.stack(values)
        mixed = []
        for head in range(self.heads):
            source = head * self.kv_heads // self.heads
            shares = torch.softmax(past_keys[:, source] @ q[0, head] / math.sqrt(self.head_dim), dim=0)
            mixed.append(shares @ past_values[:, source])
        return self.linear(f"model.layers.{layer}.self_attn.o_proj", torch.cat(mixed)[None])

    def mlp(self, layer, x):
        """LlamaMLP."""
        name = f"model.layers.{layer}.mlp."
        gate = self.linear(name + "gate_proj", x)
        return self.linear(name + "down_proj", gate * torch.sigmoid(gate) * self.linear(name + "up_proj", x))

    def run(self, ids, attend, visit):
        """LlamaModel and LlamaDecoderLayer; `attend(layer, x)` is one of the two attentions."""
        h = self.weights["model.embed_tokens.weight"][torch.tensor(ids)]
        for layer in range(self.layers):
            name, block = f"model.layers.{layer}.", f"blocks.{layer}."
            h = visit(block + "hook_resid_pre", h)
            h = h + visit(block + "hook_attn_out", attend(layer, self.norm(name + "input_layernorm", h)))
            h = h + visit(block + "hook_mlp_out", self.mlp(layer, self.norm(name + "post_attention_layernorm", h)))
            h = visit(block + "hook_resid_post", h)
        return self.unembedded(h)

    def unembedded(self, h):
        """The end of LlamaForCausalLM: final norm and lm_head. Applied to any residual site it is the logit lens."""
        return self.norm("model.norm", h) @ self.unembedding.T

    @torch.no_grad()
    def forward(self, ids, visit=untouched):
        """Logits [T, V]."""
        return self.run(list(ids), self.attention, visit)

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
        """`count` likeliest tokens, one by one over a key/value cache; logits [T + count - 1, V] of all positions."""
        cache = [([], []) for _ in range(self.layers)]
        written, rows, pending = [], [], list(ids)
        while len(written) < count:
            token = pending.pop(0) if pending else written[-1]
            attend = lambda layer, x: self.attention_step(layer, x, cache)
            rows.append(self.run([token], attend, visit)[0])
            if not pending:
                written.append(int(rows[-1].argmax()))
        return written, torch.stack(rows)
