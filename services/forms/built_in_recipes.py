"""The recipes that come with Handai: what they ask, what they tell the model, which columns they fill."""

from engine.columns import ColumnType, Output
from services.forms.recipes import COLUMN, Kind, Question, Recipe

_WHICH = Question(id=COLUMN, label="Which column holds the text?", kind=Kind.COLUMN)
_ONLY = "Go by what the text says, not by what you know or guess."

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        id="classify",
        title="Classify",
        about="Put every text into one of your categories.",
        questions=(
            _WHICH,
            Question(
                id="categories",
                label="Which categories? One a line",
                kind=Kind.LINES,
                example="positive\nnegative\nmixed",
            ),
        ),
        instructions="Read the text in “<column>” and decide which category fits it best.\n"
        f"{_ONLY} If several fit, take the one that most of the text is about.",
        outputs=(
            Output(name="category", type=ColumnType.CATEGORY, description="The category that fits best"),
            Output(name="reason", type=ColumnType.TEXT, description="Why, in at most fifteen words"),
        ),
        values="categories",
        sample="product_reviews",
        answers={COLUMN: "review"},
    ),
    Recipe(
        id="extract",
        title="Extract fields",
        about="Pick facts out of a text, each into a column of its own.",
        questions=(
            _WHICH,
            Question(
                id="fields",
                label="Which fields? One a line; a type may follow a colon",
                kind=Kind.LINES,
                example="product\nproblem\nrequested action\nurgent:boolean",
                hint="Types: text, integer, number, boolean, date, category(a,b), list.",
            ),
        ),
        instructions="Find these facts in the text in “<column>”.\n"
        "Take them over as they are written there. Leave a field empty if the text doesn't say it; never guess.",
        columns="fields",
        sample="support_tickets",
        answers={COLUMN: "message"},
    ),
    Recipe(
        id="translate",
        title="Translate",
        about="Put a column into another language, and note the original one.",
        questions=(_WHICH, Question(id="language", label="Into which language?", example="English")),
        instructions="Translate the text in “<column>” into <language>.\n"
        "Keep its meaning, tone, names, numbers and line breaks. Add and explain nothing. "
        "A text that is in <language> already stays as it is.",
        outputs=(
            Output(name="translation", type=ColumnType.TEXT, description="The text in <language>"),
            Output(name="original_language", type=ColumnType.TEXT, description="The language it was written in"),
        ),
        sample="product_reviews",
        answers={COLUMN: "review"},
    ),
    Recipe(
        id="summarise",
        title="Summarise",
        about="Say in short what a long text says.",
        questions=(
            _WHICH,
            Question(
                id="length",
                label="How long?",
                kind=Kind.CHOICE,
                example="one sentence",
                choices=("five words or fewer", "one sentence", "two or three sentences", "three short bullet points"),
            ),
        ),
        instructions="Summarise the text in “<column>” in <length>.\n"
        f"Begin with what matters most. {_ONLY} Write in the language of the text.",
        outputs=(Output(name="summary", type=ColumnType.TEXT, description="The summary, in <length>"),),
        sample="interview_answers",
        answers={COLUMN: "answer"},
    ),
    Recipe(
        id="code",
        title="Code interviews",
        about="Give open answers the codes of your codebook, each with a quotation.",
        questions=(
            _WHICH,
            Question(
                id="codebook",
                label="Paste your codebook: one code a line, with its meaning after a colon",
                kind=Kind.LINES,
                example="company: meeting or being among people\nquiet: a calm place to read or work\n"
                "learning: courses, study, help with homework\naccess: cost, opening hours, distance\n"
                "change: wishes for something to be different",
            ),
        ),
        instructions="Code the answer in “<column>” with this codebook.\n\n<codebook>\n\n"
        "Give every code whose meaning the answer clearly expresses, and no other; none if none applies. "
        "Quote the words that show it exactly as they stand.",
        outputs=(
            Output(
                name="codes",
                type=ColumnType.LIST,
                items=ColumnType.CATEGORY,
                description="Every code that applies; an empty list if none does",
            ),
            Output(
                name="quotation",
                type=ColumnType.TEXT,
                required=False,
                description="The words of the answer that show it best, verbatim",
            ),
        ),
        values="codebook",
        coded=True,
        sample="interview_answers",
        answers={COLUMN: "answer"},
    ),
    Recipe(
        id="clean",
        title="Clean values",
        about="Bring values that were typed by hand into one form.",
        questions=(
            Question(id=COLUMN, label="Which column is to be cleaned?", kind=Kind.COLUMN),
            Question(
                id="form",
                label="What should a clean value look like?",
                kind=Kind.LINES,
                example="Correct spelling, no double spaces, first letter a capital, no quotation marks around it",
            ),
        ),
        instructions="Clean the value in “<column>”. A clean value looks like this:\n<form>\n\n"
        "Change only its form, never what it says. A value that is clean already stays as it is. "
        "Leave the column empty if the value can't be understood.",
        outputs=(
            Output(
                name="<column> (clean)", type=ColumnType.TEXT, required=False, description="The value in its clean form"
            ),
            Output(name="changed", type=ColumnType.BOOLEAN, description="Whether the value had to be changed"),
        ),
        sample="support_tickets",
        answers={COLUMN: "subject"},
    ),
    Recipe(
        id="match",
        title="Match to a list",
        about="Find the entry of your list that each value means.",
        questions=(
            Question(id=COLUMN, label="Which column is to be matched?", kind=Kind.COLUMN),
            Question(
                id="list",
                label="Paste your list, one entry a line",
                kind=Kind.LINES,
                example="Kitchen\nSound\nBags\nClothes and shoes\nLighting\nOffice",
            ),
        ),
        instructions="Which entry of the list does the value in “<column>” mean?\n"
        "Allow for other spellings, abbreviations and languages. Answer “no match” rather than take an entry that "
        "only sounds alike.",
        outputs=(
            Output(name="match", type=ColumnType.CATEGORY, description="The entry that is meant, or “no match”"),
            Output(
                name="certainty",
                type=ColumnType.CATEGORY,
                values=("sure", "likely", "unsure"),
                description="How sure the match is",
            ),
        ),
        values="list",
        also=("no match",),
        sample="product_reviews",
        answers={COLUMN: "product"},
    ),
)
