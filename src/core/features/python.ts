/**
 * Python that measures a feature on a text anew, with `transformers` and SAELens: what the page shows can be checked by
 * somebody else's code.
 */
import type { FeatureId } from '../names/ids';
import { parseFeatureId, placeOf, siteOf } from '../names/site';

export interface CopiedNumbers {
	id: FeatureId;
	/** SAELens has no such architecture, or it reads elsewhere than at its site: KronSAE, heads, transcoders. */
	isOther: boolean;
	/** `{name}-{hash}`, as in the address. */
	pack: string;
	text: string;
	/** One per token, as the page shows them. */
	activations: readonly number[];
}

const KINDS: ReadonlySet<string> = new Set(['embed', 'resid', 'attn', 'mlp']);

/** The script; null where SAELens or the script itself has no way to read such an SAE. */
export function pythonOf({ id, isOther, pack, text, activations }: CopiedNumbers): string | null {
	const parsed = parseFeatureId(id);
	const place = parsed && placeOf(siteOf(parsed.sae));
	if (!parsed || !place || isOther || !KINDS.has(place.kind)) return null;
	// What JSON writes is Python as well; halves of characters are none.
	const literal = (value: unknown) => JSON.stringify(value);
	const shown = activations.map((value) => Number(value.toPrecision(7)));
	return `# Feature ${id} of the pack ${pack}, by transformers and SAELens.
# pip install torch transformers sae-lens gguf
# The pack's folder: in the page, Models, Export, and unzip the file.
import json
from pathlib import Path

import torch
from gguf import GGMLQuantizationType, dequantize
from safetensors.torch import load
from sae_lens.registry import get_sae_class
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

PACK = Path("models/default")
SAE, FEATURE = ${literal(parsed.sae)}, ${parsed.index}
TEXT = ${literal(text.toWellFormed())}
PAGE = ${literal(shown)}

pack = json.loads((PACK / "pack.json").read_text(encoding="utf-8"))


def tensors(files):
    """float32: whole numbers times their scale, blocks as the package gguf has them."""
    stored = {}
    for file in files:
        parts = pack["files"][file].get("parts")
        stem = file.removesuffix(".gz") + "-gz" if file.endswith(".gz") else file
        names = [f"{stem}.part{i}" for i in range(len(parts))] if parts else [file]
        names = [file] if (PACK / file).exists() else names
        stored |= load(b"".join((PACK / name).read_bytes() for name in names))
    out = {}
    for name, tensor in stored.items():
        base, _, form = name.rpartition(".")
        if form == "scale":
            continue
        if form.upper() in GGMLQuantizationType.__members__ and tensor.dtype == torch.uint8:
            out[base] = torch.from_numpy(dequantize(tensor.numpy(), GGMLQuantizationType[form.upper()]))
        else:
            out[name] = tensor.float() * stored.get(f"{name}.scale", torch.ones(()))
    return out


config = AutoConfig.for_model(**pack["model"]["config"])
model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().train(False)
missing, unknown = model.load_state_dict(tensors(pack["model"]["weights"]), strict=False)
model.tie_weights()
assert not unknown and all(name == "lm_head.weight" for name in missing), (missing, unknown)
tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(PACK / pack["model"]["tokenizer"]))

body = model.base_model
layers = next(getattr(body, name) for name in ("layers", "h") if hasattr(body, name))
site, _, _ = SAE.partition("@")
_, layer, hook = site.split(".")
block = layers[int(layer)]
PLACES = {
    "hook_resid_pre": [],
    "hook_resid_post": [],
    "hook_attn_out": ["post_attention_layernorm", "self_attn", "attn", "attention"],
    "hook_mlp_out": ["post_feedforward_layernorm", "mlp"],
}
# Norms after attention and MLP are part of what is added to the stream, in Gemma 2 and 3 alone.
normed = hasattr(block, "pre_feedforward_layernorm")
names = [n for n in PLACES[hook] if hasattr(block, n) and (normed or "layernorm" not in n)]
module = getattr(block, names[0]) if names else block
seen = {}


def keep(_, args, output=None):
    value = args if output is None else output
    seen["x"] = value[0] if isinstance(value, tuple) else value


if hook == "hook_resid_pre":
    module.register_forward_pre_hook(keep)
else:
    module.register_forward_hook(keep)

info = next(one for one in pack["saes"] if one["id"] == SAE)
sae_class, sae_config = get_sae_class(info["cfg"]["architecture"])
sae = sae_class(sae_config.from_dict(info["cfg"]))
weights = tensors([info["weights"]])
sae.load_state_dict({name: weights[name] for name in sae.state_dict()})

ids = tokenizer(TEXT, return_tensors="pt").input_ids[:, : len(PAGE)]
with torch.no_grad():
    model(ids)
    found = sae.encode(seen["x"])[0, :, FEATURE]
for token, value, page in zip(tokenizer.convert_ids_to_tokens(ids[0]), found.tolist(), PAGE):
    print(f"{token!r:24} {value:12.4f}   page {page:12.4f}")
print("largest difference:", max(abs(a - b) for a, b in zip(found.tolist(), PAGE)))
`;
}
