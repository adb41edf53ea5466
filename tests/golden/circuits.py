"""Gradients of a logit less another, in float64 by autograd, on the micro packs of every family.
`python3 tests/golden/circuits.py` rewrites tests/fixtures/circuits.safetensors and circuits.json.

Of each pack, on one prompt, m = logit[target] − logit[against] after the last token; keys begin with the pack's name:
`metric [1]`; `gradient.{site} [T, d]`, ∂m/∂x; `path.{site} [T, d]`, its mean over ten steps from x towards what the site's
SAE makes of no feature, the error with it (integrated gradients, left Riemann sum); `direct [n]`, what each feature that is
active on the last token adds to m at a frozen norm, `direct.error`, `direct.bias`; `edge.{sae}.{t}.{upstream site} [T, d]`,
the gradient of the strongest feature there, or `error.{sae}.{t}...` of the error's projection on ∂m/∂x, by the paths that
pass no other site with an SAE; `output.{site} [T, d]`, that of m itself by such paths.
"""
import json
from pathlib import Path

import numpy as np
import torch

import packs
import tensors
from reference import GEMMA, PLAIN

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
NAMES = ("gpt2", "gpt-neo", "gpt-neo-narrow", "gpt-neox", "llama-biased", "llama-tied", "llama-untied", "mistral", "qwen2",
         "qwen3", "gemma2", "gemma3")
STEPS, TOKENS = 10, 14


def prompt(name):
    prompts = json.loads((FIXTURES / name / "golden.json").read_text())["prompts"]
    return prompts["long" if "long" in prompts else "forty"]["ids"][:TOKENS]


class Run:
    """The model on one prompt; at every site in `given` the stream is a leaf, cut off from what came before."""

    def __init__(self, model, ids, given=(), replaced=None):
        self.leaves, self.seen = {}, {}

        def visit(site, h):
            if replaced and site == replaced[0]:
                h = replaced[1]
            if site in given:
                h = self.leaves[site] = h.detach().requires_grad_()
            self.seen[site] = h
            return h

        with torch.enable_grad():
            self.logits = model.run(ids, visit)


def codes(sae, x):
    """[T, d_sae], with gradients."""
    if sae.library is not None:
        return sae.library.encode(x)
    pairs = sae.pairs(sae.centred(x))
    top = pairs.topk(sae.k, dim=-1)
    return torch.zeros_like(pairs).scatter(-1, top.indices, torch.relu(top.values))


def decoded(sae, x, a):
    if sae.library is None:
        return a @ sae.rows + sae.weights["b_dec"]
    sae.library.process_sae_in(x)
    return sae.library.decode(a)


def frozen(model, x, row):
    """A logit's row of the unembedding as a map of streams, with the final norm's scale that of x [d]; and its constant."""
    norm = next(m for name, m in model.module.named_modules() if name.endswith(("ln_f", "final_layer_norm", "model.norm")))
    centred = isinstance(norm, torch.nn.LayerNorm)
    around = x - x.mean() if centred else x
    epsilon = norm.eps if hasattr(norm, "eps") else norm.variance_epsilon
    scale = around.pow(2).mean().add(epsilon).rsqrt()
    gain = norm.weight + 1 if model.places is GEMMA else norm.weight

    def through(y):
        y = y - y.mean(-1, keepdim=True) if centred else y
        return (y * scale * gain) @ row

    return through, (norm.bias @ row if centred else torch.zeros((), dtype=x.dtype))


def capped(model, z):
    cap = getattr(model.module.config, "final_logit_softcapping", None)
    return 1 if cap is None else torch.tanh(z / cap) / (z / cap)


def of_pack(name, out):
    pack, ids = packs.Pack(FIXTURES / name), prompt(name)
    model, saes = pack.model(torch.float64), pack.saes(torch.float64)
    sites = ["blocks.0.hook_resid_pre"] + [f"blocks.{l}.{part}" for l in range(model.layers) for part in PLAIN]
    plain = model.forward(ids)[-1]
    target = int(plain.argmax())
    against = (target + 7) % len(plain)
    measured = lambda logits: logits[-1, target] - logits[-1, against]

    first = Run(model, ids, given=sites[:1])
    metric = measured(first.logits)
    found = torch.autograd.grad(metric, [first.seen[site] for site in sites])
    slope = dict(zip(sites, found))
    out[f"{name}.metric"] = metric.detach()[None]
    for site in sites:
        out[f"{name}.gradient.{site}"] = slope[site]
    x = {site: first.seen[site].detach() for site in sites}

    mains = {sae.site: sae for sae in saes.values() if sae.name == sae.site}
    for site, sae in list(mains.items())[1:3]:
        base = decoded(sae, x[site], torch.zeros(len(ids), len(sae.rows), dtype=torch.float64)).detach()
        total = torch.zeros_like(x[site])
        for step in range(STEPS):
            at = (x[site] + step / STEPS * (base - x[site])).requires_grad_()
            total += torch.autograd.grad(measured(Run(model, ids, replaced=(site, at)).logits), at)[0]
        out[f"{name}.path.{site}"] = total / STEPS

    last = f"blocks.{model.layers - 1}.hook_resid_post"
    if last in mains:
        h, table = x[last][-1], model.module.get_output_embeddings().weight
        factor, constant = {}, 0
        for sign, token in ((1, target), (-1, against)):
            through, own = frozen(model, h, table[token])
            cap = capped(model, through(h) + own)
            factor[sign] = lambda y, through=through, cap=cap, sign=sign: sign * cap * through(y)
            constant = constant + sign * cap * own
        whole = lambda y: factor[1](y) + factor[-1](y)
        sae = mains[last]
        a = codes(sae, x[last])[-1]
        nothing = decoded(sae, x[last], torch.zeros(len(ids), len(sae.rows), dtype=torch.float64))[-1]
        each = torch.stack([decoded(sae, x[last], torch.eye(len(sae.rows), dtype=torch.float64)[i][None])[-1] - nothing
                            for i in a.nonzero().flatten()])
        out[f"{name}.direct.features"] = a.nonzero().flatten().to(torch.int32)
        out[f"{name}.direct"] = whole(each * a[a > 0][:, None])
        out[f"{name}.direct.bias"] = (whole(nothing) + constant)[None]
        out[f"{name}.direct.error"] = whole(h - decoded(sae, x[last], codes(sae, x[last]))[-1])[None]

    order = [site for site in sites if site in mains]
    run = Run(model, ids, given=order)
    ways = torch.autograd.grad(measured(run.logits), [run.leaves[s] for s in order], allow_unused=True)
    for site, way in zip(order, ways):
        if way is not None and way.abs().max() > 0:
            out[f"{name}.output.{site}"] = way
    for site in order[1:]:
        sae = mains[site]
        run = Run(model, ids, given=[other for other in order if other != site])
        above = [other for other in order[: order.index(site)]]
        a = codes(sae, run.seen[site])
        error = run.seen[site] - decoded(sae, run.seen[site], a)
        for t in (len(ids) // 2, len(ids) - 1):
            for kind, value in (("edge", a[t].max()), ("error", error[t] @ slope[site][t])):
                ways = torch.autograd.grad(value, [run.leaves[s] for s in above], retain_graph=True, allow_unused=True)
                for other, way in zip(above, ways):
                    if way is not None and way.abs().max() > 0:
                        out[f"{name}.{kind}.{site}.{t}.{other}"] = way
            out[f"{name}.strongest.{site}.{t}"] = a[t].argmax()[None].to(torch.int32)
    return {"ids": ids, "target": target, "against": against, "saes": order}


def main():
    out, said = {}, {}
    for name in NAMES:
        said[name] = of_pack(name, out)
    for param in out.values():
        assert torch.isfinite(param.double()).all()
    kept = {key: value.detach().numpy().astype(np.int32 if value.dtype == torch.int32 else np.float32) for key, value in out.items()}
    (FIXTURES / "circuits.safetensors").write_bytes(tensors.dumps(kept))
    (FIXTURES / "circuits.json").write_text(json.dumps(said, indent="\t") + "\n")


if __name__ == "__main__":
    main()
