"""A model or SAEs that are learnt further on another machine: what a pack ships of them.

    python3 models/recipe/handover.py --pack DIR --work DIR --course first|second
    python3 models/recipe/handover.py --pack DIR --work DIR --saes

The one makes the pack's model the result of a course; the other lets the SAEs begin with the pack's.
"""
import argparse
import json
from pathlib import Path

import encoders
from dictionaries import DICTIONARIES
from kept import keep
from tensors import from_bytes
from train_model import FIRST, SECOND
from train_saes import START
from transformer import LanguageModel, own

COURSES = {"first": FIRST, "second": SECOND}


def take(pack, work, course):
    """Writes the weights (rounded to float16) and the course's sums, from which later stages go on."""
    told = json.loads(Path(pack, "pack.json").read_text())["provenance"]
    model = LanguageModel()
    model.load_state_dict(own(from_bytes(Path(pack, "model.safetensors").read_bytes())))
    keep({"model": model.state_dict(), "tokens": told["model_tokens"], "step": told.get("model_steps", 0),
          "seconds": told["model_seconds"]}, Path(work) / course.result)


def take_saes(pack, work):
    """Writes the SAEs (rounded to int8) that `train_saes.train` begins with, and their sums."""
    told = json.loads(Path(pack, "pack.json").read_text())["provenance"]
    stored = lambda d: from_bytes(Path(pack, "saes", f"{d.id}.safetensors").read_bytes())
    saes = {d.id: encoders.opened(stored(d), d).tensors for d in DICTIONARIES}
    keep({"saes": saes, "tokens": told["sae_tokens"], "seconds": told["sae_seconds"]}, Path(work) / START)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--work", required=True)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--course", choices=tuple(COURSES))
    what.add_argument("--saes", action="store_true")
    args = parser.parse_args()
    Path(args.work).mkdir(parents=True, exist_ok=True)
    if args.saes:
        take_saes(args.pack, args.work)
    else:
        take(args.pack, args.work, COURSES[args.course])


if __name__ == "__main__":
    main()
