"""What a mistyped name may have meant."""

from engine.nearest import close_names, nearest


def test_the_nearest_names_come_first_whatever_their_capitals() -> None:
    assert close_names("TOEN", ["plan", "tone", "Token"])[0] in {"tone", "Token"}
    assert nearest("revew", ["plan", "Review"]) == "Did you mean `Review`?"


def test_without_a_near_one_those_there_are_are_told() -> None:
    assert nearest("xyz", ["plan", "tone"]) == "The columns are: `plan`, `tone`."
    many = [f"a{number}" for number in range(20)]
    assert nearest("xyz", many, noun="kinds").endswith("`a7` …")


def test_where_there_are_none_that_is_told() -> None:
    assert nearest("x", [], noun="samplers") == "There are no samplers."
