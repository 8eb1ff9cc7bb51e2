"""Invented sentences of the offline demo: no AI, but so varied that a thousand of them hardly resemble each other."""

import random
import re

LABEL = "[offline demo, no AI] "

_TOPIC = re.compile(r"[^\W\d_]{4,}")
_COMMON = re.compile(
    r"about|again|also|answer|been|before|being|both|clearly|column|could|different|does|each|either|else|exactly|from"
    r"|generate|give|have|here|into|just|like|make|many|more|most|must|never|only|other|others|over|please|reply|same"
    r"|should|some|such|than|that|their|them|then|there|these|they|this|those|text|through|under|very|what|when|where"
    r"|which|while|will|with|would|write|your"
)
_SLOT = re.compile(r"\{(\w+)\}")

_BANKS: dict[str, tuple[str, ...]] = {
    "who": (
        "a neighbour", "my sister", "the driver", "an old colleague", "the whole team", "a friend from Porto",
        "the clerk", "our guest", "the night nurse", "a student", "the gardener", "two tourists", "the landlord",
        "a quiet man", "the choir", "an apprentice", "my grandfather", "the referee", "a pilot", "the librarian",
    ),
    "when": (
        "on a wet Tuesday", "just before noon", "after three weeks", "late in autumn", "during the holidays",
        "last spring", "at half past six", "within an hour", "on the second day", "between two meetings",
        "early on Sunday", "years ago", "right after lunch", "shortly before closing",
        "in the middle of the night", "once the snow had gone",
    ),
    "thing": (
        "the parcel", "a blue kettle", "the old bicycle", "the invoice", "a pair of boots", "the map",
        "the recipe", "a borrowed drill", "the ticket", "the lamp", "a jar of honey", "the second chapter",
        "the window", "a spare key", "the camera", "the timetable", "the garden gate", "a wool blanket",
        "the battery", "the contract", "a paper crane",
    ),
    "quality": (
        "sturdy", "rather loud", "cheaper than expected", "oddly familiar", "well packed", "slow to start",
        "bright", "hard to explain", "slightly bent", "worth the wait", "too small", "surprisingly light", "plain",
        "generous", "out of date", "easy to clean", "half empty", "better in person", "delicate", "overpriced",
        "quite ordinary",
    ),
    "did": (
        "asked for", "repaired", "forgot", "kept", "photographed", "returned", "praised", "misread", "painted",
        "traded", "measured", "found", "sold", "wrapped", "complained about", "laughed at", "counted on",
        "replaced", "described",
    ),
    "place": (
        "in the kitchen", "at the station", "behind the school", "by the lake", "in a small workshop",
        "at the counter", "on the third floor", "near the market", "in the waiting room", "under the bridge",
        "at the border", "on the ferry", "in the back office", "next to the bakery", "at the end of the street",
        "in the garage",
    ),
    "because": (
        "nobody had read the manual", "the price had changed", "it simply worked", "the weather turned",
        "time was short", "the colour was wrong", "someone had been kind", "the label was missing",
        "it was the last one", "rules are rules", "the first try had failed", "it reminded everyone of summer",
        "the queue was long", "it fitted at once",
    ),
    "number": (
        "two", "three", "four", "five", "seven", "nine", "eleven", "a dozen", "twenty", "forty", "sixty", "ninety",
    ),
}  # fmt: skip
_OPENINGS = (
    "{When}, {who} {did} {thing}.", "{Thing} turned out to be {quality}.", "I first saw {thing} {place}.",
    "Nobody {place} had expected {thing}.", "It took {number} attempts until {thing} was {quality}.",
    "{Who} {did} {thing} {when}.", "There were {number} of us {place}.", "What stayed with me was {thing}.",
    "{When} the talk was of {topic}.", "For {who}, {topic} had always been {quality}.",
    "{Place}, {thing} looked {quality}.", "Honestly, {thing} is {quality}.",
    "{Number} days with {thing}, and it is still {quality}.", "Ask {who} about {topic} and the answer is {thing}.",
    "The trouble with {topic} began {when}.", "{Who} called {thing} {quality}.",
)  # fmt: skip
_MIDDLES = (
    "{Who} {did} it {when}, because {because}.", "Then {who} {did} {thing} {place}.",
    "It was {quality}, but not {quality}.", "Of {number} people asked, only {who} {did} {thing}.",
    "That is how {topic} goes when {because}.", "{Place} it felt {quality}, since {because}.",
    "The reason is short: {because}.", "Even {thing} seemed {quality} {when}.",
    "We {did} {thing} and {thing}, {number} in all.", "In the end {because}.", "{When} it was {quality} again.",
    "{Who} and {who} {did} {thing} together.", "Some say {because}; others {did} {thing}.",
    "About {topic} there is little to add.", "Compared with {thing} it is {quality}.",
    "{Number} times it was {quality}, once it was not.",
)  # fmt: skip
_ENDINGS = (
    "I would do it again.", "{Who} still talks about it.", "So much for {topic}.", "{Thing} stays {place}.",
    "Next time {who} decides.", "That was {quality} enough.", "Perhaps {when} it will be different.",
    "We left {place}, and {because}.", "{Number} out of ten for {topic}.", "All because {because}.",
    "The rest is {quality}.", "And {thing}? Still {quality}.", "Tell {who} before it is {quality}.",
    "By then {who} had {did} {thing}.", "Nothing about it was {quality}.", "It ended {place}, {when}.",
)  # fmt: skip


def topics_of(prompt: str) -> tuple[str, ...]:
    """The prompt's own longer words, which the invented sentences pick up."""
    words = (word.lower() for word in _TOPIC.findall(prompt[:4000]))
    return tuple(dict.fromkeys(word for word in words if not _COMMON.fullmatch(word)))[:40] or ("this",)


def sentences(chance: random.Random, topics: tuple[str, ...], middles: int | None = None) -> str:
    """A few invented sentences without a label."""
    count = chance.choice((1, 1, 2, 2, 3)) if middles is None else middles
    chosen = [chance.choice(_OPENINGS), *chance.sample(_MIDDLES, count), chance.choice(_ENDINGS)]
    return " ".join(_filled(sentence, chance, topics) for sentence in chosen)


def phrase(chance: random.Random, topics: tuple[str, ...]) -> str:
    """Two or three words: an item of a list, a heading."""
    return f"{chance.choice(topics)}, {chance.choice(_BANKS['quality'])}"


def _filled(sentence: str, chance: random.Random, topics: tuple[str, ...]) -> str:
    def word(slot: re.Match[str]) -> str:
        name = slot[1]
        found = chance.choice(topics) if name == "topic" else chance.choice(_BANKS[name.lower()])
        return found[0].upper() + found[1:] if name[0].isupper() else found

    return _SLOT.sub(word, sentence)
