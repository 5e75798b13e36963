"""Columns as wide as what stands in them, at least as wide as was said."""

from settlement.reporting.columns import aligned


def test_columns_are_as_wide_as_said():
    assert list(aligned([("a", "1", "22"), ("bb", "333", "4")], 4, 6)) == [
        "a        1    22",
        "bb     333     4",
    ]


def test_what_is_longer_widens_its_column_and_two_blanks_stay():
    assert list(aligned([("name", "1"), ("longer", "123456")], 4, 6)) == [
        "name         1",
        "longer  123456",
    ]
