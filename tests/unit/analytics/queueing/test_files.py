"""Files of queues: what is reproduced, what is not, and all that is wrong with a file."""

import json
from pathlib import Path

import pytest

from settlement.analytics.queueing import files
from settlement.errors import BadFile

VECTORS = Path(__file__).parents[3] / "vectors" / "queues.json"
"""The vectors that were agreed before the rules were written, as they were given."""

OWES = {"id": "1", "value": 80, "moves": [["A", "B", "USD", 80]]}
PAYS = {"id": "2", "value": 70, "moves": [["A", "B", "USD", 70]]}
BALANCES = {"A": {"USD": 70}}


def vector(expected, *instructions, balances=BALANCES, id="v"):
    return {
        "id": id,
        "note": "for people",
        "in": {"balances": balances, "instructions": list(instructions)},
        "out": expected,
    }


@pytest.fixture
def checked(tmp_path):
    """Checks a file with these vectors."""

    def check(*rows, seconds=30.0):
        path = tmp_path / "queues.json"
        path.write_text(json.dumps({"about": "x", "vectors": rows}, indent=1), "utf-8")
        return files.check(path, seconds)

    return check


@pytest.fixture
def problems(checked):
    """The problems of a file with these vectors, each as field and message."""

    def found(*rows):
        with pytest.raises(BadFile) as caught:
            checked(*rows)
        return {(problem.field, problem.message) for problem in caught.value.problems}

    return found


def test_the_agreed_queues_are_reproduced():
    assert files.check(VECTORS) == files.Checked(3, [])


def test_every_rule_that_comes_out_otherwise_is_named(checked):
    wrong = {"gross_fifo": ["2"], "bypass": [], "net_fifo": ["1", "2"], "optimal_value": 80}
    right = {"gross_fifo": [], "bypass": ["2"], "net_fifo": [], "optimal_value": 70}
    found = checked(vector(wrong, OWES, PAYS), vector(right, OWES, PAYS, id="right"))
    assert (found.vectors, found.reproduced) == (2, 1)
    assert found.mismatches == [
        files.Mismatch("v", "gross_fifo", ["2"], []),
        files.Mismatch("v", "bypass", [], ["2"]),
        files.Mismatch("v", "net_fifo", ["1", "2"], []),
        files.Mismatch("v", "optimal_value", "80", "70"),
    ]


def test_ids_have_no_order_and_a_rule_may_be_left_out(checked):
    balances = {"A": {"USD": 150}}
    for ids in (["1", "2"], ["2", "1"]):
        assert checked(vector({"gross_fifo": ids}, OWES, PAYS, balances=balances)).reproduced == 1


def test_a_value_that_is_not_proven_is_not_reproduced(checked):
    found = checked(vector({"optimal_value": 70}, OWES, PAYS), seconds=0.0)
    assert found.mismatches == [files.Mismatch("v", "optimal_value", "70", "70 to 150")]


def test_a_queue_may_be_empty(checked):
    expected = {"gross_fifo": [], "net_fifo": [], "optimal_value": 0}
    assert checked(vector(expected, balances={})).reproduced == 1


def moved(*move):
    return {**OWES, "moves": [list(move)]}


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        (moved("A", "A", "USD", 1), "1.moves.1", "'A' gives to itself, two parties needed"),
        (
            moved("A", "B", "USD", 0),
            "1.moves.1.amount",
            "0 given, a whole number, 1 or more needed",
        ),
        (moved("A", "B", "USD", -1), "1.moves.1.amount", "-1 given, {whole}"),
        (moved("A", "B", "USD", 1.0), "1.moves.1.amount", "1.0 given, {whole}"),
        (moved("A", "B", "USD", True), "1.moves.1.amount", "True given, {whole}"),
        (moved("A", "B", "USD", "1"), "1.moves.1.amount", "'1' given, {whole}"),
        (moved("A", "B", "USD", float("nan")), "1.moves.1.amount", "nan given, {whole}"),
        (moved("A", "B", 7, 1), "1.moves.1.asset", "7 given, a name in a string needed"),
        (moved("", "B", "USD", 1), "1.moves.1.giver", "'' given, a name in a string needed"),
        (moved("A", None, "USD", 1), "1.moves.1.taker", "is missing: a name in a string"),
        (
            moved("A", "B", "USD"),
            "1.moves.1",
            "['A', 'B', 'USD'] given, [giver, taker, asset, amount] needed",
        ),
        ({**OWES, "moves": ["A"]}, "1.moves.1", "'A' given, [giver, taker, asset, amount] needed"),
        ({**OWES, "moves": []}, "1.moves", "is empty: one move or more needed"),
        ({**OWES, "moves": {}}, "1.moves", "{{}} given, a list needed"),
        ({**OWES, "value": -1}, "1.value", "-1 given, a whole number, 0 or more needed"),
        ({**OWES, "id": 1}, "1.id", "1 given, a name in a string needed"),
        ({**OWES, "vaule": 1}, "1.vaule", "there is no part 'vaule'; did you mean 'value'?"),
        (PAYS, "2.id", "'2' is the id of two instructions"),
        ("row", "1", "'row' given, an object needed"),
    ],
)
def test_an_instruction_that_cannot_be(problems, row, field, message):
    said = message.format(whole="a whole number, 1 or more needed")
    rows = (row, PAYS) if field.startswith("1") else (PAYS, row)
    assert problems(vector({"optimal_value": 0}, *rows)) == {(f"v.in.instructions.{field}", said)}


@pytest.mark.parametrize(
    ("expected", "field", "message"),
    [
        ({"net_fifa": []}, "net_fifa", "there is no rule 'net_fifa'; did you mean 'net_fifo'?"),
        ({"net_fifo": ["3"]}, "net_fifo.1", "'3' is no instruction of this vector"),
        ({"bypass": ["1", "1"]}, "bypass.2", "'1' stands twice"),
        ({"gross_fifo": "1"}, "gross_fifo", "'1' given, a list needed"),
        ({"gross_fifo": [1]}, "gross_fifo.1", "1 given, a name in a string needed"),
        ({"optimal_value": -1}, "optimal_value", "-1 given, a whole number, 0 or more needed"),
        ({"optimal_value": "9"}, "optimal_value", "'9' given, a whole number, 0 or more needed"),
        (
            {"optimal_value": False},
            "optimal_value",
            "False given, a whole number, 0 or more needed",
        ),
    ],
)
def test_an_expectation_that_cannot_be(problems, expected, field, message):
    assert problems(vector(expected, OWES)) == {(f"v.out.{field}", message)}


@pytest.mark.parametrize(
    ("balances", "field", "message"),
    [
        (None, "", "is missing: an object"),
        ([], "", "[] given, an object needed"),
        ({"A": 5}, ".A", "5 given, an object needed"),
        ({"A": {"USD": -1}}, ".A.USD", "-1 given, a whole number, 0 or more needed"),
        ({"A": {"USD": 0.5}}, ".A.USD", "0.5 given, a whole number, 0 or more needed"),
    ],
)
def test_balances_that_cannot_be(problems, balances, field, message):
    said = problems(vector({"net_fifo": []}, OWES, balances=balances))
    assert said == {(f"v.in.balances{field}", message)}


def test_every_problem_is_named(problems):
    found = problems(
        {"id": "a", "in": {"balances": {}, "instructions": [], "note": "x"}, "out": {}},
        {"id": "b", "in": [], "out": {"net_fifo": ["1"], "optimal_value": -1}},
        {"id": "b"},
        {"id": "c", "in": {"balances": {}}, "out": {"net_fifo": []}},
        {"id": "d", "in": {"balances": {}, "instructions": [{}]}, "out": {"net_fifo": []}},
        {"out": {}},
        7,
    )
    assert found == {
        ("a.in.note", "there is no input 'note'; known: balances, instructions"),
        ("a.out", "is missing: an object with what settles"),
        ("b.in", "is missing: an object with balances and instructions"),
        ("b.out.optimal_value", "-1 given, a whole number, 0 or more needed"),
        ("b", "is the id of two vectors"),
        ("c.in.instructions", "is missing: a list"),
        ("d.in.instructions.1.id", "is missing: a name in a string"),
        ("d.in.instructions.1.value", "is missing: a whole number, 0 or more"),
        ("d.in.instructions.1.moves", "is missing: a list"),
        ("vectors.6.id", "is missing: the name of the vector"),
        ("vectors.7", "7 given, an object needed"),
    }
