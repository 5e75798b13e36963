"""Delivery versus payment to try out, for teachers: `make lesson` opens it as a page.

`marimo edit --skip-update-check notebooks/atomic_settlement.py` opens it with its code.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="All or nothing")

with app.setup:
    from dataclasses import replace
    from decimal import Decimal
    from textwrap import dedent

    import marimo as mo

    from settlement.analytics.flows import CURRENCY, random_flow
    from settlement.analytics.liquidity import study
    from settlement.analytics.netting import bounds, netted_share, per_cent
    from settlement.drills.catalogue import ALL
    from settlement.drills.performance import perform
    from settlement.lessons.principal_at_risk import WAYS, PrincipalAtRisk
    from settlement.lessons.trades import FIRMS, PRICE, SALES, Failure, on_the_day
    from settlement.reporting import lesson as lesson_report
    from settlement.reporting import liquidity as liquidity_report
    from settlement.reporting.chart import svg
    from settlement.reporting.lesson_text import lesson_lines
    from settlement.reporting.story import Change
    from settlement.reporting.text import check_lines, show_amount
    from settlement.scenario.catalogue import text_of
    from settlement.scenario.loading import loads
    from settlement.scenario.runner import Runner
    from settlement.units import CENT, show_cash, show_exact


@app.cell(hide_code=True)
def _():
    mo.md("""
    # All or nothing

    Securities against cash, on a chain inside this computer: no real value, no network. Each of
    the four parts has something to choose, something to look at, and a question for the class.
    """)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 1 · Break it on purpose

    Choose a fault. Look at the wallets: what is refused changes none of them, what settles changes
    all of them at once. Without delivery versus payment the same fault leaves somebody poorer.
    """)
    return


@app.cell
def choose_fault():
    _faults = {f"{drill.name}: {drill.about().title}": drill for drill in ALL}
    fault = mo.ui.dropdown(_faults, next(iter(_faults)), full_width=True, label="The fault")
    fault
    return (fault,)


@app.cell
def break_on_purpose(fault):
    performance = perform(fault.value)
    mo.vstack(map(phase_shown, performance.phases))
    return (performance,)


@app.cell
def ask_about_fault(performance):
    for_the_class(performance.drill.question)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 2 · Somebody fails

    Three firms agree four trades for one day. Choose who fails, from when on, how the price moves
    and how the trades settle. Look at the principal lost: what a firm gave and got nothing for.
    """)
    return


@app.cell(hide_code=True)
def _():
    table(
        ["trade", "", "nominal", "cash"],
        [
            [
                f"{sale.reference} {sale.at:%H:%M}",
                f"{sale.seller} → {sale.buyer}",
                show_amount(sale.quantity),
                show_amount(sale.amount),
            ]
            for sale in SALES
        ],
        names=2,
    )
    return


@app.cell
def choose_failure():
    _firms = {firm: firm for firm in FIRMS}
    _moments = [on_the_day(hour, minute) for hour in range(10, 17) for minute in (0, 15, 30, 45)]
    fails = mo.ui.dropdown({**_firms, "nobody": None}, "fund", label="Who fails")
    moment = mo.ui.dropdown({f"{at:%H:%M}": at for at in _moments}, "11:15", label="from")
    _ways = {"all five ways": None, **{each.name: each.key for each in WAYS}}
    way = mo.ui.dropdown(_ways, "all five ways", label="settled")
    move = mo.ui.slider(-20, 20, 1, -2, debounce=True, show_value=True, label="price moves by %")
    mo.hstack([fails, moment, way, move], justify="start", wrap=True, gap=1.5)
    return fails, moment, move, way


@app.cell
def open_chains():
    principal_at_risk = PrincipalAtRisk()
    return (principal_at_risk,)


@app.cell
def fail(fails, moment, move, principal_at_risk):
    lesson = principal_at_risk.run(
        Failure(fails.value, moment.value), price_move=Decimal(move.value) / 100
    )
    return (lesson,)


@app.cell
def tell_failure(lesson):
    _who = f"At {lesson.at:%H:%M} **{lesson.fails} fails**: it does nothing any more."
    _price = f"Whatever has to be traded again is traded at **{show_exact(lesson.moved_price)}**."
    mo.md(f"{_who if lesson.fails else '**Nobody fails.**'} {_price}")
    return


@app.cell
def count_losses(lesson, way):
    ways = [each for each in lesson.ways if way.value in (None, each.key)]
    table(
        [lesson.currency, "principal lost", "replacement cost", "cash needed"],
        [
            [
                each.name,
                f"**{show_cash(each.principal_lost)}**",
                show_cash(each.replacement_cost),
                show_cash(lesson_report.total(each.cash_needed)),
            ]
            for each in ways
        ],
    )
    return (ways,)


@app.cell
def draw_losses(lesson, ways):
    _names = [each.name for each in ways]
    _drawn = lesson_report.chart(lesson)
    _lines = [line for line in _drawn.series if line.name in _names]
    drawing(replace(_drawn, title="Value without counter-value", series=_lines))
    return


@app.cell
def tell_losses(lesson):
    mo.accordion({"What happened, way by way": mo.plain_text("\n".join(lesson_lines(lesson)))})
    return


@app.cell(hide_code=True)
def _():
    for_the_class(
        "In which way can a party fail at any moment without anybody losing principal? What does"
        " that way not protect from, and what could?"
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 3 · A repo, and the price moves

    A dealer sells 10,000,000 nominal at 1.0075 to a fund and buys it back the next morning, with a
    haircut of 1%, at 4.30%. Choose the price at 14:00. Look at who is exposed then and what it may
    call, and at what moved by the end: interest, and nothing else.
    """)
    return


@app.cell
def choose_price():
    price = mo.ui.slider(
        0.9875, 1.0275, 0.0025, 0.9975, debounce=True, show_value=True, label="Price at 14:00"
    )
    price
    return (price,)


@app.cell
def write_day(price):
    _price = Decimal(f"{price.value:.4f}")
    _exposed, _other = ("fund", "dealer") if _price < PRICE else ("dealer", "fund")
    _cast, _, _ = text_of("margin-call").partition("steps:")
    day = _cast + dedent(f"""\
        steps:
          - price: {{T-2035: 1.0075}}
          - repo: R1
            seller: dealer
            buyer: fund
            collateral: {{T-2035: 10000000}}
            repo_rate: 4.30%
            purchase_date: 2026-03-02
            repurchase_date: 2026-03-03

          - at: 2026-03-02 14:00
            price: {{T-2035: {_price}}}
          - margin_report: {{from: {_exposed}, to: {_other}}}
          - margin_call: {{from: {_exposed}, to: {_other}}}
          - at: 2026-03-02 15:00
            deliver_margin: {{from: {_other}, to: {_exposed}}}

          - at: 2026-03-03 10:00
            close: R1
          - return_margin: {{from: {_exposed}, to: {_other}}}
        """)
    return (day,)


@app.cell
def live_day(day):
    scenario = loads(day, "the notebook")
    story = Runner(scenario).run()
    return scenario, story


@app.cell
def show_exposure(story):
    (_report,) = (told for told in story.steps if told.verb == "margin_report")
    _figures = {**_report.tables["repos"][0], **_report.figures}
    table(
        [_report.heading, "USD"],
        [
            [name.replace("_", " "), show_cash(_figures[name])]
            for name in ("owed", "market_value", "margin_value", "net_exposure", "call")
        ],
    )
    return


@app.cell
def tell_day(story):
    # Where nothing is called, nothing can be delivered or returned.
    _moved = [
        told
        for told in story.steps
        if told.verb in {"repo", "margin_call", "close"}
        or (told.verb in {"deliver_margin", "return_margin"} and not told.refusal)
    ]
    mo.md("\n".join(map(step_said, _moved)))
    return


@app.cell
def show_end(scenario, story):
    _held = [
        Change(
            name,
            asset,
            part.cash if asset == scenario.currency else part.securities.get(asset, 0),
            amount,
        )
        for name, part in scenario.participants.items()
        for asset, amount in story.balances[name].items()
    ]
    mo.vstack([wallets(_held), checked(story.checks)])
    return


@app.cell
def show_day(day):
    mo.accordion({"This day as a file for dvp run": mo.plain_text(day)})
    return


@app.cell(hide_code=True)
def _():
    for_the_class(
        "The call stands from two o'clock and is paid at three. Who carries what in this hour, and"
        " what would it have to cost to make it shorter?"
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 4 · How much cash does it take?

    Six members, large and small, trade with each other. Choose one of twenty made-up flows and how
    many of its trades. Look at how far apart three sums are: all payments, the cash that it takes
    to make them one by one, and the cash that it takes to settle everything at one moment.
    """)
    return


@app.cell
def choose_trades():
    seed = mo.ui.slider(1, 20, 1, 18, debounce=True, show_value=True, label="Flow")
    trades = mo.ui.slider(2, 40, 1, 30, debounce=True, show_value=True, label="Trades")
    mo.hstack([seed, trades], justify="start", wrap=True, gap=1.5)
    return seed, trades


@app.cell
def net(seed, trades):
    queue = random_flow(seed.value, trades.value, members=6)
    flow = liquidity_report.Flow(f"random flow {seed.value}", len(queue), 1, CURRENCY)
    studied = study([queue], CURRENCY)
    return flow, queue, studied


@app.cell
def show_totals(studied):
    _less = netted_share(studied.gross, studied.lower)
    mo.hstack(
        [
            mo.stat(cents(studied.gross), "all payments", "USD, gross", bordered=True),
            mo.stat(cents(studied.upper), "cash, one by one", "USD", bordered=True),
            mo.stat(
                cents(studied.lower), "cash, net", f"USD, {_less}% less than gross", bordered=True
            ),
        ],
        widths="equal",
        wrap=True,
    )
    return


@app.cell
def show_members(queue):
    table(
        ["member", "pays gross", "needs one by one", "needs net"],
        [
            [
                member,
                cents(sum(trade.value for trade in queue if trade.moves[1].giver == member)),
                cents(need.upper),
                cents(need.lower),
            ]
            for member, need in sorted(bounds(queue, CURRENCY).items())
        ],
    )
    return


@app.cell
def draw_liquidity(flow, studied):
    drawing(liquidity_report.chart(flow, studied))
    return


@app.cell
def tell_liquidity(flow, studied):
    _study = "\n".join(liquidity_report.study_lines(flow, studied))
    mo.accordion({"What the lines mean, with figures": mo.plain_text(_study)})
    return


@app.cell
def show_parts(studied):
    mo.vstack(
        [
            mo.md("The first trades settle gross as they come, the rest in one net at the end:"),
            table(
                ["settles gross", "of the value", "for so much cash"],
                [
                    [cents(part.value), f"{per_cent(part.value, studied.gross)}%", cents(part.cash)]
                    for part in studied.partial
                ],
                names=0,
            ),
        ]
    )
    return


@app.cell(hide_code=True)
def _():
    for_the_class(
        "At one moment the members need the least cash, and until then everybody waits. What can"
        " happen meanwhile, who bears it, and what is that worth against the cash saved?"
    )
    return


@app.function
def table(head, rows, names=1):
    """Figures on the right of the first columns, which are names."""
    marks = [":--"] * names + ["--:"] * (len(head) - names)
    return mo.md("\n".join(f"| {' | '.join(row)} |" for row in [head, marks, *rows]))


@app.function
def wallets(changes):
    """Before and after, in bold where it is not the same."""
    return table(
        ["wallet", "asset", "before", "after"],
        [
            [
                each.party,
                each.asset,
                show_amount(each.before),
                f"{'**' * moved}{show_amount(each.after)}{'**' * moved}",
            ]
            for each in changes
            for moved in [each.before != each.after]
        ],
        names=2,
    )


@app.function
def drawing(chart):
    """A chart, never so small that nobody can read it."""
    return mo.Html(
        '<div tabindex="0" style="overflow-x: auto">'
        f'<div style="min-width: 32rem">{svg(chart)}</div></div>'
    )


@app.function
def cents(amount):
    """Whole cents as money."""
    return show_cash(amount * CENT)


@app.function
def checked(checks):
    """Invariants, ticked, and whatever broke one."""
    return mo.md("  \n".join(check_lines(checks)))


@app.function
def step_said(told):
    """When, what, and how it came out."""
    how = told.lines or [f"refused: {told.refusal.sentence}"]
    return "  \n  ".join([f"- **{told.at:%-d %B %H:%M}** {told.heading}", *how])


@app.function
def attempt_shown(attempt):
    """Something submitted: red where it was refused, with the reason."""
    said = [attempt.what, *attempt.lines, *attempt.amiss]
    if attempt.refusal:
        why = attempt.refusal
        said.append(f"**refused ({why.reason or why.error})**: {why.sentence}")
    return mo.callout(mo.md("  \n".join(said)), kind="danger" if attempt.refusal else "success")


@app.function
def phase_shown(phase):
    """What was said and tried, every wallet before and after, what holds, what is lost."""
    said = [f"### {phase.heading}", "", *(f"- {line}" for line in phase.lines)]
    shown = [mo.md("\n".join(said))]
    shown += map(attempt_shown, phase.attempts)
    if phase.changes:
        shown.append(wallets(phase.changes))
    if phase.checks:
        shown.append(checked(phase.checks))
    if phase.lost is not None:
        shown.append(lost_shown(phase.lost))
    return mo.vstack(shown, gap=0.75)


@app.function
def lost_shown(lost):
    """What was given for nothing, and by whom."""
    said = [f"{each.party} {show_cash(each.amount)} {each.currency}" for each in lost]
    return mo.callout(f"Given for nothing: {', '.join(said) or 'nothing'}", kind="warn")


@app.function
def for_the_class(question):
    """What to ask at the end of a part."""
    return mo.callout(question, kind="info", title="For the class")


if __name__ == "__main__":
    app.run()
