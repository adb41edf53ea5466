"""Which part of speech a word is, for the words of the texts that are only ever one."""
from . import words as w
from .verbs import FORMS

NOUNS = """sea pot noon rock rocks stream steps room rooms thing things lamp bird birds bowl animals pools
spade spades birthday stomach bottle holidays weather moment mess heap letter-carrier footprints breath echo
plate plates parents list string joy jar sign advice weeds part cards stove curtains mast hut air board gull
gulls money mistake rainbow gold classroom noise pillow court throne banks piece pieces neck spot earth news
clothes loaf loaves wheels wheel crumb drops cushions teapot joke jokes chess legs boot boots quarrel marbles
fir dragon address salt sight tune lot colour hay contest mouth patience fun tiptoe seasons beauty flag gap
bushes visitor flock bucket buckets strength poem theatre straw sheets beech nights shirt shirts windmill
kindness pipe course candlelight barrel barrels pirate stall riddles arms meantime keeper railway yard music
starfish baths desk finger tools stool country bunch worm carpet pots jacket helper oven voyage tent
tablecloth ant greetings socks city cities pickles acorns coffee knife knives mind jumper kid reward chick
hair smoke hopscotch care pen son harvest bench football dozens berry science piglet cub friendship scissors
war stocking matter daughter history age lane foal nail bat guests sleeve sleeves peace dormouse class
arithmetic hide-and-seek calf log sticks geography dove doves stump pole pin knee circle naps deal edge rule
blackberries drought pail grandmother stork storks notebooks pupils pancake north south east west present
sound bite bites cherry hundreds fisherman parent moss others turn swallow clothes blossom""".split()
ADJECTIVES = """own asleep awake flat hollow loose worth clear ill sore funny silly thirsty dirty angry quick
rough bare special cosy damp sick fat crooked woollen real rusty bored surprised astonished ashamed correct
steady better best worst last other next favourite bigger smaller higher taller wiser warmer younger slower
braver stronger quieter happier longer fastest hardest smallest youngest oldest biggest strongest quietest
bravest slowest happiest tallest thirsty born merry opposite missing early late""".split()
ADVERBS = """not only even ever far inside outside aloud badly halfway somewhere warmly gladly luckily nearly
afterwards else just please quite simply calmly perhaps maybe yet ago o'clock
louder harder faster further""".split()
PRONOUNS = """nobody everything nothing everyone something somebody everybody anything anyone someone mine
yours ones thee""".split()
PREPOSITIONS = "upon beyond towards among against till past".split()
OTHERS = {
    "conjunction": "than though nor since".split(), "determiner": "another each".split(),
    "modal": "shall might cannot".split(), "auxiliary": ["don't"],
    "wh-word": "who whose what how where why which whoever".split(),
    "quantifier": "all both half many more few enough much most less".split(),
    "particle": "out up down off".split(),
    "interjection": "hello oh goodbye yes welcome halt bump".split(),
    "number": [n for n in w.NUMBERS if n != "one"] + ["thirty", "fifty", "ninety", "hundred", "thousand"]}
# Words with two lives; `pos` looks at their neighbours.
BY_NEIGHBOURS = """one that her like kind left round light well open close clean dry empty cool warm calm
tidy no as so before after until rose cook ring leaves waves wave sails sail whistle whistles answer answers
plan plans promise promises cooks race step bark water work walk play dance watch rest taste drop roar skip
fish call paint smell back home still bow land smile talk yawn look sleep help early late first next while
may""".split()


def _table():
    table = {}
    for kind, listed in OTHERS.items():
        table.update(dict.fromkeys(listed, kind))
    for kind, listed in (("adverb", w.ADVERBS + ADVERBS), ("preposition", w.PREPOSITIONS + PREPOSITIONS),
                         ("pronoun", w.PRONOUNS + PRONOUNS), ("determiner", w.DETERMINERS),
                         ("conjunction", w.CONJUNCTIONS), ("modal", w.MODALS), ("auxiliary", w.AUXILIARIES),
                         ("adjective", w.NATURE + w.LOOKS + w.SIZES + w.COLOURS + w.FEEL_GOOD + w.FEEL_BAD
                          + w.WEATHER_ADJ + w.OTHER_ADJ + w.MATERIAL + w.ELDER_NATURE + w.ORDINALS
                          + ADJECTIVES)):
        for word in listed:
            table.setdefault(word, kind)
    for word in (w.ANIMALS + w.SEA_ANIMALS + w.TRADES + w.FOOD_SG + w.THINGS + w.TOYS + w.LOSABLE
                 + w.OTHER_NOUNS
                 + [p[0] for p in w.PLACES] + w.PLANTS + w.SCHOOL_THINGS + w.VEHICLES):
        table.setdefault(word, "noun")
        table.setdefault(w.plural(word), "noun")
    for word in (w.FOOD_MASS + w.WEATHER + w.SEASONS + w.TIMES + w.MEALS + w.SUBJECTS + w.GAMES + w.FOOD_PL
                 + NOUNS):
        table.setdefault(word, "noun")
    table.update({"named": "verb", "either": "adverb", "front": "noun", "mud": "noun"})
    for word in FORMS:
        table.setdefault(word, "verb")
    for word in BY_NEIGHBOURS:
        table.pop(word, None)
    return table


POS = _table()
NAMES = frozenset(w.GIRLS + w.BOYS + w.PETS_F + w.PETS_M)
CALENDAR = frozenset(w.DAYS + w.MONTHS + [w.plural(day) for day in w.DAYS])
