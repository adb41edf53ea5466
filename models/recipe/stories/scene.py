"""Builds the scene of a tale: who is in it, where it happens, and when."""
from . import cast, words as w
from .grammar import Scene
from .phrases import LISTS, RULES, SEASON
from .tales_days import RULES as DAY_RULES

ALL_RULES = {**RULES, **DAY_RULES}


def hero(rng, kind):
    if kind == "any":
        kind = rng.choice(["child", "child", "animal", "animal", "animal", "adult", "royal"])
    if kind == "young":
        kind = rng.choice(["child", "animal"])
    return {"child": cast.child, "animal": cast.animal, "adult": cast.trader,
            "royal": cast.royal, "groundanimal": cast.ground_animal,
            "post": cast.letter_carrier, "maker": cast.maker}[kind](rng, "hero")


def helper(rng, lead, taken):
    gender = cast.other_gender(rng, lead)
    animal_chance = {"animal": 0.75, "person": 0.35}[lead.kind]
    if rng.random() < animal_chance:
        return cast.animal(rng, "helper", w.ELDERS, w.ELDER_NATURE, taken, gender)
    return cast.trader(rng, "helper", taken, gender, w.ELDER_NATURE)


def friend(rng, lead, taken):
    gender = cast.other_gender(rng, lead)
    if lead.kind == "animal":
        return cast.animal(rng, "friend", taken=taken, gender=gender, named=1 if lead.name else 0)
    return cast.child(rng, "friend", taken, gender)


def scene(rng, kind="any", season=None):
    """A scene with its values bound: h hero, k helper, f friend, w wanted thing, p q places."""
    season = season or rng.choice(w.SEASONS)
    month = SEASON[season]["month"]
    lists = {**LISTS, "wadj": SEASON[season]["wadj"], "month": month}
    made = Scene(rng, {**ALL_RULES, "sky": SEASON[season]["sky"]}, lists)
    lead = hero(rng, kind)
    taken = {lead.name, lead.noun}
    mate = friend(rng, lead, taken)
    taken |= {mate.name, mate.noun}
    if kind == "maker":
        other = cast.maker(rng, "helper", taken, cast.other_gender(rng, lead))
    else:
        other = helper(rng, lead, taken)
    taken |= {other.name, other.noun}
    wild = cast.place(rng, w.WILD)
    town = cast.place(rng, w.TOWNISH, (wild,))
    t1, t2 = rng.sample([t for t in w.TRADES if t not in taken], 2)
    young = rng.choice(["boy", "girl"])
    for bound, listed, pool in (("foods2", "foods", w.FRUITS), ("food2", "food", w.BITES),
                                ("animal2", "animal", w.ANIMALS)):
        made.values[bound] = rng.choice(pool)
        lists[listed] = [x for x in LISTS[listed] if x != made.values[bound]]
    lists["animal"] = [x for x in lists["animal"] if x not in taken]
    lists["trade"] = [x for x in lists["trade"] if x not in taken]
    weekday = rng.randrange(7)
    made.values.update(
        today=w.DAYS[weekday], tomorrow=w.DAYS[(weekday + 1) % 7],
        child=young, child_p="his" if young == "boy" else "her", pet=rng.choice(w.PETS_M),
        dish=rng.choice(["soup", "stew", "porridge", "rice", "pudding"]),
        h=lead, k=other, f=mate, w=cast.thing(rng, w.TREASURES), p=wild, q=town,
                x=cast.place(rng, w.WILD + w.TOWNISH + ["garden", "orchard", "farm"]),
        mt=cast.place(rng, ["hill", "mountain"]), t1=t1, t2=t2, season=season,
        tm=rng.choice(["morning", "morning", "afternoon", "evening"]))
    return made
