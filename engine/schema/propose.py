"""What a model is asked when it proposes a schema or columns: hidden runs of one row, so that no page calls a model."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.columns import ColumnType
from engine.fitting import to_json
from engine.schema.columns import ConstantColumn, ModelColumn
from engine.spec import GenerateInput, ModelSettings, RunSpec
from engine.tables.model import Row

SCHEMA_KEY = "schema"
COLUMNS_KEY = "columns"
DESCRIPTION = "description"
ROWS = "rows"
INSTRUCTIONS = "instructions"
_SAMPLE = "sample_rows"
_ROLE = "role"
_MOST_ROWS_SHOWN = 5
_LONGEST_CELL_SHOWN = 300

SCHEMA_INSTRUCTIONS = """\
You design schemas for synthetic tables. A schema is {"instructions": "...", "columns": [...]}. Each column has a \
"name" (snake_case) and is one of:
- drawn at random, "sampler" is one of
  category: "values" ["a", "b"] or with weights {"a": 0.7, "b": 0.3}
  subcategory: "of" another category column, "values" {"a": ["x", "y"], "b": {"z": 1}} for each of its values
  uniform: "low", "high", "decimals"; normal: "mean", "sd", "minimum", "maximum", "decimals"; poisson: "mean"
  bernoulli: "p" (true or false); date: "start", "end" as YYYY-MM-DD; sequence: "start", "step"
  id: "pattern" such as "ORD-{0001}"; uuid; constant: "value"
  person: makes name_first_name, name_age and so on from "fields" (first_name, last_name, gender, age, email, city, \
job), with "locale"
  faker: "kind" such as name, company, city, street_address, phone_number, iban, job, url, with "locale" such as de_DE
- computed: "expression" over other columns, such as "round(price * quantity, 2)" or "if_(plan == 'free', 0, price)". \
Only + - * / comparisons, and, or, not, if_, round, min, max, len, lower, concat, contains, year, add_days.
- written by a model: "type" (text, integer, number, boolean, category with "values", date, list), and a "prompt" \
that names other columns as {{ name }}.
A drawn column may have "when": [{"if": "plan == 'free'", "value": 0}]. "export": false hides a helper column.

Rules: Draw everything that can be drawn; leave to a model only what must be written. Rows must differ: for every \
written text draw at least three helpers (such as cause, mood, length, point of view) with 6 to 20 concrete values \
each, and name them in its prompt. What must fit together (stars and opinion, product and price) is a subcategory or \
is named in the prompt. Use weights as in real life. 5 to 15 columns. "instructions" tells the writing model its role.

Example for "complaints to a bakery":
{"instructions": "You write short messages of a bakery's customers, as people type them.", "columns": [
{"name": "id", "sampler": "id", "pattern": "MSG-{0001}"},
{"name": "product", "sampler": "category", "values": {"bread": 0.5, "cake": 0.3, "rolls": 0.2}},
{"name": "problem", "sampler": "subcategory", "of": "product", "values": {"bread": ["stale", "burnt"], \
"cake": ["wrong name on it", "late"], "rolls": ["too few", "cold"]}},
{"name": "mood", "sampler": "category", "values": ["polite", "furious", "amused", "tired"], "export": false},
{"name": "price", "sampler": "normal", "mean": 6, "sd": 3, "minimum": 1, "maximum": 40, "decimals": 2},
{"name": "message", "type": "text", "prompt": "A {{ mood }} customer complains about {{ product }}: \
{{ problem }}."}]}"""

SUGGESTION_INSTRUCTIONS = """\
You suggest the columns that a language model should add to a table. You get what the person wants done with each \
row, and a few rows. Suggest the 1 to 6 columns that hold the result best. Prefer narrow types: category with its \
values where the answers are few, integer or number with bounds for scores, boolean for yes or no, date, list for \
several short texts; text only where nothing else will do. Names are short, in snake_case, in the language of the \
request, and none that the table has already. Each description is one sentence that tells the model what to write."""

_SUGGESTED: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        COLUMNS_KEY: {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "type": {"type": "string", "enum": [str(kind) for kind in ColumnType if kind != ColumnType.OBJECT]},
                    "description": {"type": "string"},
                    "values": {"type": ["array", "null"], "items": {"type": "string"}},
                    "minimum": {"type": ["number", "null"]},
                    "maximum": {"type": ["number", "null"]},
                },
                "required": ["name", "type", "description", "values", "minimum", "maximum"],
                "additionalProperties": False,
            },
        }
    },
    "required": [COLUMNS_KEY],
    "additionalProperties": False,
}


def proposal_spec(description: str, model: ModelSettings, rows: int) -> RunSpec:
    """The run of one row whose answer is a schema for what a person describes; `rows` tells the model the size."""
    asked = ModelColumn(
        name=SCHEMA_KEY,
        type=ColumnType.OBJECT,
        description='the schema: an object with "instructions" and "columns"',
        instructions=f"{{{{ {_ROLE} }}}}",
        prompt=f"Design a schema for this table of {{{{ {ROWS} }}}} rows:\n{{{{ {DESCRIPTION} }}}}",
    )
    return _one_row(model, {_ROLE: SCHEMA_INSTRUCTIONS, ROWS: str(rows), DESCRIPTION: description}, asked)


def suggestion_spec(instructions: str, sample_rows: Sequence[Row], model: ModelSettings) -> RunSpec:
    """The run of one row whose answer is the columns that would hold what `instructions` ask for."""
    shown = [_shortened(row) for row in sample_rows[:_MOST_ROWS_SHOWN]]
    asked = ModelColumn(
        name=SCHEMA_KEY,
        type=ColumnType.OBJECT,
        description="the suggested columns",
        json_schema=dict(_SUGGESTED),
        instructions=f"{{{{ {_ROLE} }}}}",
        prompt=f"What to do with each row:\n{{{{ {INSTRUCTIONS} }}}}\n\nSome rows:\n{{{{ {_SAMPLE} }}}}",
    )
    said = {_ROLE: SUGGESTION_INSTRUCTIONS, INSTRUCTIONS: instructions, _SAMPLE: "\n".join(shown)}
    return _one_row(model, said, asked)


def _shortened(row: Row) -> str:
    cut = {name: cell[:_LONGEST_CELL_SHOWN] if isinstance(cell, str) else cell for name, cell in row.items()}
    return to_json(cut)


def _one_row(model: ModelSettings, said: Mapping[str, str], asked: ModelColumn) -> RunSpec:
    """What is said stands in constant columns: braces in it are no placeholders."""
    constants = tuple(ConstantColumn(name=name, sampler="constant", value=text) for name, text in said.items())
    source = GenerateInput(rows=1, columns=(*constants, asked), duplicates=False)
    # A schema is longer than most cells: the person's limit for those would cut it off.
    return RunSpec(input=source, model=model.model_copy(update={"max_tokens": None, "json_mode": False}))


def said_in(spec: RunSpec, name: str) -> str:
    """What a person said in a run made here: its description or instructions."""
    columns = spec.input.columns if isinstance(spec.input, GenerateInput) else ()
    found = next((c.value for c in columns if isinstance(c, ConstantColumn) and c.name == name), None)
    return found if isinstance(found, str) else ""
