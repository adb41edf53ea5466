"""
What transformers makes of a GGUF file, whose weights it widens: logits and residual stream of texts, and a text written
greedily. `check-gguf.ts` compares the engine with it. By hand, because the models do not ship:

    python3 tests/golden/gguf_models.py MODEL.gguf PACK/tokenizer.json TEXTS OUT.safetensors [--float64]

TEXTS: a folder of JSON lines with a text each, or of text files. Of GPT-NeoX, which transformers does not read from GGUF,
there is nothing here.
"""
import argparse
import lzma
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

TEXTS, TOKENS, EVERY = 20, 200, 20
WRITTEN = 200


def texts_in(folder: Path):
    for path in sorted(folder.rglob("*")):
        if not path.name.endswith((".txt", ".jsonl", ".xz")):
            continue
        with lzma.open(path, "rt") if path.name.endswith(".xz") else open(path) as file:
            for i, line in enumerate(file):
                if i > 400:
                    break
                text = json.loads(line).get("text", "") if ".jsonl" in path.name else line
                if len(text) > 1200:
                    yield text


def rms_off(found: torch.Tensor, expected: torch.Tensor) -> float:
    return ((found - expected).abs().max() / expected.pow(2).mean().sqrt()).item()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("gguf", type=Path)
    options.add_argument("tokenizer", type=Path, help="tokenizer.json of the pack, for the Rust tokenizers")
    options.add_argument("texts", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--texts-read", type=int, default=TEXTS)
    options.add_argument("--float64", action="store_true", help="also hold what float64 gives, and say how far float32 is")
    given = options.parse_args()
    tokenizer = Tokenizer.from_file(str(given.tokenizer))
    ids, seen = [], 0
    for text in texts_in(given.texts):
        seen += 1
        if seen % 7:
            continue
        one = tokenizer.encode(text[:4000]).ids[:TOKENS]
        if len(one) == TOKENS:
            ids.append(one)
        if len(ids) == given.texts_read:
            break
    model = AutoModelForCausalLM.from_pretrained(
        given.gguf.parent, gguf_file=given.gguf.name, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    layers = model.model.layers
    kept = sorted({0, len(layers) // 3, 2 * len(layers) // 3, len(layers) - 2, len(layers) - 1})

    def run(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        taps = {}
        hooks = [
            layers[l].register_forward_hook(
                lambda _m, _i, out, l=l: taps.__setitem__(l, out[0] if isinstance(out, tuple) else out)
            )
            for l in kept
        ]
        with torch.no_grad():
            logits = model(batch).logits[:, EVERY - 1 :: EVERY]
        for hook in hooks:
            hook.remove()
        return {"logits": logits, **{f"blocks.{l}.hook_resid_post": taps[l] for l in kept}}

    parts = []
    for one in ids:
        parts.append(run(torch.tensor([one])))
        print(f"text {len(parts)} of {len(ids)}", flush=True)
    whole = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
    start = torch.tensor([ids[0][:20]])
    with torch.no_grad():
        written = model.generate(start, do_sample=False, max_new_tokens=WRITTEN, eos_token_id=None, pad_token_id=0)
    print("written", flush=True)
    out = {name: value.contiguous() for name, value in whole.items()}
    out["ids"] = torch.tensor(ids, dtype=torch.int32)
    out["written"] = written[0, 20:].to(torch.int32)
    if given.float64:
        in_float64(model)
        parts = [run(torch.tensor([one])) for one in ids]
        for name in whole:
            exact = torch.cat([part[name] for part in parts])
            print(f"float32 against float64, {name}: {rms_off(whole[name].double(), exact):.2e} × rms at most")
            out[f"float64.{name}"] = exact.float().contiguous()
    save_file(out, given.out)


def in_float64(model: torch.nn.Module) -> None:
    """All but the angles of rotary positions, which transformers computes in float32; norms and softmax as well."""
    model.double()
    softmax = torch.nn.functional.softmax
    torch.nn.functional.softmax = lambda x, dim=None, dtype=None, **_: softmax(x, dim=dim)
    norms = [each for each in model.modules() if type(each).__name__.endswith("RMSNorm")]
    for norm in norms:
        eps = norm.variance_epsilon if hasattr(norm, "variance_epsilon") else norm.eps
        one = 1 if "Gemma" in type(norm).__name__ else 0
        norm.forward = lambda x, norm=norm, eps=eps, one=one: (
            x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * (norm.weight + one)
        )


main()
