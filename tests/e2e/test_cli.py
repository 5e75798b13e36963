"""`dvp` as a person and as a program meets it: text, one document, exit codes, no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from settlement.cli import run
from settlement.errors import ChainTrouble
from settlement.market import Market
from settlement.scenario import catalogue
from settlement.scenario.starter import STARTER

DVP = Path(sys.executable).with_name("dvp")


@pytest.fixture
def dvp(capsys):
    """Runs a command; (exit code, standard output, standard error)."""

    def ran(*arguments):
        status = run([str(argument) for argument in arguments])
        output = capsys.readouterr()
        assert "Traceback" not in output.out + output.err
        return status, output.out, output.err

    return ran


@pytest.fixture
def story(tmp_path):
    """The starter in a file, with something replaced."""

    def written(*changes, name="story.yaml"):
        text = STARTER
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return written


def only_document(output, command):
    assert output.startswith(f'{{\n  "schema": "dvp/{command}/1"')
    return json.loads(output)


# demo


def test_demo_tells_the_day(dvp):
    status, told, errors = dvp("demo")
    assert (status, errors) == (0, "")
    for figure in (
        *("2,015,000.00", "9,985,000.00", "9,974,250.00 × 4.30% × 1/360 = 1,191.37"),
        *("9,975,441.37", "2,013,808.64", "2,013,808.63", "nothing moved ✓", "refused (MONY)"),
        *("fund's wallet is suspended", "intruder is not registered", "no real value"),
        *("omnibus account 12,000,000 T-2035 = token supply 12,000,000  ✓", "3 settlements"),
        "purchase price 9,974,250.00 · due 3 March at 9,975,441.37",
        *("Register = chain = book ✓", "cash conserved ✓"),
    ):
        assert figure in told
    assert "short 0.01" in " ".join(told.split())
    assert told.count("nothing moved ✓") == 2
    assert told.splitlines()[-1].startswith("Next: dvp drill cash-short")


def test_demo_for_a_program(dvp):
    status, output, errors = dvp("demo", "--json")
    assert (status, errors) == (0, "")
    written = only_document(output, "demo")
    assert written["settlements"] == 3
    assert written["balances"]["dealer"]["USD"] == "2013808.63"
    close = next(step for step in written["steps"] if step["step"] == "close")
    assert close["figures"] == {
        "price_differential": "1191.37",
        "repurchase_price": "9975441.37",
        "fails_charge": "0.00",
        "days": 1,
    }
    assert close["at"] == "2026-03-03T10:00:00-05:00"


def test_what_demo_suggests_works(dvp, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, told, _ = dvp("demo")
    for suggestion in told.splitlines()[-1].removeprefix("Next: ").split(" · "):
        assert dvp(*suggestion.split()[1:])[0] == 0


# run


def test_run_lists_what_comes_with_the_package(dvp):
    status, told, _ = dvp("run")
    assert status == 0
    assert [line.split()[0] for line in told.splitlines()[:-2]] == catalogue.names()
    written = only_document(dvp("run", "--json")[1], "run")
    assert written["scenarios"]["day"] == "A day of tokenized repo"
    assert list(written["scenarios"]) == catalogue.names()


@pytest.mark.parametrize("name", catalogue.names())
def test_run_tells_each_by_name(dvp, name):
    status, told, errors = dvp("run", name)
    assert (status, errors) == (0, "")
    story = catalogue.find(name)
    assert told.startswith(f"{story.name}: {story.starts:%-d %B %Y}")


def test_run_for_a_program(dvp):
    status, output, errors = dvp("run", "waiting", "--json")
    assert (status, errors) == (0, "")
    assert only_document(output, "run")["name"] == "Trades that wait"


def test_run_tells_the_same_twice_byte_for_byte(dvp):
    for arguments in (("run", "waiting"), ("run", "waiting", "--json"), ("why", "waiting")):
        assert dvp(*arguments) == dvp(*arguments)


def test_run_tells_a_file(dvp, story):
    status, told, errors = dvp("run", story())
    assert (status, errors) == (0, "")
    assert told.startswith("My first story: ")


def test_an_expectation_that_fails_is_exit_code_1(dvp, story):
    path = story(("{amount: 1007500.00}", "{amount: 1.00}"))
    status, told, errors = dvp("run", path)
    assert (status, errors) == (1, "")
    assert "✗ S1: amount was to be 1.00 and is 1,007,500.00" in told
    assert "✗ 2 March 09:00 S1: amount was to be 1.00 and is 1,007,500.00" in told
    status, output, errors = dvp("run", path, "--json")
    assert (status, errors) == (1, "")
    assert only_document(output, "run")["failures"] == [
        "2 March 09:00 S1: amount was to be 1.00 and is 1,007,500.00"
    ]


def test_a_bad_file_is_exit_code_2_with_every_problem(dvp, story):
    path = story(("price: 1.0075\n    expect", "price: x\n    expect"), ("starts: ", "begins: "))
    status, told, errors = dvp("run", path)
    assert (status, told) == (2, "")
    lines = errors.splitlines()
    assert lines[0].startswith(f"dvp: {path}:")
    assert sum("steps.1.price: 'x' is not a number" in line for line in lines) == 1
    assert sum("begins: is not known here; known: format, " in line for line in lines) == 1
    assert sum("starts: is missing" in line for line in lines) == 1
    status, output, _ = dvp("run", path, "--json")
    problems = only_document(output, "run")["error"]["problems"]
    assert status == 2
    assert len(problems) == 3
    assert {"file", "line", "field", "message"} == set(problems[0])


@pytest.mark.parametrize("command", ["run", "why"])
def test_a_scenario_of_nobody_is_answered_with_the_nearest(dvp, command):
    assert dvp(command, "nettin") == (
        2,
        "",
        "dvp: there is no scenario 'nettin'; did you mean 'netting'?\n",
    )
    status, output, errors = dvp(command, "nettin", "--json")
    assert only_document(output, command)["error"] == {
        "sentence": "there is no scenario 'nettin'; did you mean 'netting'?",
        "exit_code": 2,
    }
    assert (status, errors.count("\n")) == (2, 1)


def test_a_file_that_is_not_there(dvp, tmp_path):
    path = tmp_path / "missing.yaml"
    assert dvp("run", path) == (2, "", f"dvp: {path}: no such file or directory\n")


@pytest.mark.parametrize("arguments", [("demo",), ("run", "day"), ("why", "waiting")])
def test_trouble_with_the_chain_is_exit_code_3(dvp, monkeypatch, arguments):
    def trouble(*_, **__):
        raise ChainTrouble("the chain did not answer")

    monkeypatch.setattr(Market, "open", trouble)
    assert dvp(*arguments) == (3, "", "dvp: the chain did not answer\n")
    status, output, _ = dvp(*arguments, "--json")
    assert status == 3
    assert only_document(output, arguments[0])["error"]["exit_code"] == 3


# new


def test_new_writes_a_story_that_runs(dvp, tmp_path):
    path = tmp_path / "mine.yaml"
    status, told, errors = dvp("new", path)
    assert (status, told, errors) == (0, f"{path} is written; dvp run {path} tells it.\n", "")
    assert path.read_text("utf-8") == STARTER
    assert dvp("run", path)[0] == 0


def test_new_for_a_program(dvp, tmp_path):
    path = tmp_path / "mine.yml"
    status, output, _ = dvp("new", path, "--json")
    assert (status, only_document(output, "new")) == (0, {"schema": "dvp/new/1", "file": str(path)})


def test_new_does_not_overwrite(dvp, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    assert dvp("new", path) == (2, "", f"dvp: {path} exists, and dvp new does not overwrite\n")
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mine.txt", "does not end in .yaml, by which dvp knows a scenario"),
        ("missing/mine.yaml", "cannot be written: No such file or directory"),
    ],
)
def test_new_says_what_it_cannot_write(dvp, tmp_path, name, said):
    path = tmp_path / name
    assert dvp("new", path) == (2, "", f"dvp: {path} {said}\n")
    assert not path.exists()


# why


def test_why_names_wallet_asset_needs_has_free_and_the_remedy(dvp):
    status, told, errors = dvp("why", "waiting")
    assert (status, errors) == (0, "")
    assert told.startswith("Trades that wait: 2 trades have not settled\n")
    for line in (
        "A  fund is short of 10.00 USD",
        "B  bank's wallet is suspended; dealer is short of 60 T-2035; bank is short of 30.00 USD",
        "  → deliver 10.00 USD to fund, or free as much of what is frozen",
        "  → reinstate bank",
        "  → deliver 60 T-2035 to dealer, or cancel a trade that comes first",
    ):
        assert line in told.splitlines()
    row = next(line for line in told.splitlines() if line.startswith("  fund, USD"))
    assert row.split()[2:] == ["80.00", "80.00", "1,000.00", "70.00", "10.00"]


def test_why_for_a_program(dvp):
    status, output, _ = dvp("why", "waiting", "--json")
    assert status == 0
    first, second = only_document(output, "why")["waiting"]
    assert first["debits"][1] == {
        "wallet": "fund",
        "asset": "USD",
        "needs": "80.00",
        "all_needs": "80.00",
        "has": "1000.00",
        "free": "70.00",
        "short": "10.00",
    }
    assert [first["ready"], second["ready"]] == [False, False]
    assert len(second["obstacles"]) == len(second["remedies"]) == 3


def test_why_is_silent_about_what_settled_or_was_cancelled(dvp):
    status, told, _ = dvp("why", "refusals")
    assert (status, told) == (
        0,
        "Refused, mended, settled: every trade has settled or was cancelled\n",
    )


# What is not a command.


def test_without_a_command_it_says_what_there_is(dvp):
    status, told, errors = dvp()
    assert (status, told) == (2, "")
    for command in ("demo", "run", "new", "why"):
        assert f"  {command} " in errors


def test_help_is_not_an_error(dvp):
    status, told, errors = dvp("--help")
    assert (status, errors) == (0, "")
    assert "Securities and cash change hands together or not at all" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("frob",), "no such command 'frob'; see dvp --help"),
        (("rnu",), "no such command 'rnu' (did you mean 'run'?); see dvp --help"),
        (("demo", "--frob"), "no such option: --frob; see dvp demo --help"),
        (
            ("run", "day", "extra"),
            "got unexpected extra argument(s) (extra); see dvp run --help",
        ),
        (("why",), "missing argument 'NAME|FILE'; see dvp why --help"),
        (("new",), "missing argument 'FILE'; see dvp new --help"),
        (("bench",), "missing command; see dvp bench --help"),
    ],
)
def test_what_it_does_not_understand_is_one_sentence_and_exit_code_2(dvp, arguments, said):
    status, told, errors = dvp(*arguments)
    assert (status, told) == (2, "")
    assert errors == f"dvp: {said}\n"
    status, output, _ = dvp(*arguments, "--json")
    assert status == 2
    assert only_document(output, arguments[0])["error"]["exit_code"] == 2


# The real thing, in a process of its own.


def ran(*arguments, **environment):
    return subprocess.run(
        [DVP, *arguments],
        capture_output=True,
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


def test_the_installed_command_runs():
    done = ran("run", "waiting")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("utf-8").startswith("Trades that wait")


def test_its_exit_code_and_its_streams_are_those_of_the_command(tmp_path):
    done = ran("run", str(tmp_path / "no.yaml"), "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["exit_code"] == 2
    assert done.stderr.count(b"\n") == 1


def test_a_terminal_without_our_signs_still_gets_text():
    done = ran("demo", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert b"nothing moved \\u2713" in done.stdout
    assert b"Traceback" not in done.stderr


def test_whoever_stops_reading_causes_no_traceback():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [DVP, "run"], stdout=gone, stderr=subprocess.PIPE, timeout=120, check=False
        )
    assert done.stderr == b""


def test_the_command_line_is_imported_without_what_is_slow():
    """Help, a wrong option and a bad file answer at once: nothing of a chain is loaded for them."""
    slow = ["web3", "eth", "eth_tester", "eth_account", "pydantic", "yaml", "solcx", "hypothesis"]
    asked = f"import sys, settlement.cli; print([m for m in {slow} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_story_runs_without_web3():
    asked = (
        "import sys; from settlement.cli import run; status = run(['run', 'waiting', '--json']); "
        "sys.exit(status or ('web3' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
