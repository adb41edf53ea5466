"""The model as the pack stores it: the blocks of its GGUF file as they are, the tokenizer and the settings of its metadata."""

import json

import numpy as np

from opened import halves, name_of

#: The longest file, and the length of the parts of a longer one.
PART = 24 << 20


def tensors(reader, shape):
    """{Hugging Face's name, with the type of its blocks behind it: bytes [rows, bytes of a row], or float32}"""
    out = {}
    for tensor in reader.tensors:
        array, kind = np.asarray(tensor.data), tensor.tensor_type.name.lower()
        for part, heads in (("attn_q.", shape.heads), ("attn_k.", shape.kv_heads)):
            if part in tensor.name:
                array = halves(array, heads)
        name = name_of(tensor.name)
        if kind == "f32":
            out[name] = array.astype(np.float32)
        else:
            if array.dtype != np.uint8:
                raise ValueError(f"{tensor.name} is stored as {kind}, which a pack has no blocks for.")
            out[f"{name}.{kind}"] = np.ascontiguousarray(array)
    return out


def tokenizer_json(tokenizer, head):
    """As the library writes it, with the head of every text put in front."""
    made = json.loads(tokenizer.to_str())
    token = tokenizer.id_to_token(head)
    front, text = {"SpecialToken": {"id": token, "type_id": 0}}, lambda name, kind: {"Sequence": {"id": name, "type_id": kind}}
    made["post_processor"] = {
        "type": "TemplateProcessing", "single": [front, text("A", 0)], "pair": [front, text("A", 0), text("B", 1)],
        "special_tokens": {token: {"id": token, "ids": [head], "tokens": [token]}}}
    made["model"]["merges"] = [" ".join(pair) for pair in made["model"]["merges"]]
    return made


def tokenizer_config(told):
    token = lambda name: told["tokenizer.ggml.tokens"][told[f"tokenizer.ggml.{name}_token_id"]]
    return {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": token("bos"), "eos_token": token("eos"),
            "unk_token": token("unknown"), "pad_token": token("padding"),
            "clean_up_tokenization_spaces": False, "model_max_length": told["llama.context_length"],
            "chat_template": told["tokenizer.chat_template"]}


def config(told, made):
    """config.json: `made` with what the metadata says besides."""
    return made | {"max_position_embeddings": told["llama.context_length"],
                   "bos_token_id": told["tokenizer.ggml.bos_token_id"], "eos_token_id": told["tokenizer.ggml.eos_token_id"],
                   "pad_token_id": told["tokenizer.ggml.padding_token_id"]}


def sae_config(dictionary, width, context, name):
    """cfg.json in the words of SAELens 6."""
    return {"architecture": "topk", "d_in": width, "d_sae": dictionary.features, "k": dictionary.k, "dtype": "float32",
            "apply_b_dec_to_input": True, "normalize_activations": "none", "rescale_acts_by_decoder_norm": False,
            "reshape_activations": "none",
            "metadata": {"hook_name": dictionary.site, "model_name": name, "context_size": context, "prepend_bos": True}}


