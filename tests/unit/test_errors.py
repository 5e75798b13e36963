"""The tree of errors: exit codes, all problems of a file in order, names that are nearly right."""

import pytest

from settlement import errors
from settlement.errors import BadFile, Problem, Refused, UnknownName


@pytest.mark.parametrize(
    ("error", "parent", "code"),
    [
        (errors.BadInput, errors.SettlementError, 2),
        (errors.BadFile, errors.BadInput, 2),
        (errors.UnknownName, errors.BadInput, 2),
        (errors.Refused, errors.SettlementError, 1),
        (errors.Mismatch, errors.Refused, 1),
        (errors.RefusedToSign, errors.Refused, 1),
        (errors.ChainTrouble, errors.SettlementError, 3),
        (errors.CompilerTrouble, errors.ChainTrouble, 3),
    ],
)
def test_every_error_has_its_place_and_its_exit_code(error, parent, code):
    assert error.__bases__ == (parent,)
    assert error.exit_code == code


def test_the_tree_in_the_manual_is_the_tree_of_the_classes():
    described = [word for line in errors.__doc__.splitlines() for word in line.split()]
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.SettlementError)
    }
    assert classes <= set(described)


def test_a_bad_file_lists_all_problems_by_line_then_field():
    problems = [
        Problem("a.yaml", 9, "b", "last"),
        Problem("a.yaml", 9, "a", "before it"),
        Problem("a.yaml", 0, "", "the file"),
        Problem("a.yaml", 2, "", "early"),
    ]
    error = BadFile(problems)
    assert str(error).splitlines() == [
        "a.yaml: the file",
        "a.yaml:2: early",
        "a.yaml:9: a: before it",
        "a.yaml:9: b: last",
    ]
    assert error.problems == tuple(problems[place] for place in (2, 3, 1, 0))


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        (["dealer", "fund"], "did you mean 'dealer'?"),
        (["zeta", "alpha"], "known: alpha, zeta"),
        ([], "none exists yet"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(known, hint):
    assert str(UnknownName("participant", "dealr", known)) == (
        f"there is no participant 'dealr'; {hint}"
    )


def test_a_refusal_carries_what_programs_need_besides_the_sentence():
    figures = {"short": "0.01"}
    refused = Refused("no", error="InsufficientFreeBalance", reason="MONY", details=figures)
    figures["short"] = "changed"
    assert (str(refused), refused.error, refused.reason) == (
        "no",
        "InsufficientFreeBalance",
        "MONY",
    )
    assert refused.details == {"short": "0.01"}
    assert Refused("no").details == {}
