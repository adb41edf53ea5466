"""Names the features of a pack that is there anew: only its labels change, and what `pack.json` says of them.

    python3 models/recipe/rename.py --pack models/default --books DIR --work DIR

The names come from generated stories and the held-out tenth of the books; their codes are kept in `--work`.
"""

import argparse
import gzip
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import torch

import coding
import corpus
import encoders
import names
import tokenizer
from dictionaries import DICTIONARIES
from stories import generate
from stories.truth import concepts
from side_by_side import side_by_side
from tensors import from_bytes
from tokenwise import Truth
from transformer import CONTEXT, LanguageModel, own

#: Stories whose truth is known, and tokens of held-out books, in equal parts from each file.
STORIES, BOOK_TOKENS, SEED = 1500, 100_000, 11
#: Rows of one document, and tokens of a row.
MOST_ROWS, BODY = 8, CONTEXT - 1


def opened(pack):
    """(model, SAEs by id, encoder) with the weights that the pack holds."""
    model = LanguageModel()
    model.load_state_dict(own(from_bytes((pack / "model.safetensors").read_bytes())))
    spelling = json.loads((pack / "tokenizer.json").read_text())["model"]
    encode = tokenizer.Encoder(sorted(spelling["vocab"], key=spelling["vocab"].get), [m.split(" ") for m in spelling["merges"]])
    saes = {d.id: encoders.opened(from_bytes((pack / f"saes/{d.id}.safetensors").read_bytes()), d) for d in DICTIONARIES}
    return model.eval().requires_grad_(False), saes, encode


def book_texts(books, encode):
    """(rows of ids without heads, the document of each) of held-out text."""
    rows, owner, document = [], [], 0
    rng = np.random.default_rng(SEED)
    sets = {name: [d for d in docs if corpus.is_held_out(d)] for name, docs in corpus.texts(books).items()}
    for name, docs in sets.items():
        left = BOOK_TOKENS // len(sets)
        for at in rng.permutation(len(docs)):
            ids = encode(docs[at])
            for start in range(0, min(len(ids), MOST_ROWS * BODY), BODY):
                rows.append(ids[start : start + BODY])
                owner.append(document)
                left -= len(rows[-1])
            document += 1
            if left <= 0:
                break
    return rows, owner


def codes_of(model, saes, documents, work):
    """Codes of every SAE on documents that begin with the head."""
    groups = [coding.padded(documents[at : at + 32]) for at in range(0, len(documents), 32)]
    return coding.encode(model, saes, groups, sum(len(d) - 1 for d in documents), work)[0]


def shown_text(pack):
    """(documents that begin with the head, for each whether the generator wrote it, where they start)."""
    stored = from_bytes((pack / "examples.safetensors").read_bytes())
    starts, ids = stored["documents"], stored["tokens"].astype(np.int64)
    return [part.tolist() for part in np.split(ids, starts[1:])], stored["kind"] == 0, starts


def named(pack, texts, work, books):
    """Yields (SAE, labels' file, what pack.json says of it)."""
    model, saes, encode = opened(pack)
    truth = Truth((generate(seed) for seed in corpus.TRUTH_SEEDS[:texts]), encode, concepts)
    rows, owner = book_texts(books, encode) if books else ([], [])
    codes = [(codes_of(model, saes, truth.documents, work / "truth"), len(truth.tokens))]
    if rows:
        codes.append((codes_of(model, saes, [[0, *ids] for ids in rows], work / "books"), sum(map(len, rows))))
    documents, generated, starts = shown_text(pack)
    stories = iter(generate(seed) for seed in corpus.HELD_SEEDS)
    told = [concepts(next(stories)) if own else None for own in generated]
    naming = names.Naming(truth, rows, owner, documents, told, starts, encode.decode)

    def one(number):
        d = DICTIONARIES[number]
        table = from_bytes(gzip.decompress((pack / f"stats/{d.id}.safetensors.gz").read_bytes()))
        return naming.named(coding.Together([(c[d.id], tokens) for c, tokens in codes]), d.features, table)

    for d, (lines, labelled) in zip(DICTIONARIES, side_by_side(one, len(DICTIONARIES))):
        yield d.id, lines, labelled


def write(pack, found):
    """Writes labels, and into pack.json their sizes and shares."""
    told = json.loads((pack / "pack.json").read_text())
    for sae, lines, labelled in found:
        entry = next(s for s in told["saes"] if s["id"] == sae)
        data = json.dumps({"labels": lines}, separators=(",", ":"), ensure_ascii=False).encode()
        data = gzip.compress(data, 9, mtime=0)
        (pack / entry["labels"]).write_bytes(data)
        told["files"][entry["labels"]] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        entry["metrics"]["labelled"] = labelled
        print(sae, len(lines), {name: round(x, 3) for name, x in labelled.items()}, flush=True)
    (pack / "pack.json").write_text(json.dumps(told, indent="\t", ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="models/default", type=Path)
    parser.add_argument("--books", help="folder of .txt or .txt.xz files; without it, names come from generated stories alone")
    parser.add_argument("--work", default=Path(os.path.expanduser("~/.cache/undercurrent/rename")), type=Path)
    parser.add_argument("--stories", default=STORIES, type=int)
    parser.add_argument("--threads", default=os.cpu_count(), type=int)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    write(args.pack, named(args.pack, args.stories, args.work, args.books))


if __name__ == "__main__":
    main()
