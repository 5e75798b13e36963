"""Charts: well-formed, the same twice, and readable without colour, in the dark and aloud."""

import re
from decimal import Decimal
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.reporting.chart import DARK, GROUNDS, LIGHT, Axis, Chart, Mark, Series, svg
from settlement.reporting.chart_labels import Box, place

SVG = "{http://www.w3.org/2000/svg}"
RISE = [(Decimal(0), Decimal(0)), (Decimal(4), Decimal(30)), (Decimal(8), Decimal(100))]
FALL = [(Decimal(0), Decimal(90)), (Decimal(8), Decimal(10))]
FLAT = [(Decimal(0), Decimal(100)), (Decimal(8), Decimal(100))]


def drawn(*series, title="Value", description="It rises.", marks=()):
    return svg(
        Chart(
            title=title,
            description=description,
            x=Axis("cash, millions of USD", Decimal(0), Decimal(8)),
            y=Axis("settled, %", Decimal(0), Decimal(100)),
            series=series,
            marks=marks,
        )
    )


def read(text):
    return ElementTree.fromstring(text)


def texts(chart):
    return [each.text for each in read(chart).iter(f"{SVG}text")]


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_title_and_description_are_read_aloud():
    root = read(drawn(Series("rise", RISE)))
    assert (root.get("role"), root[0].tag, root[0].text) == ("img", f"{SVG}title", "Value")
    assert (root[1].tag, root[1].text) == (f"{SVG}desc", "It rises.")


def test_the_same_chart_gives_the_same_bytes():
    series = [Series("rise", RISE), Series("fall", FALL)]
    assert drawn(*series) == drawn(*series)


def test_axes_and_series_are_named_with_units_and_ticks():
    shown = texts(
        drawn(Series("rise", RISE), Series("fall", FALL), marks=[Mark("net", Decimal(4))])
    )
    for text in ("cash, millions of USD", "settled, %", "rise", "fall", "net", "0", "20", "100"):
        assert text in shown


def test_it_scales_and_takes_its_colours_from_the_page():
    chart = drawn(Series("rise", RISE))
    root = read(chart)
    assert root.get("viewBox")
    assert root.get("width") is None
    assert "fill:currentColor" in chart
    assert "@media (prefers-color-scheme:dark)" in chart


def test_lines_differ_in_colour_and_in_dash():
    chart = drawn(*(Series(str(number), RISE) for number in range(6)))
    dashes = re.findall(r"\.line\.s\d\{stroke-dasharray:([\d ]+)\}", chart)
    assert len({*dashes}) == 5  # the first is whole
    assert len({*LIGHT}) == len({*DARK}) == 6


@pytest.mark.parametrize(("colours", "ground"), [*zip((LIGHT, DARK), GROUNDS, strict=True)])
def test_lines_stand_out_from_the_ground(colours, ground):
    """WCAG 2.2, 1.4.11: three to one for what must be seen to understand."""
    for colour in colours:
        darker, lighter = sorted(map(luminance, (colour, ground)))
        assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_a_value_holds_until_the_next_point():
    """Nothing between two points is drawn that nobody computed."""
    path = read(drawn(Series("rise", RISE))).find(f"{SVG}polyline").get("points")
    corners = [tuple(map(float, corner.split(","))) for corner in path.split()]
    assert len(corners) == 2 * len(RISE) - 1
    for (x1, y1), (x2, y2) in pairwise(corners):
        assert x1 == x2 or y1 == y2
    (_, first), (_, second), *_ = corners
    assert first == second


def test_a_key_is_long_enough_to_tell_its_dash():
    chart = drawn(*(Series(str(number), RISE) for number in range(6)))
    keys = [*read(chart).iter(f"{SVG}polyline")][6:]
    left, right = (float(end.split(",")[0]) for end in keys[0].get("points").split())
    for dash in re.findall(r"stroke-dasharray:([\d ]+)\}", chart):
        assert 2 * sum(map(int, dash.split())) <= right - left


def test_what_would_break_the_file_is_written_otherwise():
    name = "a<b & \x01\udcff"
    chart = drawn(Series(name, RISE), title=name, description=name, marks=[Mark(name, Decimal(4))])
    chart.encode("utf-8")
    assert read(chart)[0].text == "a<b & \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"


def test_a_long_title_goes_on_in_the_next_line():
    title = "x" * 150
    lines = [text for text in texts(drawn(Series("rise", RISE), title=title)) if "xx" in text]
    assert len(lines) == 3
    assert "".join(lines) == title


def test_a_series_of_one_point_is_seen_and_one_of_none_left_out():
    chart = drawn(Series("point", RISE[1:2]), Series("nothing", []))
    assert len([*read(chart).iter(f"{SVG}circle")]) == 1
    assert "nothing" not in texts(chart)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        ("0", "100", ["0", "20", "40", "60", "80", "100"]),
        ("0", "25.65", ["0", "5", "10", "15", "20", "25"]),
        ("0", "0.07", ["0", "0.02", "0.04", "0.06"]),
        ("-3", "3", ["-3", "-2", "-1", "0", "1", "2", "3"]),
        ("1234", "9876", ["2000", "4000", "6000", "8000"]),
        ("0", "1", ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
    ],
)
def test_ticks_are_round_numbers(low, high, ticks):
    found = Axis("", Decimal(low), Decimal(high)).ticks()
    assert found == [Decimal(tick) for tick in ticks]


@given(st.decimals(-(10**6), 10**6, places=2), st.decimals("0.01", 10**12, places=2))
def test_an_axis_has_three_to_seven_ticks_within_it(low, span):
    axis = Axis("", low, low + span)
    ticks = axis.ticks()
    assert 2 <= len(ticks) <= 7
    assert all(axis.low <= tick <= axis.high for tick in ticks)


@pytest.mark.parametrize(
    "series", [[RISE, FALL], [RISE, RISE, RISE, RISE, RISE, RISE], [FLAT, FLAT, RISE]]
)
def test_labels_stay_off_each_other(series):
    curves = [[(float(x) * 70, 300 - 3 * float(y)) for x, y in points] for points in series]
    plot = Box(0, 0, 560, 300)
    boxes = place(curves, [80.0] * len(curves), 18, plot)
    assert all(box.within(plot) for box in boxes)
    assert not any(one.wider(9).meets(other) for one, other in combinations(boxes, 2))


def test_a_label_stands_at_its_own_line():
    """Two lines far apart: each label is nearer to its own."""
    high, low = [(0.0, 50.0), (560.0, 50.0)], [(0.0, 250.0), (560.0, 250.0)]
    first, second = place([high, low], [80.0, 80.0], 18, Box(0, 0, 560, 300))
    assert abs(first.top - 50) < 40
    assert abs(second.top - 250) < 40
