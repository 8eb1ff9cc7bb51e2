"""Proposals without any model, for the offline demo: the nearest built-in template, and columns by keyword."""

import re
from collections.abc import Sequence

from engine.columns import ColumnType, Output
from engine.schema.columns import Schema
from engine.schema.templates import Template, templates

LABEL = "Offline demo, no AI: your words were only used to pick a template. The nearest"
_KEYWORDS = {
    "product_reviews": "review rating stars product shop opinion bewertung rezension produkt avis resena",
    "support_tickets": "support ticket helpdesk complaint customer service bug kundendienst beschwerde anfrage",
    "interview_qa": "interview qualitative participant transcript conversation study befragte gespraech entretien",
    "survey_answers": "survey questionnaire poll respondent likert scale umfrage fragebogen encuesta sondage feedback",
    "text_classification": "classification classifier label labelled intent category spam message klassifikation",
    "instruction_response": "instruction response assistant fine-tuning finetuning chat prompt alpaca dialogue",
    "code_snippets": "code programming python javascript function snippet software test exercise programm",
    "job_postings": "job posting vacancy career recruiting hiring salary stelle stellenanzeige bewerbung emploi empleo",
    "news_summaries": "news article headline summary newspaper press journalism nachrichten zeitung artikel",
    "reading_comprehension": "reading comprehension passage question answer quiz exam language learning text frage",
    "customers_and_orders": "customer order sale invoice shop basket crm address employee kunde bestellung client",
    "sensor_readings": "sensor machine measurement temperature iot telemetry time series messwert log weather",
}
_IN_TITLE = 5  # what a template is called says most
_COLUMNS: tuple[tuple[str, Output], ...] = (
    (
        r"sentiment|tone|mood|stimmung|positiv|negativ",
        Output(
            name="sentiment",
            type=ColumnType.CATEGORY,
            values=("positive", "neutral", "negative"),
            description="The attitude that the text expresses.",
        ),
    ),
    (
        r"scor|rate|rating|1 to 5|1-5|bewert|how (good|urgent|clear)",
        Output(name="score", type=ColumnType.INTEGER, minimum=1, maximum=5, description="1 is lowest, 5 is highest."),
    ),
    (
        r"urgen|priorit|dringend",
        Output(
            name="urgency",
            type=ColumnType.CATEGORY,
            values=("low", "normal", "high"),
            description="How soon someone has to act.",
        ),
    ),
    (
        r"classif|categor|label|group|sort into|kategor|klassifi",
        Output(name="category", type=ColumnType.TEXT, description="The category that fits best, in one or two words."),
    ),
    (
        r"summar|shorten|one sentence|zusammenfass|resum",
        Output(name="summary", type=ColumnType.TEXT, description="The gist in one sentence."),
    ),
    (
        r"translat|ubersetz|übersetz|tradu",
        Output(name="translation", type=ColumnType.TEXT, description="The text, translated."),
    ),
    (
        r"keyword|theme|topic|tag|themen|codes?\b|motif",
        Output(
            name="themes",
            type=ColumnType.LIST,
            items=ColumnType.TEXT,
            description="The themes, each in one to three words.",
        ),
    ),
    (r"\bwhen\b|dates?\b|datum", Output(name="date", type=ColumnType.DATE, description="The date that is named.")),
    (
        r"whether|yes or no|\bis it\b|\bdoes\b|contains|ja oder nein|\bob\b",
        Output(name="applies", type=ColumnType.BOOLEAN, description="Whether it is so."),
    ),
    (r"language|sprache|langue", Output(name="language", type=ColumnType.TEXT, description="The text's language.")),
    (
        r"reply|respond|draft|answer to|antwort",
        Output(name="reply", type=ColumnType.TEXT, description="A reply to the text."),
    ),
)


def offline_proposal(description: str) -> Schema:
    """The built-in template whose words are nearest to a description; its `describe` says what it is."""
    words = re.findall(r"\w+", description.casefold())
    best = max(templates(), key=lambda template: _score(template, words))
    return best.schema.model_copy(update={"describe": f"{LABEL} is “{best.title}”."})


def _score(template: Template, words: Sequence[str]) -> int:
    named = _KEYWORDS[template.id].split()
    about = re.findall(r"\w{4,}", f"{template.title} {template.about}".casefold())
    title = re.findall(r"\w{4,}", template.title.casefold())
    return _IN_TITLE * _hits(words, title) + 3 * _hits(words, named) + _hits(words, about)


def _hits(words: Sequence[str], others: Sequence[str]) -> int:
    return sum(any(_alike(word, other) for other in others) for word in set(words))


def _alike(word: str, other: str) -> bool:
    """Whether they are the same but for an ending."""
    short, long = sorted((word, other), key=len)
    return short == long or (len(short) > 3 and long.startswith(short) and len(long) - len(short) <= 3)


def offline_outputs(instructions: str) -> tuple[Output, ...]:
    """Columns by the keywords in what a person wants done; one text column where none is known."""
    text = instructions.casefold()
    found = tuple(output for pattern, output in _COLUMNS if re.search(pattern, text))
    return found or (Output(name="answer", type=ColumnType.TEXT, description="The answer to the instructions."),)
