"""Where the example texts begin: openings of our own, of many kinds, that the model goes on from."""

import itertools
import random

SUBJECTS = {
    "place": ["the river that runs through the old town", "a small island in the north", "the highest mountain of the range",
              "the capital of a country without a coast", "a village in southern France", "the desert",
              "the harbour of Hamburg", "the city of Kyoto", "the Amazon rainforest", "Lake Victoria", "Iceland", "Peru"],
    "history": ["the Roman Empire", "the French Revolution", "the First World War", "the Silk Road", "the Industrial Revolution",
                "the fall of Constantinople", "medieval trade in the Baltic Sea", "ancient Egypt", "the Ming dynasty",
                "a treaty signed in 1648", "the history of printing", "the Gold Rush"],
    "science": ["photosynthesis", "the structure of DNA", "black holes", "plate tectonics", "enzymes", "the periodic table",
                "electric current", "the speed of light", "vaccines", "the human heart", "volcanoes", "antibiotics",
                "evolution", "neurons in the brain", "the water cycle", "bacteria that live in the soil"],
    "animal": ["the red fox", "a species of beetle", "blue whales", "honey bees", "penguins", "the domestic cat",
               "a frog found in Brazil", "migratory birds", "the oak tree", "orchids"],
    "arts": ["a string quartet in D minor", "an album by a rock band", "a black and white film", "impressionist painting",
             "a novel about two sisters", "the history of jazz", "a television series for children", "Gothic churches",
             "an opera in three acts", "a poet of the nineteenth century", "a video game released in 1998"],
    "sport": ["the final of the football cup", "a tennis player from Spain", "the Olympic Games", "a cricket match",
              "the rules of basketball", "a cyclist who won the race", "a baseball season", "swimming"],
    "society": ["the supreme court", "elections in a parliamentary system", "the price of oil", "public schools",
                "a railway company", "unemployment", "human rights", "the stock market", "a trade union",
                "taxes on imported goods", "the army", "the police", "a bishop of the church", "Buddhism", "Islam"],
    "technology": ["the steam engine", "computer networks", "a programming language", "solar panels", "bridges",
                   "an operating system", "the telephone", "electric cars", "machine learning", "submarines", "databases"],
    "numbers": ["prime numbers", "the Pythagorean theorem", "probability", "the number pi", "linear equations",
                "a set of integers", "the area of a circle"],
    "life": ["bread", "coffee", "how to grow tomatoes", "sleep", "wedding customs", "a recipe for soup", "wine",
             "headaches", "learning a language", "friendship", "fear of the dark"],
}
ARTICLES = ["{Subject} is", "{Subject} was first described in", "The history of {subject} begins", "In the study of {subject},",
            "According to the 2011 census,", "{Subject}\n\n", "Although {subject}", "Many people believe that {subject}",
            "The most important thing about {subject} is", "Scholars disagree about {subject}."]
PEOPLE = ["born in 1887 in Vienna, was a", "(born 12 March 1961) is an American", "was a British", "is a former professional",
          "served as governor from 1903 to 1911 and", "studied medicine in Paris before", "won the prize in 1974 for"]
NAMES = ["Anna Lindqvist", "James Carter", "Maria Gonzalez", "Wei Zhang", "Robert Hughes", "Fatima al-Rashid",
         "Ivan Petrov", "Charles Dubois", "Kenji Tanaka", "Emma Brown", "Giuseppe Moretti", "Thomas Müller"]
TEXTBOOK = ["Chapter 3: {Subject}\n\nIn this chapter we", "By the end of this section, you will be able to explain {subject}.",
            "Example 1. Consider {subject}.", "Definition. Let", "The following table compares", "Summary\n\n-",
            "There are three reasons why {subject}. First,", "To understand {subject}, imagine"]
FACTS = ["Geography\nLocation: ", "Population: 4,", "Economy - overview: The country", "Area:\ntotal: 1", "Climate: ",
         "Government type: ", "Languages: ", "GDP: $", "Natural resources: "]
NEWS = ["The government said on Tuesday that", "Police are searching for", "Heavy rain has caused", "Researchers at the university have",
        "Shares of the company fell by", "The prime minister has", "A fire broke out", "The team beat", "Farmers say the drought",
        "A spokesman for the hospital said", "The president announced"]
REVIEWS = ["This film is", "I had high hopes for this movie, but", "The plot of the film", "The actors", "Plot: a young couple",
           "I bought this lamp two weeks ago and", "The book begins slowly, but", "One of the worst films", "The director of this comedy"]
SPEECHES = ["My fellow citizens,", "We gather today to", "Our nation has", "Ladies and gentlemen,", "I ask every one of you to",
            "Four years ago I stood"]
TALK = ["lol that is", "A: Where were you last night?\nB:", "hey does anyone know how", "Man: I can't believe it.\nWoman:",
        "User: my printer is broken\nAdmin:", "i think you should", "JOHN: What are you doing here?\nSARAH:", "btw, did you see",
        "Guy: So what do you do?\nGirl:", "- Hello?\n- Hi, it's me.\n-", "omg", "Interviewer: How did you begin?\n\nGuest:"]
STORIES = ["Once upon a time, there was {hero} who", "{Hero} opened the door and", '"Who is there?" asked {hero}.', "It was raining when {hero}",
           "The ship had been at sea for", "Nobody in the village believed {hero}", "She looked at the letter again.",
           "The old man sat by the fire and", "That morning, {hero} woke up", "Deep in the forest,", '"I will not go," she said.',
           "The detective lit a cigarette and", "On the third day, the king", "When the spaceship landed,", "He ran as fast as he could",
           "My grandmother always told me", "The dragon", "At midnight the clock", "{Hero} was hungry."]
HEROES = ["a little girl named Lily", "a brave knight", "an old fisherman", "a young wolf", "a tired teacher", "the princess",
          "a boy called Sam", "two brothers", "a clever mouse", "Captain Reed", "Dr. Moore", "a robot"]
LETTERS = ["Dear Sir or Madam,\n\nI am writing to", "Dear Anna,\n\nThank you for", "To whom it may concern:", "Hi team,\n\nJust a quick",
           "Dear Mum,", "Subject: Meeting on Friday\n\nHello", "Dear Editor,"]
LISTS = ["Shopping list:\n- milk\n-", "Ingredients:\n\n* 2 cups", "1. Open the box.\n2.", "Things to do today:\n1.", "Table of contents\n\n1. Introduction\n2.",
         "Steps:\n\n1. First,", "Pros:\n-", "| Name | Age | City |\n|---|---|---|\n|", "Monday: \nTuesday:", "Q: What is the capital of Italy?\nA: Rome\nQ:",
         "Colours: red, green,", "# Notes\n\n##", "Countries in Europe: France, Germany,", "References\n\n1. "]
PYTHON = ["def {name}({a}, {b}):\n    ", "import numpy as np\n\n", "class {Name}:\n    def __init__(self", "for i in range(10):\n    ",
          "if __name__ == '__main__':\n    ", "# Read the file\nwith open(", "def test_{name}():\n    assert", "try:\n    ",
          "from collections import", "\"\"\"A module for {name}.\"\"\"\n\nimport", "def {name}(self, *args, **kwargs):\n    \"\"\"Return",
          "x = [1, 2, 3]\n"]
OTHER_CODE = {
    "js": ["function {name}({a}, {b}) {{\n  ", "const {name} = require('", "var {a} = document.getElementById(", "export default class {Name} extends",
           "// {Name}\nmodule.exports = {{", "import {{ {Name} }} from '", "if (typeof {a} === 'undefined') {{", "describe('{name}', () => {{\n  it('"],
    "ts": ["export interface {Name} {{\n  ", "export function {name}({a}: string, {b}: number): ", "private readonly {a}: Map<string,"],
    "c": ["#include <stdio.h>\n\nint main(", "static int {name}(struct {Name} *{a}, int {b})\n{{\n", "#ifndef {NAME}_H\n#define", "typedef struct {{\n"],
    "css": [".{name} {{\n  display:", "body {{\n  margin: 0;\n", "@media (max-width: 600px) {{\n"],
    "json": ["{{\n  \"name\": \"{name}\",\n  \"version\":", "[\n  {{\"id\": 1, \"{a}\":", "{{\"type\": \"object\", \"properties\": {{"],
    "md": ["# {Name}\n\nA small library for", "## Installation\n\n```bash\n", "### Usage\n\n```python\n", "[![Build Status]("],
    "sh": ["#!/bin/bash\nset -e\n\n", "for f in *.txt; do\n  ", "echo \"Usage: $0", "sudo apt-get"],
    "html": ["<!DOCTYPE html>\n<html>\n<head>\n", "<div class=\"{name}\">\n  <", "<table>\n  <tr>"],
    "sql": ["SELECT {a}, {b} FROM {name} WHERE", "CREATE TABLE {name} (\n  id INTEGER PRIMARY KEY,\n"],
}
WORDS = ["parse", "total", "user", "buffer", "render", "matrix", "queue", "token", "button", "request", "config", "index",
         "cache", "price", "node", "color", "path", "merge", "score", "event"]
LANGUAGES = {
    "French": ["Il était une fois", "La ville de Lyon est", "Bonjour, je m'appelle", "Le chat", "Tout le monde a le droit", "Nous avons"],
    "German": ["Es war einmal", "Die Stadt Berlin ist", "Guten Tag, ich heiße", "Der Hund", "Jeder Mensch hat das Recht", "Wir haben"],
    "Spanish": ["Había una vez", "La ciudad de Madrid es", "Hola, me llamo", "El perro", "Toda persona tiene derecho", "Nosotros"],
    "Italian": ["C'era una volta", "La città di Roma è", "Buongiorno, mi chiamo", "Ogni persona ha"],
    "Portuguese": ["Era uma vez", "A cidade de Lisboa é", "Olá, meu nome é", "Todos os seres"],
    "Latin": ["In principio", "Gallia est", "Et dixit"],
    "Dutch": ["Er was eens", "De stad Amsterdam", "Een ieder heeft"],
    "Swedish": ["Det var en gång", "Staden", "Var och en har"],
    "Finnish": ["Olipa kerran", "Jokaisella on", "Helsinki on"],
    "Russian": ["Жил-был", "Москва —", "Каждый человек"],
    "Greek": ["Μια φορά", "Η Αθήνα"],
    "Chinese": ["从前有", "人人生而"],
    "Japanese": ["昔々、", "東京は"],
    "Arabic": ["كان يا ما", "لكل شخص"],
}
QUESTIONS = ["What is {subject}?", "Tell me a short story about {hero}.", "Explain {subject} to a child.", "Write a poem about {subject}.",
             "How can I learn more about {subject}?", "Write a Python function named {name}.", "Give me three facts about {subject}.",
             "What is the difference between {subject} and {other}?", "Write an email to my boss about {subject}.",
             "I feel sad today. What should I do?", "Translate 'good morning' into French.", "What is 17 plus 25?",
             "Summarize {subject} in two sentences.", "Make a list of five things about {subject}.", "Is {subject} dangerous?",
             "Who invented {subject}?", "Please fix this sentence: 'He go to school yesterday.'", "Hello!"]


def upper(text):
    return text[0].upper() + text[1:]


def filled(template, rng):
    subject, other = (rng.choice(rng.choice(list(SUBJECTS.values()))) for _ in range(2))
    hero, (name, a, b) = rng.choice(HEROES), rng.sample(WORDS, 3)
    return template.format(subject=subject, Subject=upper(subject), other=other, hero=hero, Hero=upper(hero), name=name,
                           Name=upper(name), NAME=name.upper(), a=a, b=b)


#: How many texts of each kind for each one of the smallest.
SHARES = {"article": 30, "code": 16, "story": 14, "chat": 14, "languages": 8, "talk": 8, "list": 7, "textbook": 6, "news": 5,
          "review": 5, "letter": 4, "facts": 4, "speech": 3}
PLAIN = {"story": STORIES, "talk": TALK, "list": LISTS, "textbook": TEXTBOOK, "news": NEWS, "review": REVIEWS, "letter": LETTERS,
         "facts": FACTS, "speech": SPEECHES, "chat": QUESTIONS}


def opening(kind, rng):
    """(what it is besides its kind, or None; text)"""
    if kind == "languages":
        language = rng.choice(list(LANGUAGES))
        return language, rng.choice(LANGUAGES[language])
    if kind == "code":
        language = rng.choice(["py"] * 6 + list(OTHER_CODE))
        return language, filled(rng.choice(PYTHON if language == "py" else OTHER_CODE[language]), rng)
    if kind == "article":
        if rng.random() < 0.25:
            return None, f"{rng.choice(NAMES)} {rng.choice(PEOPLE)}"
        topic = rng.choice(list(SUBJECTS))
        subject = rng.choice(SUBJECTS[topic])
        return topic, rng.choice(ARTICLES).format(subject=subject, Subject=upper(subject))
    return None, filled(rng.choice(PLAIN[kind]), rng)


def openings(count, seed):
    """`count` of (kind, what it is besides, text), kinds in turn by their shares."""
    rng = random.Random(seed)
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    rng.shuffle(kinds)
    return [(kind, *opening(kind, rng)) for kind in itertools.islice(itertools.cycle(kinds), count)]
