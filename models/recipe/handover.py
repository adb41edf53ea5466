"""A model that is learnt further on another machine: what a pack ships of it, as the result of a course.

    python3 models/recipe/handover.py --pack DIR --work DIR --course first|second
"""
import argparse
import json
from pathlib import Path

import torch

from tensors import from_bytes
from train_model import FIRST, SECOND
from transformer import LanguageModel, own

COURSES = {"first": FIRST, "second": SECOND}


def take(pack, work, course):
    """Writes the weights (rounded to float16) and the course's sums, from which later stages go on."""
    told = json.loads(Path(pack, "pack.json").read_text())["provenance"]
    model = LanguageModel()
    model.load_state_dict(own(from_bytes(Path(pack, "model.safetensors").read_bytes())))
    torch.save({"model": model.state_dict(), "tokens": told["model_tokens"], "step": told.get("model_steps", 0),
                "seconds": told["model_seconds"]}, Path(work) / course.result)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--course", choices=tuple(COURSES), default="first")
    args = parser.parse_args()
    Path(args.work).mkdir(parents=True, exist_ok=True)
    take(args.pack, args.work, COURSES[args.course])


if __name__ == "__main__":
    main()
