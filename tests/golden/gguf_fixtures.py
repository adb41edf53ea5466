"""
Small GGUF files of every family and tokenizer that is read, written by the package gguf from random models of
transformers, and what transformers, tokenizers (Rust) and sentencepiece make of the same: tests/fixtures/gguf.

Row orders, names and norms are those of llama.cpp's convert_hf_to_gguf.py.
"""
import io
import json
import re
from pathlib import Path

import gguf
import numpy as np
import sentencepiece
import torch
import transformers
from gguf import GGMLQuantizationType as T
from safetensors.torch import save_file
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUT = Path(__file__).parent.parent / "fixtures" / "gguf"
TEXT = """The old clockmaker mended twelve brass keys because the bell had rung in the night, and nobody could sleep.
We'll see 1234567 gulls, they're loud; I'd say it's 3.14159 or 2026. x = [i**2 for i in range(10)]  # squares
    indented\tand tabbed\n\n\nThree lines further: naive cafe, Strasse, Москва, 東京, zażółć. Don't! HELLO'S you've""".split("\n")
TEXTS = [
    *TEXT, "", " ", "  two  spaces ", "\n\n", "a\r\nb", "1 12 123 1234 12345", "don't DON'T it'S we'Ll", "naïve cafe\u0301",
    "日本語 텍스트 🙂👩‍👧", "\t\tx\u00a0y", "<|end|>after", "word<|end|> word", "foo_bar-baz/qux", "....!!!???", "a" * 50,
]
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
SIZES = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2)
MIXED = [T.Q8_0, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1]


def byte_level(words: str) -> Tokenizer:
    """A byte-level tokenizer of the family whose way of splitting is called `words` in GGUF files, as its makers save it."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=words == "llama-bpe"))
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    bare = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = {
        "gpt-2": level,
        "olmo": level,
        "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), level]),
        "qwen2": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), "isolated"), bare]),
        "llama-bpe": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), bare]),
    }[words]
    if words in ("olmo", "qwen2"):
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<|end|>"], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXT * 2, trainer)
    if words == "llama-bpe":
        start = tokenizer.token_to_id("<|end|>")
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<|end|> $A", pair="<|end|> $A <|end|> $B", special_tokens=[("<|end|>", start)]
        )
    return tokenizer


def pieces(prefix: bool) -> sentencepiece.SentencePieceProcessor:
    """SentencePiece's BPE with bytes, and pieces of a user's own as Gemma has them."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT * 3), model_writer=model, model_type="bpe", vocab_size=400, byte_fallback=True,
        character_coverage=0.98, add_dummy_prefix=prefix, remove_extra_whitespaces=False, normalization_rule_name="identity",
        user_defined_symbols=[] if prefix else ["\n", "\n\n", "▁▁", "▁▁▁"], pad_id=-1, minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def write_tokens(writer: gguf.GGUFWriter, tokenizer, words: str) -> list[list[int]]:
    """Writes a tokenizer; returns the ids of all texts."""
    if isinstance(tokenizer, Tokenizer):
        vocab = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
        merges = json.loads(tokenizer.to_str())["model"]["merges"]
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(words)
        writer.add_token_list([token for token, _ in vocab])
        writer.add_token_types([3 if token == "<|end|>" else 1 for token, _ in vocab])
        writer.add_token_merges([" ".join(merge) if isinstance(merge, list) else merge for merge in merges])
        writer.add_bos_token_id(tokenizer.token_to_id("<|end|>"))
        writer.add_eos_token_id(tokenizer.token_to_id("<|end|>"))
        if words != "llama-bpe":
            writer.add_add_bos_token(False)
        return [tokenizer.encode(text).ids for text in TEXTS]
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(tokenizer.serialized_model_proto())
    own = [piece.type == 4 for piece in proto.pieces]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([p.piece.replace("▁", " ") if user else p.piece for p, user in zip(proto.pieces, own)])
    writer.add_token_scores([p.score for p in proto.pieces])
    writer.add_token_types([p.type for p in proto.pieces])
    writer.add_bos_token_id(tokenizer.bos_id())
    writer.add_eos_token_id(tokenizer.eos_id())
    writer.add_unk_token_id(tokenizer.unk_id())
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(words == "spaced")
    return [[tokenizer.bos_id(), *tokenizer.encode(text)] for text in TEXTS]


def llama_rows(matrix: torch.Tensor, heads: int) -> torch.Tensor:
    rows = matrix.shape[0]
    return matrix.reshape(heads, 2, rows // heads // 2, *matrix.shape[1:]).swapaxes(1, 2).reshape(matrix.shape)


def neox_rows(fused: torch.Tensor, heads: int) -> torch.Tensor:
    parts = fused.reshape(heads, 3, fused.shape[0] // heads // 3, *fused.shape[1:])
    return torch.cat([parts[:, i].reshape(-1, *fused.shape[1:]) for i in range(3)])


def converted(arch: str, name: str, value: torch.Tensor, config) -> torch.Tensor:
    if arch == "llama" and (part := re.search(r"\.([qk])_proj\.", name)):
        return llama_rows(value, config.num_attention_heads if part[1] == "q" else config.num_key_value_heads)
    if arch == "gptneox" and "query_key_value" in name:
        return neox_rows(value, config.num_attention_heads)
    if arch == "gpt2" and re.search(r"\.c_(attn|proj|fc)\.weight$", name):
        return value.T
    if arch.startswith("gemma") and name.endswith("norm.weight"):
        return value + 1
    return value


def back(arch: str, name: str, value: torch.Tensor, config) -> torch.Tensor:
    """The inverse, of numbers that were rounded."""
    if arch == "llama" and (part := re.search(r"\.([qk])_proj\.", name)):
        heads = config.num_attention_heads if part[1] == "q" else config.num_key_value_heads
        return value.reshape(heads, -1, 2, *value.shape[1:]).swapaxes(1, 2).reshape(value.shape)
    if arch == "gptneox" and "query_key_value" in name:
        return value.reshape(3, config.num_attention_heads, -1, *value.shape[1:]).swapaxes(0, 1).reshape(value.shape)
    if arch == "gpt2" and re.search(r"\.c_(attn|proj|fc)\.weight$", name):
        return value.T
    if arch.startswith("gemma") and name.endswith("norm.weight"):
        return value - 1
    return value


def write_words(writer: gguf.GGUFWriter, arch: str, config, sizes: tuple[int, ...]) -> None:
    layers, width, ff, heads, context = sizes
    writer.add_block_count(layers)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(ff)
    writer.add_head_count(heads)
    writer.add_context_length(context)
    if arch in ("gpt2", "gptneox"):
        writer.add_layer_norm_eps(config.layer_norm_epsilon if arch == "gpt2" else config.layer_norm_eps)
    else:
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        writer.add_rope_freq_base(1e6 if arch == "gemma3" else config.rope_parameters["rope_theta"])
    if arch == "gptneox":
        writer.add_rope_dimension_count(int(config.rope_parameters["partial_rotary_factor"] * width / heads))
        writer.add_parallel_residual(config.use_parallel_residual)
    if arch.startswith("gemma"):
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
        writer.add_sliding_window(config.sliding_window)
    if arch == "gemma2":
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        writer.add_final_logit_softcapping(config.final_logit_softcapping)


def rope_factors(config) -> np.ndarray | None:
    rope = config.rope_parameters
    if rope.get("rope_type") != "llama3":
        return None
    width = config.hidden_size // config.num_attention_heads
    waves = 2 * np.pi * rope["rope_theta"] ** (np.arange(0, width, 2, dtype=np.float32) / width)
    low, high, old = rope["low_freq_factor"], rope["high_freq_factor"], rope["original_max_position_embeddings"]
    smooth = (old / waves - low) / (high - low)
    blend = 1 / ((1 - smooth) / rope["factor"] + smooth)
    return np.where(waves < old / high, 1, np.where(waves > old / low, rope["factor"], blend)).astype(np.float32)


def make(name: str, arch: str, config, tokenizer, words: str, types: list[T]) -> tuple[dict, list[list[int]]]:
    torch.manual_seed(sum(map(ord, name)))
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            value.copy_(torch.randn_like(value) * (0.4 if value.ndim == 1 else 0.15) + (value if value.ndim == 1 else 0))
    writer = gguf.GGUFWriter(OUT / f"{name}.gguf", arch)
    writer.add_name(name)
    gpt2 = arch == "gpt2"
    sizes = (
        config.num_hidden_layers, config.hidden_size, 4 * config.hidden_size if gpt2 else config.intermediate_size,
        config.num_attention_heads, config.max_position_embeddings,
    )
    write_words(writer, arch, config, sizes)
    ids = write_tokens(writer, tokenizer, words)
    names = gguf.get_tensor_name_map({v: k for k, v in gguf.MODEL_ARCH_NAMES.items()}[arch], sizes[0])
    state = dict(model.named_parameters())
    turn = 0
    for key, value in state.items():
        stored = converted(arch, key, value.detach(), config).contiguous()
        kind = T.F32
        if value.ndim == 2:
            kind, turn = types[turn % len(types)], turn + 1
        inside = names.get_name(key, try_suffixes=(".weight", ".bias"))
        data = gguf.quantize(stored.numpy(), kind)
        writer.add_tensor(inside, data, raw_dtype=kind)
        wide = torch.from_numpy(np.array(gguf.dequantize(data, kind))).reshape(stored.shape)
        with torch.no_grad():
            value.copy_(back(arch, key, wide, config))
    factors = None if arch in ("gpt2", "gptneox") else rope_factors(config) if arch == "llama" else None
    if factors is not None:
        writer.add_tensor("rope_freqs.weight", factors)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    read = torch.randint(3, config.vocab_size - 2, (1, 24))
    layers = model.get_decoder().layers if not gpt2 else model.transformer.h
    stream = {}
    layers[0].register_forward_hook(lambda _m, _i, out: stream.update(x=out[0] if isinstance(out, tuple) else out))
    with torch.no_grad():
        logits = model(read).logits[0]
    x = stream["x"][0] if stream["x"].ndim == 3 else stream["x"]
    golden = {"ids": read[0].int(), "logits": logits, "blocks.0.hook_resid_post": x}
    return {f"{name}.{key}": value.float() if key != "ids" else value for key, value in golden.items()}, ids


def main() -> None:
    OUT.mkdir(exist_ok=True)
    byte = {words: byte_level(words) for words in ("gpt-2", "olmo", "smollm", "qwen2", "llama-bpe")}
    spaced, plain = pieces(True), pieces(False)
    vocab = {words: tokenizer.get_vocab_size() for words, tokenizer in byte.items()}
    c = transformers
    llama3 = dict(
        rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=8192,
    )
    gemma = dict(SIZES, head_dim=32, sliding_window=8, query_pre_attn_scalar=32, vocab_size=plain.vocab_size())
    models_of = [
        ("llama-3", "llama", c.LlamaConfig(**SIZES, vocab_size=vocab["llama-bpe"], rope_parameters=llama3), byte["llama-bpe"], "llama-bpe", MIXED),
        ("llama-pieces", "llama", c.LlamaConfig(**SIZES, vocab_size=spaced.vocab_size(), attention_bias=True), spaced, "spaced", [T.F16]),
        ("smollm", "llama", c.LlamaConfig(**SIZES, vocab_size=vocab["smollm"], tie_word_embeddings=True), byte["smollm"], "smollm", [T.Q8_0, T.Q4_1]),
        ("qwen2", "qwen2", c.Qwen2Config(**SIZES, vocab_size=vocab["qwen2"], tie_word_embeddings=True), byte["qwen2"], "qwen2", [T.BF16]),
        ("gemma2", "gemma2", c.Gemma2Config(**gemma), plain, "", MIXED),
        ("gemma3", "gemma3", c.Gemma3TextConfig(**dict(gemma, num_hidden_layers=7)), plain, "", MIXED),
        ("gpt2", "gpt2", c.GPT2Config(vocab_size=vocab["gpt-2"], n_embd=64, n_layer=2, n_head=4, n_positions=64), byte["gpt-2"], "gpt-2", [T.F16, *MIXED]),
        ("gptneox", "gptneox", c.GPTNeoXConfig(**{k: v for k, v in SIZES.items() if k != "num_key_value_heads"}, vocab_size=vocab["olmo"]), byte["olmo"], "olmo", [T.F32, *MIXED]),
    ]
    tensors, ids = {}, {}
    for name, arch, config, tokenizer, words, types in models_of:
        golden, ids[name] = make(name, arch, config, tokenizer, words, types)
        tensors.update({key: value.contiguous() for key, value in golden.items()})
    save_file(tensors, OUT / "golden.safetensors")
    (OUT / "golden.json").write_text(json.dumps({"texts": TEXTS, "ids": ids}, ensure_ascii=True, separators=(",", ":")) + "\n")


main()
