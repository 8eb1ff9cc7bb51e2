"""Typed columns: what they ask of a model, how answers are read into them, and how people declare them."""

from engine.typed.check import check_output
from engine.typed.fit import AnswerError, fit_answer
from engine.typed.flags import format_output_flag, parse_output_flag
from engine.typed.from_schema import outputs_from_json_schema
from engine.typed.wire import json_schema_of, json_schema_of_rows
from engine.typed.words import instruction_for, instruction_for_rows, needs_json

__all__ = [
    "AnswerError",
    "check_output",
    "fit_answer",
    "format_output_flag",
    "instruction_for",
    "instruction_for_rows",
    "json_schema_of",
    "json_schema_of_rows",
    "needs_json",
    "outputs_from_json_schema",
    "parse_output_flag",
]
