"""The micro models of each family: configs with the quirks switched on, seeded untrained weights of sensible scale."""
import numpy as np

VOCAB, CONTEXT = 272, 48


class Draw:
    """Scores of spread 1 to 2, a stream that every block changes, gains and biases that matter."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.table = {}

    def matrix(self, name, rows, columns, gain, across=None):
        """`across`: the size of what is summed over, unless it is the columns."""
        self.table[name] = self.rng.normal(size=(rows, columns)) * gain / np.sqrt(across or columns)

    def vector(self, name, size, spread):
        self.table[name] = self.rng.normal(size=size) * spread

    def gains(self, name, size, negative=0.1, less=0):
        signs = np.where(self.rng.random(size) < negative, -1, 1)
        self.table[name] = self.rng.uniform(0.5, 1.6, size) * signs - less

    def norm(self, name, size, negative=0.1):
        self.gains(f"{name}.weight", size, negative)
        self.vector(f"{name}.bias", size, 0.2)

    def linear(self, name, rows, columns, gain, bias=True):
        self.matrix(f"{name}.weight", rows, columns, gain)
        if bias:
            self.vector(f"{name}.bias", rows, 0.2)

    def stored(self):
        return {name: array.astype(np.float16) for name, array in self.table.items()}


def gpt2(draw, layers=2):
    d, inner = 32, 64
    draw.matrix("transformer.wte.weight", VOCAB, d, 0.3, 1)
    draw.matrix("transformer.wpe.weight", CONTEXT, d, 0.15, 1)
    draw.norm("transformer.ln_f", d, 0.5)
    for layer in range(layers):
        name = f"transformer.h.{layer}."
        draw.norm(name + "ln_1", d)
        draw.norm(name + "ln_2", d)
        for part, rows, columns, gain in (
            ("attn.c_attn", d, 3 * d, 1.3), ("attn.c_proj", d, d, 0.8), ("mlp.c_fc", d, inner, 1.3),
            ("mlp.c_proj", inner, d, 0.9),
        ):
            draw.matrix(f"{name}{part}.weight", rows, columns, gain, rows)
            draw.vector(f"{name}{part}.bias", columns, 0.2)
    return {
        "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": VOCAB, "n_positions": CONTEXT,
        "n_ctx": CONTEXT, "n_embd": d, "n_layer": layers, "n_head": 4, "n_inner": inner,
        "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5,
    }


def neox(draw, layers=2):
    """Two heads of 16, of which 4 turn."""
    d, inner = 32, 64
    draw.matrix("gpt_neox.embed_in.weight", VOCAB, d, 0.5, 1)
    draw.matrix("embed_out.weight", VOCAB, d, 2)
    draw.norm("gpt_neox.final_layer_norm", d)
    for layer in range(layers):
        name = f"gpt_neox.layers.{layer}."
        draw.norm(name + "input_layernorm", d)
        draw.norm(name + "post_attention_layernorm", d)
        draw.linear(name + "attention.query_key_value", 3 * d, d, 1.3)
        draw.linear(name + "attention.dense", d, d, 0.8)
        draw.linear(name + "mlp.dense_h_to_4h", inner, d, 1.3)
        draw.linear(name + "mlp.dense_4h_to_h", d, inner, 0.9)
    return {
        "architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "vocab_size": VOCAB, "hidden_size": d,
        "num_hidden_layers": layers, "num_attention_heads": 2, "intermediate_size": inner, "hidden_act": "gelu",
        "rotary_pct": 0.25, "rotary_emb_base": 10000, "max_position_embeddings": CONTEXT, "layer_norm_eps": 1e-5,
        "use_parallel_residual": True, "tie_word_embeddings": False,
    }


def neo(draw, heads=4):
    """Layers global, local, global; heads of 8, or of 4, which the fused operator does not take."""
    d, layers, inner = 32, 3, 48
    draw.matrix("transformer.wte.weight", VOCAB, d, 0.3, 1)
    draw.matrix("transformer.wpe.weight", CONTEXT, d, 0.15, 1)
    draw.norm("transformer.ln_f", d, 0.5)
    for layer in range(layers):
        name = f"transformer.h.{layer}."
        draw.norm(name + "ln_1", d)
        draw.norm(name + "ln_2", d)
        for part in ("q", "k"):
            draw.linear(f"{name}attn.attention.{part}_proj", d, d, 0.7, False)
        draw.linear(name + "attn.attention.v_proj", d, d, 1, False)
        draw.linear(name + "attn.attention.out_proj", d, d, 0.8)
        draw.linear(name + "mlp.c_fc", inner, d, 1.3)
        draw.linear(name + "mlp.c_proj", d, inner, 0.9)
    return {
        "architectures": ["GPTNeoForCausalLM"], "model_type": "gpt_neo", "vocab_size": VOCAB, "hidden_size": d,
        "num_layers": layers, "num_heads": heads, "intermediate_size": inner, "window_size": 4,
        "attention_types": [[["global", "local"], 1], [["global"], 1]], "activation_function": "gelu_new",
        "max_position_embeddings": CONTEXT, "layer_norm_epsilon": 1e-5,
    }


def gated(draw, d, layers, heads, kv, head_dim, inner, biased, gemma=0):
    """What models with gated MLPs have in common; `gemma` is what their gains leave out."""
    for layer in range(layers):
        name = f"model.layers.{layer}."
        for part in ("input_layernorm", "post_attention_layernorm"):
            draw.gains(f"{name}{part}.weight", d, less=gemma)
        for part, rows in (("q", heads), ("k", kv), ("v", kv)):
            draw.linear(f"{name}self_attn.{part}_proj", rows * head_dim, d, 1.2, "qkv" in biased)
        draw.linear(name + "self_attn.o_proj", d, heads * head_dim, 0.8, "o" in biased.replace("qkv", ""))
        for part in ("gate", "up"):
            draw.linear(f"{name}mlp.{part}_proj", inner, d, 1.2, False)
        draw.linear(name + "mlp.down_proj", d, inner, 0.7, False)
    draw.gains("model.norm.weight", d, 0.5, less=gemma)
    draw.matrix("model.embed_tokens.weight", VOCAB, d, 0.3, 1)
    return {
        "vocab_size": VOCAB, "hidden_size": d, "num_hidden_layers": layers, "num_attention_heads": heads,
        "num_key_value_heads": kv, "intermediate_size": inner, "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-6,
    }


def qwen2(draw):
    """Untied; frequencies of llama3: of eight, some are kept, some blended, some stretched."""
    shared = gated(draw, 32, 2, 2, 1, 16, 48, "qkv")
    draw.matrix("lm_head.weight", VOCAB, 32, 2)
    return {
        **shared, "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu",
        "rope_theta": 1000.0, "tie_word_embeddings": False, "use_sliding_window": False, "sliding_window": 4,
        "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                         "original_max_position_embeddings": 32},
    }


def llama_biased(draw):
    """Every map of attention has a bias; linear scaling; tied."""
    return {
        **gated(draw, 32, 2, 2, 2, 16, 48, "qkv o"), "architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "hidden_act": "silu", "rope_theta": 10000.0, "attention_bias": True, "tie_word_embeddings": True,
        "rope_scaling": {"type": "linear", "rope_type": "linear", "factor": 4.0},
    }


def qwen3(draw):
    """Queries and keys normalised head by head, wider than d / heads; the last layer has a window."""
    shared = gated(draw, 24, 2, 2, 1, 16, 40, "")
    for layer in range(2):
        for part in ("q", "k"):
            draw.gains(f"model.layers.{layer}.self_attn.{part}_norm.weight", 16)
    return {
        **shared, "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "head_dim": 16, "hidden_act": "silu",
        "rope_theta": 1000000.0, "attention_bias": False, "tie_word_embeddings": True, "use_sliding_window": True,
        "sliding_window": 4, "max_window_layers": 1, "rope_scaling": None,
    }


def mistral(draw):
    """Every layer has the window; heads that share keys and values; untied."""
    shared = gated(draw, 32, 2, 4, 2, 16, 48, "")
    draw.matrix("lm_head.weight", VOCAB, 32, 2)
    return {
        **shared, "architectures": ["MistralForCausalLM"], "model_type": "mistral", "head_dim": 16, "hidden_act": "silu",
        "rope_theta": 10000.0, "tie_word_embeddings": False, "sliding_window": 4,
    }


def sandwich(draw, d, layers):
    for layer in range(layers):
        for part in ("pre", "post"):
            draw.gains(f"model.layers.{layer}.{part}_feedforward_layernorm.weight", d, less=1)


def gemma2(draw):
    """Layers local, global, local; both caps low enough to bend what they cap."""
    shared = gated(draw, 24, 3, 4, 2, 16, 40, "", 1)
    sandwich(draw, 24, 3)
    return {
        **shared, "architectures": ["Gemma2ForCausalLM"], "model_type": "gemma2", "head_dim": 16,
        "hidden_activation": "gelu_pytorch_tanh", "hidden_act": "gelu_pytorch_tanh", "query_pre_attn_scalar": 9,
        "attn_logit_softcapping": 2.0, "final_logit_softcapping": 5.0, "sliding_window": 4, "rope_theta": 10000.0,
        "attention_bias": False,
    }


def gemma3(draw):
    """Layers local, local, global; the global one's positions scaled, its base another."""
    shared = gated(draw, 24, 3, 4, 2, 16, 40, "", 1)
    sandwich(draw, 24, 3)
    for layer in range(3):
        for part in ("q", "k"):
            draw.gains(f"model.layers.{layer}.self_attn.{part}_norm.weight", 16, less=1)
    return {
        **shared, "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", "head_dim": 16,
        "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 9, "sliding_window": 4,
        "sliding_window_pattern": 3, "rope_theta": 1000000.0, "rope_local_base_freq": 100.0,
        "rope_scaling": {"rope_type": "linear", "factor": 8.0}, "attn_logit_softcapping": None,
        "final_logit_softcapping": None, "attention_bias": False,
    }


FAMILIES = {
    "gpt2": (31, gpt2), "gpt-neox": (32, neox), "gpt-neo": (40, neo), "gpt-neo-narrow": (40, lambda draw: neo(draw, 8)),
    "qwen2": (35, qwen2), "llama-biased": (36, llama_biased), "gemma2": (41, gemma2), "gemma3": (38, gemma3),
    "qwen3": (43, qwen3), "mistral": (44, mistral),
}
# What each of these configs is without one of its quirks, or with another.
CAUSAL = CONTEXT
QUIRKS = {
    "gpt2": [{"activation_function": "gelu"}],
    "gpt-neox": [{"use_parallel_residual": False}, {"rotary_pct": 1.0}, {"rotary_pct": 0.5}, {"hidden_act": "gelu_new"}],
    "gpt-neo": [{"window_size": CAUSAL}, {"window_size": 5}, {"attention_types": [[["local", "global"], 1], [["global"], 1]]},
                {"activation_function": "gelu"}],
    "gpt-neo-narrow": [{"window_size": CAUSAL}, {"window_size": 5}],
    "qwen2": [{"rope_scaling": None}, {"rope_scaling": {"rope_type": "linear", "factor": 8.0}},
              {"use_sliding_window": True, "max_window_layers": 1},
              {"use_sliding_window": True, "layer_types": ["sliding_attention", "full_attention"]}],
    "qwen3": [{"use_sliding_window": False}, {"max_window_layers": 0}, {"sliding_window": 5}, {"rope_theta": 10000.0}],
    "mistral": [{"sliding_window": None}, {"sliding_window": 5}],
    "llama-biased": [{"rope_scaling": None}],
    "gemma2": [{"attn_logit_softcapping": None}, {"final_logit_softcapping": None}, {"sliding_window": CAUSAL},
               {"sliding_window": 5}, {"query_pre_attn_scalar": 16}],
    "gemma3": [{"rope_local_base_freq": 1e6}, {"rope_scaling": None}, {"sliding_window": CAUSAL}, {"sliding_window": 5},
               {"sliding_window_pattern": 2}, {"query_pre_attn_scalar": 16}],
}
