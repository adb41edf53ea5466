"""The lexicon: every list that the templates draw from, and what each word is."""

GIRLS = """Anna Mary Lucy Emma Rosa Clara Lily Sarah Nora Ella Alice Ruth Jane Grace Ivy Hannah Mia
Sophie Kate Molly Eva Julia Helen Daisy Martha""".split()
BOYS = """Tom Ben Peter Jack Sam Leo Max Oliver Henry Paul Daniel Hugo Adam Noah Luke David John
George Simon Felix Oscar Robert Will Arthur Theo""".split()
PETS_F = "Tilly Hazel Poppy Pearl Bella Luna Dot Honey Willow Minnie Fern Coco".split()
PETS_M = "Pip Rusty Bramble Fergus Biscuit Oakley Toby Patch Barnaby Nibbles Otto Bruno".split()

ANIMALS = """fox rabbit bear mouse owl hedgehog squirrel badger frog otter deer hare duck goose
sparrow robin mole beaver kitten puppy lamb goat pony donkey crow swan turtle snail wolf lion tiger
elephant monkey giraffe parrot penguin seal dolphin whale crab heron raven beetle bee butterfly
spider cat dog horse cow pig sheep hen rooster toad lizard camel zebra panda""".split()
WALKERS = """fox rabbit bear mouse hedgehog squirrel badger frog otter deer hare duck goose mole beaver
kitten puppy lamb goat pony donkey turtle wolf lion elephant monkey penguin cat dog pig hen""".split()
FOUR_FEET = """fox rabbit bear mouse hedgehog squirrel badger deer hare mole beaver kitten puppy lamb
goat pony donkey wolf lion cat dog pig turtle""".split()
ELDERS = """owl bear turtle badger goose raven heron toad crow donkey goat otter horse swan""".split()
SEA_ANIMALS = "seal dolphin whale crab turtle penguin otter gull".split()
FARM = "cow pig sheep hen goat horse duck donkey goose rooster".split()

TRADES = """baker farmer fisherman carpenter tailor miller teacher doctor sailor gardener blacksmith
shepherd painter postman librarian clockmaker weaver cobbler potter musician cook nurse builder
driver captain merchant beekeeper shoemaker woodcutter lighthouse-keeper""".split()

BITES = """apple pear plum orange peach carrot sandwich cake biscuit pie banana pancake muffin
fig""".split()
MAKERS =  "baker carpenter tailor blacksmith painter clockmaker weaver cobbler potter shoemaker".split()

FOOD_SG =  """apple pear plum orange peach carrot sandwich cake biscuit egg pie potato onion lemon
banana pancake muffin tomato walnut mushroom pumpkin turnip melon fig""".split()
FOOD_PL = """apples pears plums oranges cherries peaches carrots berries strawberries nuts biscuits
pancakes eggs potatoes grapes beans peas mushrooms cakes muffins figs walnuts onions lemons
raspberries sandwiches dumplings noodles""".split()
FOOD_MASS = """bread soup honey cheese milk butter jam rice porridge stew tea fruit corn toast
pudding cream salad chocolate""".split()
TREATS = [f for f in FOOD_PL if f not in ("potatoes", "onions", "lemons", "beans", "peas")]
DISHES = "bread soup honey cheese porridge stew pudding toast rice".split()
FRUITS = """apples pears plums oranges cherries peaches berries strawberries nuts grapes figs
raspberries walnuts""".split()
PACKED =  "bread cheese honey chocolate fruit toast".split()
MEALS = "breakfast lunch supper dinner".split()

THINGS = """ring key crown lantern kite ball boat drum bell book map coin shell hat coat scarf basket
whistle compass clock mirror flute violin umbrella ladder rope blanket cup spoon box letter feather
stone button doll sledge wagon trumpet pearl bracelet necklace pocket-watch brush candle jug""".split()
TREASURES = """ring key crown lantern bell book map coin shell whistle compass mirror flute feather
stone pearl bracelet necklace drum trumpet cup box""".split()
TOYS = "kite ball boat drum doll sledge wagon whistle puppet rocking-horse top puzzle".split()
LOSABLE = """ring key hat scarf whistle ball kite bell book map coin button doll umbrella bracelet
lantern basket brush glove shoe spoon""".split()
MATERIAL = "golden silver wooden glass stone copper paper brass".split()
COLOURS = "red blue green yellow white black brown grey purple pink".split()
SIZES = "little big small large tiny huge tall short".split()
LOOKS = "old new shiny round beautiful bright plain pretty strange lovely broken dusty heavy".split()
NATURE = """little young brave clever shy kind curious gentle merry lonely cheerful quiet lazy busy
proud careful honest friendly playful sleepy stubborn polite patient""".split()
ELDER_NATURE = "old wise kind gentle grey patient friendly clever quiet cheerful".split()

FEEL_GOOD = """happy glad proud pleased excited cheerful thankful delighted joyful calm
hopeful""".split()
FEEL_GLAD = "happy glad proud pleased excited cheerful thankful".split()
FEEL_BAD = "sad lonely worried afraid tired upset unhappy nervous sorry  cold hungry".split()

SADNESS = "sad lonely worried unhappy upset".split()

WEATHER_ADJ =  """sunny rainy windy snowy foggy cloudy stormy frosty warm cold cool bright misty
icy mild""".split()
WEATHER = "rain snow wind fog sunshine storm frost thunder mist hail breeze".split()
SEASONS = "spring summer autumn winter".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = """January February March April May June July August September October November
December""".split()
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
TIMES = "morning afternoon evening night".split()

# noun: where it is : going there
PLACES_RAW = """forest:in:into|village:in:to|town:in:to|market:at:to|castle:in:to|school:at:to|
garden:in:into|farm:on:to|beach:on:to|harbour:at:to|lake:by:to|river:by:to|mill:at:to|
library:in:to|park:in:to|meadow:in:to|orchard:in:into|hill:on:up|mountain:on:up|cave:in:into|
island:on:to|bridge:on:to|barn:in:into|tower:in:up|valley:in:down into|field:in:into|pond:by:to|
station:at:to|bakery:in:to|shop:in:to|lighthouse:at:to|stable:in:into|church:at:to|square:in:to|
wood:in:into|museum:in:to|palace:in:to|kitchen:in:into|workshop:in:into|waterfall:by:to"""
PLACES = [tuple(x.strip().split(":")) for x in PLACES_RAW.replace("\n", "").split("|")]
HOMES = """sea forest river lake mountain village mill castle hill meadow market old_bridge harbour
town farm pond orchard lighthouse valley edge_of_the_wood windmill stream railway waterfall""".split()
MEETING = "park market school library harbour station bakery shop museum bridge mill farm lake".split()
WILD = "forest meadow lake river hill mountain cave island valley wood beach field pond".split()
TOWNISH = "market village town harbour school library park station bakery shop square".split()

TREES = ["oak", "pine", "willow", "birch", "maple", "apple tree", "cherry tree", "fir"]
PLANTS =  """rose oak pine willow tulip daisy fern birch apple_tree cherry_tree sunflower lily
bluebell ivy moss clover maple""".split()
SCHOOL_THINGS = "pencil ruler notebook lunchbox map crayon eraser paintbrush".split()
SUBJECTS = "reading writing history music drawing geography science arithmetic spelling".split()
GAMES = "hide-and-seek marbles tag chess football cards skipping hopscotch".split()
VEHICLES = "train boat ship cart bus bicycle wagon ferry carriage tram".split()

NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty""".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()

IRREGULAR_RAW = """find found found|go went gone|see saw seen|take took taken|give gave given|
come came come|run ran run|eat ate eaten|drink drank drunk|sing sang sung|swim swam swum|
write wrote written|draw drew drawn|know knew known|grow grew grown|blow blew blown|fly flew flown|
throw threw thrown|think thought thought|bring brought brought|buy bought bought|
catch caught caught|teach taught taught|sleep slept slept|keep kept kept|leave left left|
feel felt felt|meet met met|lose lost lost|sell sold sold|tell told told|say said said|
hear heard heard|make made made|build built built|send sent sent|spend spent spent|
sit sat sat|stand stood stood|understand understood understood|begin began begun|
speak spoke spoken|break broke broken|wake woke woken|choose chose chosen|hide hid hidden|
ride rode ridden|drive drove driven|rise rose risen|fall fell fallen|hold held held|
shine shone shone|win won won|get got got|forget forgot forgotten|wear wore worn|
dig dug dug|hang hung hung|read read read|put put put|cut cut cut|let let let|lead led led|
sweep swept swept|creep crept crept|feed fed fed|pay paid paid|lie lay lain|ring rang rung|
sew sewed sewn|show showed shown|steal stole stolen|freeze froze frozen|shake shook shaken"""
IRREGULAR = {b: (p, q) for b, p, q in
             (x.strip().split() for x in IRREGULAR_RAW.replace("\n", "").split("|"))}
REGULAR = """walk look help ask answer call carry climb close cook count cry dance follow hope hurry
jump knock laugh learn like listen live love mend move need open paint plant play pick pull push
rain rest return search share shout smile stay stop talk thank travel try turn visit wait want wash
watch whisper wonder work add clean cross decide fill finish float fold gather greet guess happen
join kick land lift lock march mix nod offer order pack paddle pass plan please point polish pour
practise promise reach remember repair reply row rush sail save seem shiver sigh sniff splash
start stir stretch stroll thunder tie tidy touch trade trot use wag wander wave whistle wish wrap
yawn borrow collect discover explore explain notice invite admire arrive believe""".split()
DOUBLING = {"stop", "plan", "nod", "pat", "trot", "wag", "wrap", "stir", "run", "swim", "sit", "begin",
            "get", "forget", "dig", "put", "cut", "let", "win"}
IRREGULAR_PLURAL = {"mouse": "mice", "goose": "geese", "sheep": "sheep", "deer": "deer",
                    "wolf": "wolves", "child": "children", "man": "men", "woman": "women",
                    "fish": "fish", "fisherman": "fishermen", "postman": "postmen", "leaf": "leaves",
                    "foot": "feet", "tooth": "teeth", "loaf": "loaves", "knife": "knives",
                    "scarf": "scarves", "shelf": "shelves", "potato": "potatoes",
                    "tomato": "tomatoes", "person": "people"}

OTHER_NOUNS = """girl boy king queen prince princess man woman child friend mother father brother
sister grandmother grandfather uncle aunt neighbour knight giant wizard traveller stranger pupil
baby twin cousin house door window table chair bed floor wall roof stair chimney fire path road
street corner gate fence tree leaf branch flower grass seed root stone water wave sand sky sun moon
star cloud shadow ground hole nest shelf drawer pocket bag plan idea word name story song game
question answer secret promise present party feast gift prize lesson letter picture page journey
world day week month year hour minute time place way side top end middle voice sound smell light
heart hand foot head eye ear nose tail paw wing face tooth crowd people family treasure kingdom
crew deck sail oar net fish anchor shore tide storm""".split()
OTHER_ADJ = """good bad nice great fine warm deep dark long wide high low fast slow soft hard easy
wet dry full empty clean sweet fresh ready alone safe dear true wrong right strong weak loud silent
thick thin sharp narrow steep hidden favourite whole same different important terrible wonderful
perfect simple ordinary magic royal muddy sandy wooden hot poor rich ripe""".split()
ADVERBS = """quickly slowly softly loudly gently carefully quietly happily sadly suddenly soon
again always never often sometimes together away home back then there here now today tomorrow
yesterday everywhere almost already still very too once twice later finally bravely kindly proudly
politely patiently cheerfully""".split()
PREPOSITIONS = """in on at by to from with without under over near behind beside between into onto
through across along around above below for of about after before during until""".split()
PRONOUNS = "i you he she it we they me him us them himself herself itself myself".split()
DETERMINERS = "the a an every each some any no his my your our their its this these those".split()
CONJUNCTIONS = "and but or because so while when if although".split()
MODALS = "can could will would must should".split()
AUXILIARIES = "is are was were am be been has have had do does did".split()


def past(base):
    """The simple past of a verb of the lexicon."""
    if base in IRREGULAR:
        return IRREGULAR[base][0]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + (base[-1] if base in DOUBLING else "") + "ed"


def participle(base):
    return IRREGULAR[base][1] if base in IRREGULAR else past(base)


def third(base):
    """The third person singular of the present."""
    if base in ("go", "do"):
        return base + "es"
    if base.endswith(("s", "sh", "ch", "x", "z")):
        return base + "es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def ing(base):
    if base == "lie" or base == "tie":
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith("ee"):
        return base[:-1] + "ing"
    return base + (base[-1] if base in DOUBLING else "") + "ing"


def plural(noun):
    """The plural of a noun."""
    if noun in IRREGULAR_PLURAL:
        return IRREGULAR_PLURAL[noun]
    if noun.endswith(("s", "sh", "ch", "x", "z")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"
