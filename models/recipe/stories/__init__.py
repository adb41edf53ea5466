"""Stories made from templates: `generate(seed)` gives a text and the truth about its words."""
import random
from dataclasses import dataclass, field

from .collection import DRILLS, TALES, WEIGHTS
from .meanwhile import add
from .scene import scene
from .spans import finish

TALE_SHARE = 0.72
SHORTEST = 36
OTHER_LANGUAGES = ("code", "French")


@dataclass
class Story:
    """A text; spans are (start, end, tag, value) with character offsets."""

    text: str
    kind: str
    spans: list = field(default_factory=list)


def _tale(rng):
    name, kind, topic, season, body = rng.choice(TALES)
    made = scene(rng, kind, season)
    return f"tale:{name}", topic, add(rng, made.write(body)).replace(" ¶ ", "\n\n")


def _drill(rng):
    name, topic, make, _ = rng.choices(DRILLS, WEIGHTS)[0]
    text = make(rng)
    while len(text.split()) < SHORTEST:
        text += "\n\n" + make(rng)
    return f"drill:{name}", topic, text


def generate(seed: int) -> Story:
    """The story of this seed; the same seed always gives the same story."""
    rng = random.Random(seed)
    kind, topic, marked = (_tale if rng.random() < TALE_SHARE else _drill)(rng)
    text, spans = finish(marked, topic not in OTHER_LANGUAGES)
    return Story(text, kind, [(0, len(text), "topic", topic), *spans])
