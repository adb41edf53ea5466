"""More short pieces: letters, diaries, lists, questions, rhymes, code, French, opposites."""
from . import words as w
from .drills import her, obj, subj
from .grammar import KEEP, Scene
from .phrases import LISTS, RULES, SEASON


def _write(rng, source, season=None, **values):
    season = season or rng.choice(w.SEASONS)
    made = Scene(rng, {**RULES, "sky": SEASON[season]["sky"]},
                 {**LISTS, "wadj": SEASON[season]["wadj"], "month": SEASON[season]["month"]})
    made.values.update(season=season, tm=rng.choice(["morning", "afternoon", "evening"]), **values)
    return made.write(" ".join(source.split()).replace(" ¶ ", "\n").replace("¶", "\n"))


LETTER = """Dear {a}, ¶ [Thank you for your letter|Thank you for the {x}|How are you? I am well|I hope you are
well|I have not written for a long time]. [It is {season} here, and the weather is {wadj}.|{Sky}
this {tm}.|We have had {wadj} weather all week.] [Yesterday|On {day}|Last week] [we went to the
{meeting}|I saw a {animal} in the garden|{b} and I baked a cake|my {relative} came to visit|we
picked {fruits} and ate most of them|I lost my {x2} and found it in my shoe|I learned to swim].
[It was great fun.|I wish you had been there.|You would have laughed.|Everybody was tired and
happy.] [Can you come on {day}?|Will you visit us in {month}?|When are you coming?|Have you still
got your {animal2}?] [We could [go to the {meeting}|play {game}|bake bread] together.|There is a
bed for you next to mine.|Please bring your {x3}.] [Write soon!|Say hello to {c} from me.|I think
of you often.|Please write back.] ¶ [Your friend|With love|Yours|Best wishes|Many greetings], ¶
{d}"""


def letter(rng):
    a, b, c, d = rng.sample(w.GIRLS + w.BOYS, 4)
    x, x2, x3 = rng.sample([t for t in w.LOSABLE if t != "shoe"], 3)
    one, two = rng.sample(["cat", "dog", "rabbit", "pony", "parrot", "goat"], 2)
    return _write(rng, LETTER, a=a, b=b, c=c, d=d, x=x, x2=x2, x3=x3, animal=one, animal2=two,
                  relative=rng.choice(["aunt", "uncle", "cousin", "grandmother", "grandfather"]))


ENTRY = """[{Sky}.|It was a {wadj} day.|Woke up early.|Slept badly.|Nothing happened today.] [We had {mass}
for {meal}.|Went to the {meeting} with {a}.|{a} came to see me.|Mended the {x}.|Wrote two
letters.|Saw a {animal} by the river.|Sold {few} baskets of {foods}.|Lost my {x} again.|Read until
late.|The {trade} told us a funny story.|Helped {a} in the garden.] [I am {good}.|I was {bad}, I
do not know why.|Tomorrow will be better.|Early to bed.|What a day!|Must buy {foods} tomorrow.|The
{farm} is well again.|No news from {b}.]"""


def diary(rng):
    month = rng.randrange(12)
    season = next(s for s in SEASON if w.MONTHS[month] in SEASON[s]["month"])
    start, weekday = rng.randint(1, w.MONTH_DAYS[month] - 6), rng.randrange(7)
    a, b = rng.sample(w.GIRLS + w.BOYS, 2)
    lines = []
    for step in sorted(rng.sample(range(6), rng.randint(2, 4))):
        date = f"{w.DAYS[(weekday + step) % 7]}, {start + step} {w.MONTHS[month]}."
        lines.append(date + " " + _write(rng, ENTRY, season, a=a, b=b,
                                         x=rng.choice(w.THINGS)))
    return "\n".join(lines)


def shopping(rng):
    items = rng.sample([f"{rng.randint(2, 9)} {f}" for f in w.TREATS] + w.FOOD_MASS, rng.randint(4, 8))
    name = rng.choice(w.GIRLS + w.BOYS)
    lead = rng.choice(["Shopping list:", f"{name}'s list:", "To buy at the market:",
                       "What we need for the party:", "For the soup and the cake:"])
    after = rng.choice([f"\n{name} forgot the {items[-1].split()[-1]}.", "", "\nThat is all.",
                        f"\n{name} bought everything and carried it home."])
    return lead + "\n" + "\n".join(f"- {item}" for item in items) + after


def packing(rng):
    name = rng.choice(w.GIRLS + w.BOYS)
    items = [f"a {rng.choice(w.COLOURS)} {x}" for x in rng.sample(w.LOSABLE, rng.randint(3, 5))]
    listed = ", ".join(items[:-1]) + " and " + items[-1]
    place = rng.choice(w.MEETING)
    found = rng.choice(items).split(" ", 1)[1]
    return (f"{name} packed {her(name)} bag for the journey. Into the bag went {listed}. "
            + rng.choice([f"At the {place} {subj(name)} opened the bag and took out the {found}.",
                          f"On the way {subj(name)} lost the {found}, but a kind {rng.choice(w.TRADES)}"
                          f" found it and gave it back to {obj(name)}."])
            + f" {rng.choice(['What a journey!', 'The bag was heavy.', 'Now the journey could begin.'])}")


FACTS = [("What colour is grass?", "Grass is green."), ("What colour is snow?", "Snow is white."),
         ("What do bees make?", "Bees make honey."), ("Where do fish live?", "Fish live in water."),
         ("What do cows give us?", "Cows give us milk."), ("What do hens lay?", "Hens lay eggs."),
         ("When does the sun rise?", "The sun rises in the morning."),
         ("When do we see the stars?", "We see the stars at night."),
         ("Who bakes bread?", "The baker bakes bread."),
         ("Who catches fish?", "The fisherman catches fish."),
         ("Who teaches children?", "The teacher teaches children."),
         ("How many legs has a dog?", "A dog has four legs."),
         ("How many legs has a spider?", "A spider has eight legs."),
         ("How many days are in a week?", "There are seven days in a week."),
         ("How many months are in a year?", "There are twelve months in a year."),
         ("Can a penguin fly?", "No, a penguin cannot fly, but it can swim."),
         ("Is a whale a fish?", "No, a whale is not a fish."),
         ("What comes after winter?", "Spring comes after winter."),
         ("What do we need when it rains?", "We need an umbrella when it rains."),
         ("Where does the owl sleep?", "The owl sleeps in a tree."),
         ("Which is bigger, a mouse or an elephant?", "An elephant is bigger than a mouse."),
         ("Which is faster, a snail or a horse?", "A horse is faster than a snail.")]


def questions(rng):
    out = []
    season = rng.choice(w.SEASONS)
    for ask, answer in rng.sample(FACTS, rng.randint(3, 5)):
        out.append((ask, answer))
    a, b = rng.sample(w.GIRLS + w.BOYS, 2)
    food, x = rng.choice(w.FOOD_PL), rng.choice(w.LOSABLE)
    colour, place = rng.choice(w.COLOURS), rng.choice(w.MEETING)
    day = rng.choice(w.DAYS)
    told = (f"{a} has a {colour} {x}. On {day} {subj(a)} went to the {place} with {b} "
            f"and bought some {food}.")
    about = rng.sample([
        (f"What colour is {a}'s {x}?", f"It is {colour}."),
        (f"Where did {a} go?", f"{subj(a).capitalize()} went to the {place}."),
        (f"Who went with {a}?", f"{b} went with {obj(a)}."),
        (f"What did {a} buy?", f"{subj(a).capitalize()} bought some {food}."),
        (f"When did {a} go to the {place}?", f"On {day}.")], rng.randint(3, 5))
    style = rng.randrange(3)
    lines = [told] + [f"Question: {q}\nAnswer: {r}" for q, r in about] if style == 0 else \
        [f"{told} " + " ".join(f"{q} {r}" for q, r in about)] if style == 1 else \
        [f'"{q}" asked the teacher. "{r[:-1]}," said {rng.choice([a, b])}.' for q, r in out]
    return ("\n" if style != 2 else " ").join(lines) + (f" It was {season}." if style == 1 else "")


RHYMES = [("cat", "hat", "mat"), ("mouse", "house", "blouse"), ("bee", "tree", "sea"), ("goat", "boat",
                                                                                        "coat"),
          ("fox", "box", "socks"), ("star", "jar", "car"), ("moon", "spoon", "tune"), ("bear", "chair",
                                                                                       "pear"),
          ("hen", "pen", "den"), ("king", "ring", "string"), ("frog", "log", "dog"), ("snail", "pail",
                                                                                      "whale"),
          ("snow", "crow", "bow"), ("cook", "book", "brook"), ("duck", "truck", "clock")]


def rhyme(rng):
    one, two, three = rng.choice(RHYMES[:-1])
    four, five, _ = rng.choice([r for r in RHYMES[:-1] if r[0] != one])
    size, colour = rng.choice(["little", "funny", "merry", "sleepy"]), rng.choice(w.COLOURS)
    verses = [
        f"There was a {size} {one},\nIt lived beside a {two},\nAnd every night by candlelight\n"
        f"It sang about a {three}.",
        f"One, two, a {colour} {one},\nThree, four, a {two},\nFive, six, a {size} {four},\n"
        f"Seven, eight, a {five}.",
        f"I saw a {one}, I saw a {two},\nI saw them both today.\nI said hello, I said goodbye,\n"
        "And then they went away.",
        f"Sing a song of {one} and {two},\nSing it loud and clear,\nSing it for the {four} and {five},\n"
        "Sing it all the year.",
        "Rain, rain, on the tree,\nRain upon the sea,\nRain upon my yellow hat,\n"
        f"But do not rain on {rng.choice(['me', 'tea', 'me and thee'])}.",
        f"The {one} is up, the {two} is down,\nThe {colour} {four} is in the town,\n"
        f"And when they meet at half past three,\nThey drink a cup of {rng.choice(w.COLOURS)} tea."]
    return "\n\n".join(rng.sample(verses, 2))


def code(rng):
    fruit = rng.sample("apples pears plums nuts eggs figs".split(), 2)
    a, b, n = rng.randint(1, 9), rng.randint(1, 9), rng.randint(2, 6)
    name = rng.choice(w.GIRLS + w.BOYS)
    x, y = fruit
    blocks = [
        f"{KEEP}{x} = {a}\n{KEEP}{y} = {b}\n{KEEP}total = {x} + {y}\n{KEEP}print(total)  # {a + b}",
        f"{KEEP}for i in range({n}):\n    print(i)",
        f"{KEEP}def add(a, b):\n    return {KEEP}a + b\n\n{KEEP}add({a}, {b})  # {a + b}",
        f'{KEEP}name = "{name}"\n{KEEP}print("Hello, " + name)',
        f"{KEEP}if {x} > {y}:\n    print(\"more {x}\")\n{KEEP}else:\n    print(\"more {y}\")",
        f"{KEEP}let {x} = {a};\n{KEEP}let {y} = {x} * {b};\n{KEEP}console.log({y}); // {a * b}",
        f"{KEEP}while {x} > 0:\n    {x} = {x} - 1",
        f'{{ "name": "{name}", "age": {a + 4}, "likes": ["{x}", "{y}"] }}',
        f"<p>{name} has {a + 1} {x}.</p>",
        f'{KEEP}colours = ["{rng.choice(w.COLOURS)}", "white"]\n{KEEP}print(len(colours))  # 2']
    return "\n\n".join(rng.sample(blocks, rng.randint(2, 3)))


NOUN_M = "chat chien garçon roi jardin bateau livre pain renard loup soleil cheval oiseau".split()
NOUN_F = "fille maison mer forêt pomme reine fleur lune table souris rue ville".split()
ADJ_M, ADJ_F = "petit grand vieux joli noir blanc".split(), "petite grande vieille jolie".split()


def _le(rng):
    if rng.random() < 0.5:
        noun = rng.choice(NOUN_M)
        return f"{'l' + chr(39) if noun[0] in 'aeiouh' and noun != 'h' else 'le '}{noun}", "m"
    return f"la {rng.choice(NOUN_F)}", "f"


def french(rng):
    out = []
    name, other = rng.sample(["Marie", "Pierre", "Anne", "Paul", "Claire", "Louis"], 2)
    place = rng.choice(["dans le jardin", "près de la mer", "dans la forêt", "à la maison", "en ville"])
    food = rng.choice(["une pomme", "du pain", "une orange", "du fromage", "un gâteau"])
    animal = rng.choice(["un petit chat", "un grand chien", "un oiseau", "une petite souris", "un cheval"])
    day = rng.choice("lundi mardi mercredi jeudi vendredi samedi dimanche".split())
    colour = rng.choice(["rouge", "jaune", "rouge et jaune"])
    for _ in range(2):
        what, gender = _le(rng)
        adj = rng.choice(ADJ_M if gender == "m" else ADJ_F)
        out.append(f"{what[0].upper() + what[1:]} est {adj}.")
    out += [f"{name} {KEEP}a {animal}.", f"{name} et {other} sont {place}.", f"{name} mange {food}.",
            f"Bonjour, {other} ! Comment ça va ?", "Merci beaucoup.", f"Aujourd'hui, c'est {day}.",
            "Il fait beau.", "Il pleut.", "Il y a des fleurs.", f"La fleur est {colour}.",
            f"{name} aime {other}.", "Où est le chat ?", "Le chat dort sur la chaise.",
            f"« Bonjour », dit {name}.", "J'aime les pommes.", "Nous allons à l'école.",
            "Un, deux, trois, quatre, cinq.", "Il était une fois un roi qui avait une fille."]
    picked = rng.sample(out, rng.randint(5, 8))
    girl = rng.choice(w.GIRLS)
    lead = rng.choice(["", f"{girl} is learning French. She says: ", "In French we say: ", ""])
    return lead + " ".join(picked).replace(" a ", f" {KEEP}a ")
