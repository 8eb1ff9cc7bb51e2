"""A schema learned from a sample, and what it must not hold."""

import random
from datetime import UTC, date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.sampling import Sampler
from engine.schema.check import check_schema
from engine.schema.columns import ModelColumn, Schema, SchemaColumn
from engine.schema.graph import exported_names
from engine.schema.learn import Learned, learn_schema
from engine.schema.read import read_schema, schema_to_yaml
from engine.schema.variation import with_variation
from engine.tables.model import Cell, Column, Row, TableInfo
from handai_errors import SpecError

RANDOM = random.Random(5)


def learned(rows: list[Row], wanted: int = 50) -> Learned:
    info = TableInfo(len(rows), tuple(Column(name) for name in rows[0]), "csv")
    found = learn_schema(info, rows, wanted)
    check_schema(with_variation(found.schema))
    return found


def column_of(name: str, values: list[Cell]) -> Schema:
    return learned([{name: value} for value in values]).schema


def only(schema: Schema) -> SchemaColumn:
    (column,) = schema.columns
    return column


def test_weights_of_a_category_are_learned() -> None:
    column = only(column_of("plan", [*["free"] * 60, *["pro"] * 30, *["team"] * 10]))
    assert column.model_dump()["values"] == {"free": 0.6, "pro": 0.3, "team": 0.1}


def test_rare_values_become_other() -> None:
    found = learned([{"plan": plan} for plan in [*["free"] * 90, *["pro"] * 27, "canary deal", "b", "c"]])
    assert only(found.schema).model_dump()["values"] == {"free": 0.75, "pro": 0.225, "other": 0.025}
    assert "3 of 120 cells" in found.notes[0]


def test_values_that_hardly_repeat_are_not_a_category() -> None:
    column = column_of("remark", [f"word{n} and {n * n}" for n in range(200)]).columns[-1]
    assert isinstance(column, ModelColumn)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([f"{RANDOM.uniform(10, 90):.2f}" for _ in range(400)], {"sampler": "uniform", "decimals": 2}),
        ([f"{RANDOM.gauss(50, 10):.1f}" for _ in range(400)], {"sampler": "normal", "decimals": 1}),
        ([RANDOM.randint(1000, 9000) for _ in range(400)], {"sampler": "uniform", "decimals": 0}),
        ([True, False] * 30, {"sampler": "bernoulli", "p": 0.5}),
        (["true"] * 30 + ["FALSE"] * 10, {"sampler": "bernoulli", "p": 0.75}),
        ([f"TKT-{n:04d}" for n in range(700, 780)], {"sampler": "id", "pattern": "TKT-{0001}"}),
        (list(range(1, 60)), {"sampler": "sequence", "start": 1, "step": 1}),
        (["EUR"] * 20, {"sampler": "constant", "value": "EUR"}),
        ([f"{n:08x}-0000-4000-8000-{n:012x}" for n in range(20)], {"sampler": "uuid"}),
        (["1.234,50", "12,25", "999,00"] * 40, {"decimals": 2}),
    ],
    ids=["uniform", "normal", "integers", "booleans", "truth", "id", "sequence", "constant", "uuid", "comma"],
)
def test_the_sampler_is_recognised(values: list[Cell], expected: dict[str, object]) -> None:
    found = only(column_of("x", values)).model_dump()
    assert {key: found[key] for key in expected} == expected


def test_counts_become_poisson() -> None:
    values: list[Cell] = [sum(RANDOM.random() < 0.03 for _ in range(100)) for _ in range(500)]
    found = only(column_of("visits", values)).model_dump()
    assert found["sampler"] == "poisson"
    assert 2.5 < found["mean"] < 3.5


def test_a_few_whole_numbers_keep_their_weights_and_stay_numbers() -> None:
    schema = column_of("rating", [*["5"] * 60, *["1"] * 40])
    assert schema.columns[0].model_dump()["values"] == {"1": 0.4, "5": 0.6}
    assert schema.columns[1].model_dump()["expression"] == "int(rating_drawn)"
    assert exported_names(schema) == ("rating",)


def test_codes_with_leading_zeros_are_no_numbers() -> None:
    values: list[Cell] = [f"{RANDOM.randint(0, 99999):05d}" for _ in range(100)]
    assert only(column_of("batch", values)).model_dump()["sampler"] == "id"


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"])
def test_dates_keep_their_span(form: str) -> None:
    days: list[Cell] = [(date(2024, 3, 2) + timedelta(n)).strftime(form) for n in range(300)]
    found = only(column_of("ordered", days)).model_dump()
    assert (found["start"], found["end"]) == (date(2024, 3, 1), date(2024, 12, 31))


def test_empty_cells_come_back_in_the_same_share() -> None:
    rows: list[Row] = [{"x y": None if n % 4 == 0 else RANDOM.uniform(0, 9)} for n in range(200)]
    gap, column = learned(rows).schema.columns
    assert gap.model_dump()["p"] == 0.25
    assert column.model_dump()["when"][0]["if"] == gap.name == "x_y_missing"


def test_an_extreme_of_one_row_is_not_taken_over() -> None:
    values: list[Cell] = [*[RANDOM.gauss(50_000, 9_000) // 1 for _ in range(300)], 987_654_321.0]
    found = only(column_of("pay", values)).model_dump()
    assert found["maximum"] < 120_000
    assert 45_000 < found["mean"] < 55_000


def test_an_outlier_of_a_date_is_not_taken_over() -> None:
    values: list[Cell] = [*(date(2024, 1, 1) + timedelta(n) for n in range(300)), date(1903, 7, 9)]
    assert "1903" not in schema_to_yaml(column_of("seen", values))


CANARIES: dict[str, list[str]] = {
    "Name": ["Anna Kanarienvogel", "Bernd Kanarienvogel"],
    "E-Mail": ["canary@zwitscher.invalid", "second.canary@zwitscher.invalid"],
    "Telefon": ["+49 170 5550123", "0170 5550999"],
    "Straße": ["Kanarienweg 77", "Kanarienallee 5"],
    "PLZ": ["04711", "08151"],
    "IBAN": ["DE00500105175407324931", "DE00500105175407324932"],
    "geboren am": ["17.03.1951", "18.04.1962"],
    "Kundennummer": ["KX-774411", "KX-774412"],
    "Steuer-ID": ["99 774 411 555", "99 774 411 556"],
    "handled by": ["Carla Canaria", "Dieter Canaria"],
    "Patient": ["Kanarienvogel 1", "Kanarienvogel 2"],
    "mystery": ["Anna Kanarie", "Peter Kanarie", "Maria Kanarie"],
    "reach": ["kanarie@example.invalid", "kanarie2@example.invalid"],
    "remark": ["Kanarie sang lustily", "Kanarie escaped windowwards"],
}


@pytest.mark.parametrize("name", CANARIES)
def test_nothing_personal_is_copied_however_often_it_repeats(name: str) -> None:
    repeats = 1 if name == "remark" else 50
    values: list[Cell] = [*CANARIES[name] * repeats, *(f"x{n} y{n}" for n in range(8 if name == "remark" else 0))]
    written = schema_to_yaml(learned([{name: value} for value in values]).schema).casefold()
    for canary in CANARIES[name]:
        for part in (canary, *canary.split()):
            assert len(part) < 4 or part.casefold() not in written


def test_a_personal_column_is_told() -> None:
    found = learned([{"Vorname": f"Name{n}"} for n in range(20)])
    assert found.notes == ("`Vorname` looks personal: it gets invented values, and nothing of it is copied.",)


def test_several_personal_columns_are_one_invented_person() -> None:
    rows: list[Row] = [
        {"first name": f"A{n}", "last name": f"B{n}", "email": f"a{n}@b.invalid", "agent": "Carl Ode"}
        for n in range(20)
    ]
    schema = learned(rows).schema
    assert schema.columns[0].model_dump()["fields"] == ("first_name", "last_name", "email")
    assert schema.columns[-1].model_dump()["kind"] == "name"
    assert exported_names(schema) == ("first name", "last name", "email", "agent")


def test_names_are_invented_in_the_language_of_the_table() -> None:
    rows: list[Row] = [{"Vorname": f"A{n}", "Text": f"Das ist nicht sehr gut und ich war da {n}"} for n in range(30)]
    assert learned(rows).schema.columns[0].model_dump()["locale"] == "de_DE"


def test_free_text_is_described_by_length_language_and_row() -> None:
    rows: list[Row] = [
        {"plan": "free" if n % 2 else "pro", "note": " ".join(["das", "ist", "nicht", "gut"] * (n % 4 + 2)) + str(n)}
        for n in range(100)
    ]
    schema = learned(rows).schema
    text = schema.columns[-1]
    assert isinstance(text, ModelColumn)
    assert "plan: {{ plan }}" in text.prompt
    assert "Language: German" in text.prompt
    assert "{{ note_words }} words" in text.prompt


def test_texts_in_several_languages_keep_their_shares() -> None:
    texts = ["the dog was not in the house and it is {}", "der Hund war nicht im Haus und das ist {}"]
    schema = column_of("note", [texts[n % 4 == 0].format(n) for n in range(120)])
    assert schema.columns[0].model_dump()["values"] == {"English": 0.75, "German": 0.25}


def test_odd_headers_become_names_that_work() -> None:
    rows: list[Row] = [{" a\nb ": n, "a b": n * 2, "{{x}}": None if n % 3 else 1.5 * n} for n in range(1, 60)]
    found = learned(rows)
    assert exported_names(found.schema) == ("a b", "a b (2)", "{x}")


def test_the_schema_is_written_and_read_back_equal() -> None:
    rows: list[Row] = [
        {"n": n * 1.25, "on": date(2024, 1, 1) + timedelta(n), "who": f"Anna B{n}", "tags": ["a"], "gone": None}
        for n in range(40)
    ]
    schema = learned(rows, 7).schema
    assert schema.rows == 7
    assert read_schema(schema_to_yaml(schema)) == schema


def test_a_sample_without_rows_is_told() -> None:
    with pytest.raises(SpecError, match="no rows to learn from"):
        learn_schema(TableInfo(0, (Column("a"),), "csv"), [], 5)


def test_a_large_sample_is_read_in_part() -> None:
    rows: list[Row] = [{"n": n % 1000} for n in range(10_050)]
    assert "first 10,000 of 10,050 rows" in learned(rows).notes[-1]


def test_what_is_drawn_is_like_what_was_learned_from() -> None:
    rows: list[Row] = [
        {
            "plan": "free" if n % 4 else "pro",
            "spend": round(RANDOM.gauss(80, 12), 2),
            "stars": str(n % 5 + 1),
            "seen": None if n % 10 == 0 else date(2024, 1, 1) + timedelta(n % 200),
            "E-Mail": f"canary{n}@zwitscher.invalid",
        }
        for n in range(400)
    ]
    schema = learned(rows, 2000).schema
    sampler = Sampler(schema)
    drawn = sampler.block(0, 2000)
    spent = [cell for cell in drawn["spend"] if isinstance(cell, float)]
    assert sampler.problems == {}
    assert abs(drawn["plan"].count("pro") / 2000 - 0.25) < 0.05
    assert abs(sum(spent) / len(spent) - 80) < 2
    assert set(drawn["stars"]) == {1, 2, 3, 4, 5}
    assert abs(drawn["seen"].count(None) / 2000 - 0.1) < 0.04
    assert not any("zwitscher" in str(cell) for cell in drawn["E-Mail"])


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(-1e15, 1e15, allow_nan=False),
    st.text(max_size=30),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.datetimes(timezones=st.one_of(st.none(), st.just(UTC))),
    st.lists(st.text(max_size=3), max_size=2),
    st.sampled_from(["a", "b", "12,5", "007", "1.234", "31.12.2024", "x@y.invalid", "TKT-01", "{{ x }}", "true"]),
)
HEADERS = st.one_of(st.text(min_size=1, max_size=12), st.sampled_from(["Name", "id", "E-Mail", "note", "class", "if"]))


@given(st.lists(HEADERS, min_size=1, max_size=4, unique=True).flatmap(lambda names: st.lists(
    st.fixed_dictionaries(dict.fromkeys(names, CELLS)), min_size=1, max_size=40
)))  # fmt: skip
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_table_gives_a_schema_that_can_run(rows: list[Row]) -> None:
    schema = learned(rows).schema
    assert read_schema(schema_to_yaml(schema)) == schema
    Sampler(schema).block(0, 3)
