"""The model card: what `pack.json` measured, as a page of text."""

#: Watts that a small desktop draws under load: for the estimate of energy only.
WATTS = 65


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def percent(share, digits=1):
    return f"{100 * share:.{digits}f} %"


def shares(data):
    return ", ".join(f"{name} {percent(share, 0)}" for name, share in data.items())


def text(pack):
    model, about = pack["model"]["metrics"], pack["provenance"]
    config = pack["model"]["config"]
    hours = (about["model_seconds"] + about["sae_seconds"]) / 3600
    check = model["check"]
    parts = [
        f"# {pack['title']}",
        pack["description"] + " Made by `models/recipe`; every number below is in `pack.json`, measured with the "
        "weights as they are stored here. `npm run -s cli -- report --pack models/default` prints the metrics of "
        "the SAEs.",
        "## The model",
        table(["", ""], [
            ["shape", f"Llama-shaped, {config['num_hidden_layers']} layers, width {config['hidden_size']}, "
                      f"{config['num_attention_heads']} heads over {config['num_key_value_heads']} key/value heads, "
                      f"vocabulary {config['vocab_size']}, context {config['max_position_embeddings']}"],
            ["trained on", f"{about['model_tokens']:,} tokens; " + about["data_note"]],
            ["rows drawn from", f"first course: {shares(about['data'])}; "
                               f"second: {shares(about['data_second_course'])}"],
            ["held out", about["held_out"]],
            ["machine and time", f"{about['machine']}; model {about['model_seconds'] / 60:.0f} minutes, "
                                 f"SAEs {about['sae_seconds'] / 60:.0f} minutes"],
            ["energy", f"about {hours * WATTS / 1000:.2f} kWh, if the machine draws {WATTS} W (not measured)"],
            ["licence", pack["licence"]]]),
        "### Bits per character, held out",
        table(["text", "bits per character"],
              [[name, f"{bits:.3f}"] for name, bits in model["bits_per_character"].items()]),
        "### Probes",
        "The likeliest of all offered continuations must be a right one; chance is that of a blind choice.",
        table(["probe", "accuracy", "chance", "n"],
              [[name, percent(p["accuracy"]), percent(p["chance"]), p["n"]] for name, p in model["probes"].items()]),
        "### Stories of its own",
        f"{model['fluency']['stories']} stories sampled at temperature 0.8 from first sentences of the generator: the "
        f"generator's grammar parses {percent(model['fluency']['parsed'])} of their {model['fluency']['sentences']} "
        f"sentences; {percent(model['fluency']['novel'])} of those stand word for word nowhere in the generated "
        "training text.",
        "## The SAEs",
        f"{about['sae_tokens']:,} tokens of training text each. NMSE is the mean over tokens of ‖x−x̂‖²/‖x‖²; FVU is "
        "the squared error over that of the mean (explained variance = 1 − FVU). CE is the model's loss in nats: as "
        "it is, with x̂ in the place of x, with zeros there. Dead features are silent on all tokens of the last column.",
        table(["SAE", "features", "k", "L0", "NMSE", "FVU", "CE", "CE, SAE", "CE, zero", "recovered", "dead", "tokens"],
              [[s["id"], s["cfg"]["d_sae"], s["cfg"]["k"], *row(s["metrics"])] for s in pack["saes"]]),
        "### Names",
        "A feature has a name where a 1-sparse probe for the generator's truth reaches F1 ≥ 0.5 and 0.2 above chance on "
        "stories that had no part in the choice, else where token patterns (Neuron to Graph) reach precision and recall "
        "≥ 0.5 there. Shares of the features that fire in those stories; control: the same bar with shuffled truth.",
        table(["SAE", "fire", "by truth", "by pattern", "control"],
              [[s["id"], s["metrics"]["labelled"]["alive"],
                *(percent(s["metrics"]["labelled"][k]) for k in ("truth", "pattern", "control"))] for s in pack["saes"]]),
        "### Rank",
        "Effective rank of the activations at each site (exponential of the entropy of the singular values' shares), "
        f"of {config['hidden_size']}, beside the share of dead features.",
        table(["site", "effective rank", "dead"],
              [[s["id"], f"{s['metrics']['effective_rank']:.0f}", percent(s["metrics"]["dead"], 2)]
               for s in pack["saes"] if s["id"] == s["site"]]),
        "## Measure it again",
        f"The held-out books do not ship. On the {check['texts']} first generated texts of `examples.safetensors` "
        f"({check['tokens']:,} tokens), which do:",
        table(["SAE", "L0", "NMSE", "CE", "CE, SAE", "CE, zero"],
              [[name, f"{m['l0']:.2f}", f"{m['nmse']:.4f}", *(f"{m[k]:.4f}" for k in ("ce_clean", "ce_sae", "ce_zero"))]
               for name, m in check["saes"].items()]),
        "## Not good for",
        "Facts, advice, anything that matters. The model is small, knows old books and simple stories, and makes things "
        "up; the attitudes of old books may show. What a feature seems to mean may not be what it does: activation is "
        "not importance.",
    ]
    return "\n\n".join(parts) + "\n"


def row(m):
    return [f"{m['l0']:.1f}", f"{m['nmse']:.3f}", f"{m['fvu']:.3f}", f"{m['ce_clean']:.3f}", f"{m['ce_sae']:.3f}",
            f"{m['ce_zero']:.3f}", percent(m["ce_recovered"]), percent(m["dead"], 2), f"{m['tokens']:,}"]
