"""Short dated pieces: a town's chronicle by years, a keeper's log by days."""
from . import words as w

HAPPENED = ["The {place} was opened.", "A great storm tore the roof off the {place}.",
            "The old {place} was painted {colour}.", "The first {trade} came to the {town}.",
            "The river rose over its banks.", "It snowed for {few} days.", "The {town} got a new bell.",
            "{name} was born.", "{name} the {trade} built a bridge.", "The harvest was good.",
            "The {animal} came back to the {wild}.", "A ship with {few} sails came into the harbour.",
            "No rain fell from {spring} to {late}.", "The king gave the {town} a {thing}."]
LOGGED = ["Wind from the {side}.", "{few} ships in sight.", "No ships today.", "Lamp lit at {hour}.",
          "Saw a {sea}.", "Fog until noon.", "A calm day.", "Mended the {thing}.", "{name} brought {food}.",
          "High waves all night.", "Baked {baked}.", "Wrote to {name}.", "The {sea} is back.", "Rain."]


def _filled(rng, template):
    months = w.MONTHS
    text = template.format(
        place=rng.choice(["school", "library", "mill", "market", "station", "church", "museum", "bakery"]),
        town=rng.choice(["town", "village"]), wild=rng.choice(["forest", "lake", "river", "valley"]),
        colour=rng.choice(w.COLOURS), trade=rng.choice(w.TRADES), name=rng.choice(w.GIRLS + w.BOYS),
        animal=rng.choice(["otters", "storks", "wolves", "beavers", "swans", "deer"]),
        few=rng.choice(w.NUMBERS[2:10]), spring=rng.choice(months[:5]), late=rng.choice(months[6:10]),
        thing=rng.choice(["bell", "clock", "lantern", "flag", "book", "rope", "ladder"]),
        side=rng.choice(["north", "south", "east", "west"]), hour=rng.choice(w.NUMBERS[5:9]),
        baked=rng.choice(["bread", "biscuits", "a pie", "a cake", "pancakes"]),
        sea=rng.choice(w.SEA_ANIMALS), food=rng.choice(["bread", "cheese", "milk", "honey", "fruit"]))
    return text[0].upper() + text[1:]


def chronicle(rng):
    year = rng.randint(1100, 1950)
    style = rng.randrange(3)
    lines = []
    for template in rng.sample(HAPPENED, rng.randint(5, 7)):
        day, month = rng.randint(1, 28), rng.choice(w.MONTHS)
        what = _filled(rng, template)
        lines.append([f"{year}: {what}", f"{day} {month} {year}. {what}",
                      f"In the year {year}: {what}"][style])
        year += rng.randint(1, 14)
    return "\n".join(lines)


def logbook(rng):
    """Days in order, written as numbers: 1843-03-12."""
    year, month = rng.randint(1700, 1980), rng.randint(1, 12)
    day = rng.randint(1, w.MONTH_DAYS[month - 1] - 6)
    lines = []
    for step in range(rng.randint(4, 6)):
        said = " ".join(_filled(rng, t) for t in rng.sample(LOGGED, rng.randint(2, 3)))
        lines.append(f"{year}-{month:02}-{day + step:02} {said}")
    return "\n".join(lines)
