"""Everything a text can be made from: tales and drills, each with its topic."""
from . import (dates, drills, facts, layers, pieces, tales_brief, tales_days, tales_find, tales_lands,
               tales_want, tales_work)

DAY_WEIGHT = 3
SEASONAL = {"snow_tracks": "winter", "storm_boat": "autumn"}
TALES = [(name, kind, topic, SEASONAL.get(name), " ".join(body.split()))
         for module in (tales_find, tales_work, tales_want, tales_brief, tales_lands,
                        *(tales_days,) * DAY_WEIGHT)
         for name, kind, topic, body in module.TALES]

# (name, topic, maker, how often)
DRILLS = [
    ("gifts", "giving", drills.gifts, 4),
    ("agreement", "grammar", drills.agreement, 3),
    ("sums", "numbers", drills.sums, 3),
    ("calendar", "days and months", drills.calendar, 3),
    ("years", "years", drills.years, 2),
    ("letter", "letters", pieces.letter, 4),
    ("diary", "diary", pieces.diary, 4),
    ("shopping", "lists", pieces.shopping, 2),
    ("packing", "lists", pieces.packing, 2),
    ("questions", "questions", pieces.questions, 4),
    ("rhyme", "rhymes", pieces.rhyme, 3),
    ("code", "code", pieces.code, 2),
    ("french", "French", pieces.french, 2),
    ("opposites", "opposites", facts.opposites, 2),
    ("comparing", "comparing", facts.comparing, 2),
    ("tenses", "grammar", facts.tenses, 2),
    ("plurals", "grammar", facts.plurals, 2),
    ("counting", "numbers", facts.counting, 2),
    ("knowledge", "knowledge", facts.knowledge, 2),
    ("chorus", "names", facts.chorus, 3),
    ("quoting", "speech", facts.quoting, 2),
    ("docstring", "code", layers.docstring, 3),
    ("nested", "code", layers.nested, 2),
    ("asides", "asides", layers.asides, 2),
    ("chronicle", "dates", dates.chronicle, 2),
    ("logbook", "dates", dates.logbook, 2),
]
WEIGHTS = [drill[3] for drill in DRILLS]
