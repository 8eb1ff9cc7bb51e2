"""Free text of a sample as a column that a model writes: its length and language are learned, its words are not."""

import statistics
from collections import Counter
from collections.abc import Sequence

from engine.columns import ColumnType
from engine.schema.columns import CategoryColumn, ModelColumn, NormalColumn, SchemaColumn
from engine.schema.learn_cells import Cells
from engine.schema.learn_columns import Sample
from engine.schema.learn_fits import bounds, common
from engine.schema.learn_language import WITHOUT_SPACES, language_of

_FEW_WORDS = 4
_MOST_READ = 2000  # texts
_MAIN = 0.9  # of the texts in one language: the others are taken for mistakes


def text_column(name: str, cells: Cells, context: Sequence[str], sample: Sample) -> tuple[SchemaColumn, ...]:
    """A model column, and hidden ones that draw each text's length, and its language if there are several."""
    main = language_of(cells.texts) or sample.language
    languages = _languages(cells, sample)
    unit = "characters" if main in WITHOUT_SPACES else "words"
    helpers = [column for column in (languages, _length(cells, unit, sample)) if column is not None]
    said = f"{{{{ {languages.name} }}}}" if languages else main
    length = next(
        (f"about {{{{ {column.name} }}}} {unit}" for column in helpers if column is not languages), "a few words"
    )
    return (*helpers, _column(name, length, said, context))


def _languages(cells: Cells, sample: Sample) -> CategoryColumn | None:
    """A hidden column that draws the language; None where nearly all texts are in one."""
    told = [language for text in cells.texts[:_MOST_READ] if (language := language_of([text])) is not None]
    counts = {language: count for language, count in Counter(told).most_common() if count >= sample.threshold}
    if len(counts) < 2 or max(counts.values()) >= _MAIN * sum(counts.values()):
        return None
    shares = {language: round(count / sum(counts.values()), 3) for language, count in counts.items()}
    drawn = sample.helper(cells.name, "language")
    return CategoryColumn(name=drawn, sampler="category", values=shares, export=False)


def _length(cells: Cells, unit: str, sample: Sample) -> NormalColumn | None:
    """A hidden column that draws how long a text is; None where all have a few words."""
    counted = sorted(float(len(text) if unit == "characters" else len(text.split())) for text in cells.texts)
    lengths = common(counted, sample.threshold)
    low, high = bounds(lengths, 0)
    if high <= _FEW_WORDS:
        return None
    return NormalColumn(
        name=sample.helper(cells.name, unit),
        sampler="normal",
        mean=round(statistics.fmean(lengths), 1),
        sd=round(statistics.pstdev(lengths), 1),
        minimum=max(1.0, low),
        maximum=high,
        decimals=0,
        export=False,
    )


def _column(name: str, length: str, language: str | None, context: Sequence[str]) -> ModelColumn:
    lines = [f'Write what stands in the column "{name}" of one row of a table.']
    if context:
        lines.append("The row: " + "; ".join(f"{other}: {{{{ {other} }}}}" for other in context) + ".")
    lines.append(f"Length: {length}." + (f" Language: {language}." if language else ""))
    return ModelColumn(name=name, type=ColumnType.TEXT, prompt="\n".join(lines))
