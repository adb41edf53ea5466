"""The truth about every place of a story, and from it the binary concepts that a feature may stand for.

`truth(story)` gives (start, end, tag, value) by character offsets; `concepts(story)` gives
{"tag: value": [(start, end), ...]}. What cannot be told for certain carries no tag.
"""
from . import truth_frequent, truth_marks, truth_next, truth_verbs, truth_words
from .reading import CODE, Reading

TOPICS = {
    "sea": "storm_boat lighthouse tide_pool far_island", "forest": "mushrooms hollow_oak lost_child",
    "school": "school_first spelling school_play", "kings": "bored_king king_question heavy_crown",
    "night": "afraid_dark bedtime moon_lake",
    "searching": "lost_thing golden_find map_treasure tidy wrong_shoes",
    "journey": "quest ferry letter_carrier lost_child far_island",
    "work": "clock two_friends market_day bored_king",
    "garden": "seed year stuck_gate", "fable": "fable_two fable_proud slow_race sharing moon_lake",
    "weather": "snow_tracks rain_stop storm_boat",
    "friends": "sick_friend new_neighbour birthday two_friends",
    "everyday": "day_short day_chat day_long present_morning", "memory": "i_story i_dog",
    "music": "loud_bird echo",
    "food": "magic_pot sharing fable_two market_day", "numbers": "sums counting flock",
    "calendar": "calendar week year diary", "years": "years chronicle logbook",
    "grammar": "agreement tenses plurals opposites comparing", "code": "code docstring nested",
    "lists": "shopping packing",
    "gifts": "gifts golden_find market_day", "animals": "i_dog wish_fly knowledge"}
TOPICS_OF = {}
for _topic, _kinds in TOPICS.items():
    for _kind in _kinds.split():
        TOPICS_OF.setdefault(_kind, []).append(_topic)
MAKERS = (truth_marks.MAKERS + truth_words.MAKERS + truth_frequent.MAKERS + truth_verbs.MAKERS
          + truth_next.MAKERS)
# Tags whose values are too many to be concepts one by one.
MANY_VALUES = {"next name", "century", "day index", "month index"}


def whole(read):
    """What is true of a whole text: its kind, its topics, its language."""
    whole_text = (0, len(read.text))
    sort, name = read.story.kind.split(":")
    yield (*whole_text, "text", "tale" if sort == "tale" else name)
    for topic in TOPICS_OF.get(name, ()):
        yield (*whole_text, "topic", topic)
    language = "code" if read.story.kind in CODE else "French"
    at = 0
    for start, end in read.foreign:
        if start > at:
            yield at, start, "language", "English"
        yield start, end, "language", language
        at = end
    if at < len(read.text):
        yield at, len(read.text), "language", "English"


def truth(story):
    """(start, end, tag, value) of everything that is known about the text."""
    read = Reading(story)
    found = {span for make in (whole, *MAKERS) for span in make(read)}
    return sorted(found, key=lambda span: (*span[:3], str(span[3])))


def concepts(story):
    """{concept: [(start, end), ...]} of the binary concepts that occur in this story."""
    found = {}
    for start, end, tag, value in truth(story):
        if tag in MANY_VALUES:
            continue
        names = [f"{tag}: {value}"]
        if tag == "bracket depth":
            names = [f"bracket depth >= {depth}" for depth in range(1, min(value, 3) + 1)]
        for name in names:
            spans = found.setdefault(name, [])
            if (start, end) not in spans[-4:]:
                spans.append((start, end))
    return found
