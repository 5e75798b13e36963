"""`dvp study queue` as a person and as a program meets it."""

import json
from pathlib import Path

import pytest

from settlement.cli import run

VECTORS = Path(__file__).parents[1] / "vectors" / "queues.json"


@pytest.fixture
def dvp(capsys):
    """Studies a file of queues; (exit code, standard output, standard error)."""

    def ran(*arguments):
        status = run(["study", "queue", *map(str, arguments)])
        output = capsys.readouterr()
        assert "Traceback" not in output.out + output.err
        return status, output.out, output.err

    return ran


@pytest.fixture
def changed(tmp_path):
    """The agreed queues with a word of them replaced by another."""

    def change(before, after):
        path = tmp_path / "queues.json"
        text = VECTORS.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
        return path

    return change


def test_the_agreed_queues_are_reproduced(dvp):
    assert dvp(VECTORS) == (0, "3 of 3 vectors reproduced\n", "")
    status, output, _ = dvp(VECTORS, "--json")
    assert status == 0
    assert json.loads(output) == {
        "schema": "dvp/study/1",
        "queue": {"vectors": 3, "reproduced": 3, "mismatches": []},
    }


def test_each_mismatch_is_named_and_is_exit_code_1(dvp, changed):
    path = changed('"gross_fifo": []', '"bypass": ["1"]')
    assert dvp(path) == (
        1,
        "ring-without-cash: bypass: expected and does not settle: 1\n"
        "ubin-four: bypass: expected and does not settle: 1\n"
        "offset: bypass: expected and does not settle: 1\n"
        "0 of 3 vectors reproduced\n",
        "",
    )
    status, output, _ = dvp(changed('"optimal_value": 240', '"optimal_value": 241'), "--json")
    assert status == 1
    assert json.loads(output)["queue"] == {
        "vectors": 3,
        "reproduced": 2,
        "mismatches": [
            {"id": "ubin-four", "rule": "optimal_value", "expected": "241", "computed": "240"}
        ],
    }


@pytest.fixture
def queue(tmp_path):
    """A file of one queue, in which A pays B with every instruction."""

    def write(name, ids, expected):
        instructions = [{"id": id, "value": 1, "moves": [["A", "B", "USD", 1]]} for id in ids]
        given = {"balances": {"A": {"USD": len(ids)}}, "instructions": instructions}
        vector = {"id": name, "in": given, "out": {"net_fifo": expected}}
        path = tmp_path / "queue.json"
        path.write_text(json.dumps({"vectors": [vector]}), "utf-8")
        return path

    return write


def test_only_what_differs_is_named_and_no_more_than_ten(dvp, queue):
    ids = [str(number) for number in range(1_500)]
    status, output, _ = dvp(queue("many", ids, ids[:5]))
    named = "5, 6, 7, 8, 9, 10, 11, 12, 13, 14"
    said = f"many: net_fifo: settles and is not expected: {named} and 1,485 more"
    assert (status, output.splitlines()[0]) == (1, said)


def test_no_control_character_gets_out(dvp, queue):
    _, output, _ = dvp(queue("a\x1b[31m", ["\x1b[1m\n"], []))
    said = "a\\x1b[31m: net_fifo: settles and is not expected: \\x1b[1m\\n"
    assert output.splitlines()[0] == said
    status, _, errors = dvp(queue("v", ["1"], ["\x1b[1m"]))
    assert status == 2
    assert "'\\x1b[1m' is no instruction" in errors
    assert "\x1b" not in errors


def test_a_bad_file_is_refused_with_every_problem(dvp, changed):
    path = changed('"USD": 50', '"USD": -50')
    status, told, errors = dvp(path)
    assert (status, told) == (2, "")
    assert errors.endswith(
        "ubin-four.in.balances.A.USD: -50 given, a whole number, 0 or more needed\n"
    )
    status, output, _ = dvp(changed('"net_fifo"', '"netto"'), "--json")
    assert status == 2
    document = json.loads(output)
    assert document["schema"] == "dvp/study/1"
    assert len(document["error"]["problems"]) == 3


def test_a_file_that_is_not_there(dvp, tmp_path):
    path = tmp_path / "missing.json"
    assert dvp(path) == (2, "", f"dvp: {path}: no such file or directory\n")
