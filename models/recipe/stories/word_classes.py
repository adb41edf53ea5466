"""Classes of words by meaning, each a concept: `NOUNS` hold for their plurals too, `WORDS` as they stand.
@NAME stands for a list of the lexicon."""
import re

from . import words as w

NOUNS = """
animal: on the farm: @FARM lamb pony
animal: of the sea: @SEA_ANIMALS starfish fish
animal: bird: owl duck goose sparrow robin crow swan heron raven parrot penguin hen rooster gull bird stork
    dove chick duckling
animal: insect or spider: bee butterfly beetle spider ant
animal: young: kitten puppy lamb calf foal duckling chick cub kid piglet
animal: predator: fox bear wolf lion tiger
animal: dog or cat: dog cat puppy kitten
animal: reptile or amphibian: frog toad turtle lizard
food: fruit: apple pear plum orange peach banana fig melon lemon cherry berry strawberry raspberry grape
    blackberry
food: vegetable: carrot onion potato tomato turnip pumpkin mushroom bean pea
food: baked or sweet: cake biscuit pie pancake muffin loaf bread toast honey jam chocolate pudding
food: hot dish: soup stew porridge rice pudding dumpling noodle
food: drink: tea milk water coffee
meal: @MEALS
season: @SEASONS
weather: rain snow wind fog sunshine storm frost thunder mist hail breeze rainbow weather
part of the day: @TIMES noon
stretch of time: day week month year hour minute moment
family: mother father brother sister grandmother grandfather uncle aunt cousin twin parent daughter son
child: child boy girl baby pupil
royalty: king queen prince princess
royal thing: crown throne palace court kingdom castle
trade: @TRADES letter-carrier keeper pirate
friend or neighbour: friend neighbour visitor stranger guest
part of the body: heart hand foot head eye ear nose face tooth leg neck stomach arm finger knee mouth hair
part of an animal: tail paw wing feather
clothing: hat coat scarf glove shoe boot shirt jacket jumper sleeve stocking sock crown clothes
furniture: table chair bed shelf desk bench stool drawer pillow cushion curtain blanket carpet stove lamp
part of a house: door window roof wall floor stair chimney kitchen room gate step oven
light: lamp lantern candle light star sun moon
sky: sun moon star cloud sky rainbow
container: basket box bag bucket jar jug cup bowl pot bottle barrel pocket plate
instrument: drum flute violin trumpet whistle bell
treasure: ring crown pearl bracelet necklace coin treasure gold
toy: @TOYS
tool: spade ladder rope brush net key compass
school thing: pencil ruler notebook lunchbox crayon eraser paintbrush book page board
school: school teacher pupil classroom lesson contest
school subject: @SUBJECTS
reading and writing: book letter page story poem word notebook list map
plant: tree flower grass leaf branch root seed bush oak pine willow birch maple fir beech tulip daisy lily
    rose bluebell sunflower fern moss ivy clover weed straw hay
tree: tree oak pine willow birch maple fir beech branch
flower: flower tulip daisy lily rose bluebell sunflower
water place: sea river lake pond stream waterfall pool beach shore harbour wave
ship or boat: boat ship ferry sail oar mast deck net crew
vehicle on land: train cart bus bicycle wagon carriage tram sledge
land: hill mountain valley field meadow forest wood island cave rock
building: house castle school mill barn tower church library museum palace lighthouse shop bakery station
    stable workshop hut windmill
way: road path street lane bridge way corner
settlement: village town market city square
game: hide-and-seek marble tag chess football card hopscotch game
money: money coin gold
gift: present gift prize reward
sound: sound noise voice echo bell music song tune
feast: birthday feast party holiday
"""
WORDS = """
colour: @COLOURS
size: little big small large tiny huge tall short great
material: golden silver wooden glass copper paper brass woollen
character: @NATURE @ELDER_NATURE good
feeling: good: @FEEL_GOOD
feeling: bad: sad lonely worried afraid tired upset unhappy nervous sorry bored ashamed
hunger, thirst or tiredness: hungry thirsty tired sleepy
age: old young older younger oldest youngest new
weather: wet: rain rainy rained raining rains hail storm stormy
weather: snow and frost: snow snowy snowed frost frosty icy frozen
weather: wind: wind windy breeze storm stormy
weather: fog: fog foggy mist misty
weather: sun: sun sunny sunshine
temperature: hot warm cold cool mild icy warmer
day of the week: @DAYS Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays
month: @MONTHS
weekend: Saturday Sunday Saturdays Sundays
negation: not no never nobody nothing cannot don't neither nor without
universal: all every everything everyone everybody always everywhere each
indefinite: some something somebody someone somewhere any anything anyone
question word: what who where when why how which whose
quantity: more most less much many few enough
adverb of manner: quickly slowly softly loudly gently carefully quietly happily sadly kindly bravely proudly
    politely patiently cheerfully calmly warmly gladly badly well
adverb of time: now then soon today tomorrow yesterday again always never often sometimes once later still
    already yet ago early late
adverb of place: here there home away back outside inside everywhere somewhere far
order: first next last then after before second third
direction: up down left right back away north south east west
place preposition: in on at under over near behind beside between into onto through across along around
    above below among beyond against
coordinating conjunction: and but or nor
subordinating conjunction: because while when if although until since though
article: a an the
indefinite article: a an
possessive determiner: my your his her its our their
demonstrative: this that these those
modal verb: can could will would must should shall may might cannot
greeting: hello welcome goodbye greetings
exclaimed: oh bump hello yes halt
intensifier: very so too quite much really
comparative: bigger smaller higher louder better faster taller wiser warmer harder younger slower braver
    stronger quieter happier longer older
superlative: best worst fastest hardest smallest youngest oldest biggest strongest quietest bravest slowest
    happiest tallest
right and wrong: right wrong true correct mistake
"""


def _read(block, plurals):
    found = {}
    for line in re.sub(r"\n +", " ", block).strip().split("\n"):
        name, _, listed = line.rpartition(": ")
        words = []
        for item in listed.split():
            words += getattr(w, item[1:]) if item[0] == "@" else [item]
        found[name] = words + [w.plural(word) for word in words if plurals]
    return found


CLASSES = {**_read(NOUNS, True), **_read(WORDS, False)}
