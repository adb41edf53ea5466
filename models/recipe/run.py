#!/usr/bin/env python3
"""One command for the whole recipe: text → tokenizer → model → SAEs → statistics → pack.

    python3 models/recipe/run.py all --books DIR --work DIR --out DIR

Stages can be run alone (corpus, model, saes, pack); each resumes from what --work holds.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))

import abilities  # noqa: E402
import card  # noqa: E402
import corpus  # noqa: E402
import pack  # noqa: E402
import tokenizer  # noqa: E402
import train_model  # noqa: E402
import train_saes  # noqa: E402
from kept import kept  # noqa: E402
from stories import generate  # noqa: E402
from stories.truth import concepts  # noqa: E402
from tokenwise import Truth  # noqa: E402
from transformer import CONTEXT  # noqa: E402

STAGES = ("corpus", "model", "saes", "pack")
#: Stories of the generator among the example texts, none of them trained on.
GENERATED = 600


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=("all", *STAGES))
    parser.add_argument("--books", help="folder of .txt or .txt.xz files, documents parted by "
                        "<|endoftext|>; without it, all is trained on generated stories")
    parser.add_argument("--work", default=os.path.expanduser("~/.cache/undercurrent"), help="checkpoints and tokens")
    parser.add_argument("--out", default="models/default", help="the pack's folder")
    parser.add_argument("--note", default="shares of the training rows", help="a word on the data, for pack.json")
    parser.add_argument("--machine", help="what the training ran on, for pack.json")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--model-tokens", type=float, default=40e6, help="of the first course")
    parser.add_argument("--model-minutes", type=float, default=240)
    parser.add_argument("--second-tokens", type=float, default=15e6, help="of the second course")
    parser.add_argument("--second-minutes", type=float, default=120)
    parser.add_argument("--sae-tokens", type=float, default=8e6)
    parser.add_argument("--sae-minutes", type=float, default=100)
    return parser.parse_args(words)


def make_pack(args):
    work = Path(args.work)
    encode = corpus.encoder(work)
    model, saes = kept(work / "model.pt"), kept(work / "saes.pt")
    held = corpus.token_files(work, "held")
    characters = json.loads((work / "characters.json").read_text())
    if not args.books and set(characters) != {"generator"}:
        sys.exit("The model was trained on books: give --books again, so that no example text repeats them.")
    about = {
        "title": "Stories, 6 layers",
        "description": "A small story model with sparse autoencoders on the embedding and on the attention "
        "output, the MLP output and the residual stream of each of its six layers.",
        "licence": "MIT",
        "citation": "",
        "provenance": {
            "recipe": "models/recipe", "machine": args.machine or f"{args.threads} CPU threads, no GPU",
            "model_tokens": int(model["tokens"]), "model_seconds": round(model["seconds"]), "model_steps": model["step"], "model_seed": 0,
            "sae_tokens": int(saes["tokens"]), "sae_seconds": round(saes["seconds"]), "sae_seed": 1,
            "data": {n: train_model.FIRST.shares.get(n, 0.1) for n in held},
            "data_second_course": {n: train_model.SECOND.shares.get(n, 0.1) for n in held}, "data_note": args.note,
            "held_out": "a tenth of the documents of every file, by the sha256 of their text",
        },
    }
    truth = Truth((generate(seed) for seed in corpus.TRUTH_SEEDS), encode, concepts)
    shown = [generate(seed) for seed in corpus.HELD_SEEDS[:GENERATED]]
    made = pack.make(
        args.out, work, model["model"], saes["saes"],
        tokenizer.tokenizer_json(encode.vocabulary, encode.merges), tokenizer.tokenizer_config(CONTEXT),
        encode, held, characters, (d for docs in corpus.texts(args.books).values() for d in docs),
        [story.text for story in shown], [concepts(story) for story in shown], truth,
        lambda model: abilities.measured(model, encode, work), about)
    (Path(args.out) / "README.md").write_text(card.text(made))


def main(words):
    args = parse(words)
    torch.set_num_threads(args.threads)
    Path(args.work).mkdir(parents=True, exist_ok=True)
    wanted = STAGES if args.stage == "all" else (args.stage,)
    if "corpus" in wanted:
        corpus.prepare(args.books, args.work)
    if "model" in wanted:
        train_model.train(args.work, args.model_tokens, args.model_minutes, train_model.FIRST)
        train_model.train(args.work, args.second_tokens, args.second_minutes, train_model.SECOND)
    if "saes" in wanted:
        train_saes.train(args.work, args.sae_tokens, args.sae_minutes)
    if "pack" in wanted:
        make_pack(args)


if __name__ == "__main__":
    main(sys.argv[1:])
