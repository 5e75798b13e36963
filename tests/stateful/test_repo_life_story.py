"""Every act of the repo desk, in two stories: whatever the machine draws, these are looked at."""

from __future__ import annotations

from settlement.model.repo import Failing, IncomeNotice, Line
from tests.stateful.repo_cast import CUT_OFF, EASTERN, FORGED, HOUR
from tests.stateful.repo_life import Life, fresh_life
from tests.stateful.repo_standing import NettingSet, Repo
from tests.stateful.repo_world import CENT, DAY


def begin() -> tuple[Life, list[Repo]]:
    """The market, and its first repos in the order of their opening."""
    life = fresh_life()
    return life, list(life.model.repos.values())


def set_of(life: Life, repo: Repo) -> NettingSet:
    return life.model.sets[repo.netting_set]


def move(life: Life, netting: NettingSet, per_mille: int) -> None:
    """The prices of everything in the set move."""
    held = {line.security for repo in life.model.open_in(netting) for line in repo.lines}
    for security in sorted(held | netting.securities.keys()):
        life.post(security, life.world.quotes[security].price * per_mille // 1_000)


def exposed(life: Life, netting: NettingSet) -> tuple[str, str]:
    first = life.model.exposure(netting, life.now()) > 0
    return life.sides(netting, first=first)


def enough(life: Life, netting: NettingSet, symbol: str) -> tuple[Line, ...]:
    """As much of a security as the call that stands needs, and no piece more."""
    line = life.line(symbol, 1)
    piece = life.world.denominations[line.security]
    worth = life.model.margin_value(netting, line.security, piece, line.margin)
    assert netting.call
    pieces = -(-netting.call[0] // int(worth * 10**6))
    while pieces * worth * 10**6 < netting.call[0]:
        pieces += 1
    return (Line(line.security, pieces * piece, line.margin),)


def at(life: Life, repo: Repo, hour: int, days: int = 0) -> None:
    life.until((repo.late_from + days) * DAY - EASTERN + hour * HOUR)


def test_friends():
    """Changes, income, margin both ways, rolls, fails on either side, and all is closed."""
    life, (overnight, open_ended, five_days, ratio, two_days) = begin()
    seller, buyer = five_days.terms.seller, five_days.terms.buyer
    today, note = life.today(), life.assets["T-2035"]

    coupon = IncomeNotice(note, today, today, 123_457 * CENT)
    later = IncomeNotice(note, today, today + 1, 77 * CENT)
    assert life.record_income(five_days, coupon)
    assert not life.record_income(five_days, coupon)
    assert life.pay_income(five_days, coupon)
    assert not life.pay_income(five_days, coupon)
    assert life.record_income(open_ended, later)
    assert not life.pay_income(open_ended, later)

    for fault in FORGED:
        assert not life.open(life.terms("fund", "dealer"), fault)
        assert not life.amend(five_days, fault, rate=39_990_001)
        assert not life.substitute(five_days, life.lines({"B-2030": 2_100_000}), fault)
        assert not life.roll(five_days, life.terms("fund", "branch", lines=five_days.lines), fault)
        assert not life.give_notice(open_ended, today + 4, seller, fault)
    assert life.amend(five_days, rate=39_990_001)
    assert life.amend(five_days, purchase_price=five_days.price - 12_345_670_000)
    assert life.amend(five_days, lines=life.lines({"B-2030": 2_100_000, "T-2035": 1_000}))
    assert not life.amend(five_days, "stale", rate=1)
    assert life.give_notice(open_ended, today + 4, open_ended.terms.buyer)
    assert life.substitute(open_ended, life.lines({"B-2030": 5_200_000}))
    assert not life.substitute(open_ended, life.lines({"B-2030": 5_000_000}))

    hours = life.open(life.terms("fund", "dealer", duration=2, repurchase_date=today))
    night = life.open(
        life.terms("fund", "bank", duration=2, repurchase_date=today, rate=-7_000_000)
    )
    back = life.open(life.terms("fund", "dealer", income=1, repurchase_date=today + 2))
    assert hours
    assert night
    assert back
    life.wait(61 * 60 + 1, fresh=False)
    assert life.close(hours, hours.terms.buyer)
    assert life.cancel(unopened := life.terms("bank", "fund", binding_from=life.now() + 9), None)
    assert not life.open(unopened)

    netting = set_of(life, overnight)
    move(life, netting, 965)
    sides = exposed(life, netting)
    for fault in ("missing", "reversed", "twice", "foreign", "stale", "securities", "forged"):
        assert not life.call(netting, *sides, fault)
    assert life.call(netting, *sides)
    assert not life.call(netting, *sides)
    assert not life.substitute(open_ended, life.lines({"B-2030": 6_000_000}))
    assert not life.meet(netting, *sides)
    assert life.meet(netting, *sides[::-1])
    life.wait(DAY)
    assert life.close(night, night.terms.seller)
    following = life.terms("dealer", "fund", lines=overnight.lines, repurchase_date=today + 3)
    price = life.carries(overnight.lines)
    rolled = life.roll(
        overnight, life.terms("dealer", "fund", lines=overnight.lines, purchase_price=price)
    )
    assert rolled
    assert life.open(following)
    move(life, netting, 970)
    assert life.call(netting, *exposed(life, netting))
    lines = enough(life, netting, "B-2030")
    short = (Line(lines[0].security, lines[0].quantity - 100, lines[0].margin),)
    sides = exposed(life, netting)[::-1]
    assert not life.meet(netting, *sides, short)
    assert life.meet(netting, *sides, lines)
    life.wait(2 * HOUR)
    move(life, netting, 1_060)
    sides = exposed(life, netting)
    life.stop("USD")
    assert life.call(netting, *sides)
    assert netting.deadline == 0
    assert not life.set_clock(netting, *sides, run=True)
    life.heal()
    assert life.set_clock(netting, *sides, run=True)
    life.stop("USD")
    assert life.set_clock(netting, *sides, run=False)
    life.heal()
    assert life.set_clock(netting, *sides, run=True)
    assert life.meet(netting, *sides[::-1])
    for by, against in (sides, sides[::-1]):
        life.return_securities(netting, by, against, lines)
    assert not netting.securities

    income = IncomeNotice(note, today, today + 1, 9_876_543 * CENT)
    assert life.record_income(back, income)
    assert life.pay_income(back, income)
    assert life.pay_income(open_ended, later)

    at(life, two_days, 18)
    life.refresh()
    life.freeze(two_days.terms.seller, life.cash, 2**90)
    assert life.record_fail(two_days)
    assert two_days.failing is Failing.SELLER
    assert life.close(back, back.terms.seller)
    assert life.return_all(netting)
    life.wait(DAY)
    life.heal()
    assert life.close(two_days)
    for each in (rolled, *life.open_repos()):
        if each.open and each.due <= life.today() and each is not ratio:
            assert life.close(each, each.terms.seller)
    at(life, ratio, 18)
    life.stop("D-2029")
    assert life.record_fail(ratio)
    assert ratio.failing is Failing.IMPEDED
    life.wait(2 * DAY)
    life.heal()

    at(life, five_days, CUT_OFF // HOUR)
    life.refresh()
    held = life.world.balance[buyer, life.assets["B-2030"]]
    life.transfer(buyer, life.people["bank"], life.assets["B-2030"], held)
    assert life.record_fail(five_days)
    assert five_days.failing is Failing.BUYER
    life.wait(2 * DAY)
    assert not life.close(five_days)
    life.transfer(life.people["bank"], buyer, life.assets["B-2030"], held)
    assert life.close(five_days)
    assert seller != buyer
    for each in life.open_repos():
        if each.due <= life.today():
            assert life.close(each)
    lines = life.lines({"T-2035": 3_000_000, "B-2030": 1_000})
    wrong = life.open(life.terms("bank", "fund", lines=lines, custody=life.custody))
    assert wrong
    assert life.reverse(wrong, 30)
    assert not life.reverse(wrong, 0)
    assert life.reverse(wrong, 100)
    life.wait(DAY)
    assert life.close(wrong, wrong.terms.buyer)
    finish(life)


def test_enemies():
    """A call unmet, a fail that stands, close-outs in steps, stated values, claims in parts."""
    life, (overnight, open_ended, _, ratio, two_days) = begin()
    more = life.open(
        life.terms(
            "fund",
            "dealer",
            lines=life.lines({"C-2031": 1_111_111}),
            repurchase_date=life.today() + 9,
        )
    )
    assert more
    netting = set_of(life, ratio)
    life.wait(DAY)
    move(life, netting, 985)
    caller, debtor = exposed(life, netting)
    assert life.call(netting, caller, debtor)
    assert not life.declare(netting, caller, debtor)
    life.wait(HOUR + 1, fresh=False)
    assert not life.declare(netting, debtor, caller)
    assert life.declare(netting, caller, debtor)
    assert not life.declare(netting, caller, debtor)
    assert not life.meet(netting, debtor, caller)
    assert not life.close_out(netting)
    life.wait(HOUR + 1)
    for fault in ("reversed", "foreign", "stale"):
        assert not life.close_out(netting, fault=fault)
    assert life.close_out(netting, skip=1, most=1)
    assert life.close_out(netting)
    assert ratio.awards
    assert life.collect(ratio, ratio.terms.seller)
    assert not life.collect(ratio, ratio.terms.seller)
    life.stop("C-2031")
    assert life.collect(ratio, ratio.terms.buyer)
    assert not life.collect(ratio, ratio.terms.buyer)
    life.heal()
    assert life.collect(ratio, ratio.terms.buyer)
    owed, again = netting.claim, life.terms("dealer", "fund", lines=more.lines)
    assert life.open(again)
    move(life, netting, 960)
    caller, debtor = exposed(life, netting)
    assert life.call(netting, caller, debtor)
    life.wait(HOUR + 1, fresh=False)
    assert life.declare(netting, caller, debtor)
    life.wait(HOUR + 1)
    assert life.close_out(netting)
    assert owed != netting.claim != 0
    pay(life, netting)

    netting = set_of(life, overnight)
    life.refresh()
    move(life, netting, 950)
    caller, debtor = exposed(life, netting)
    assert life.call(netting, caller, debtor)
    assert life.meet(netting, debtor, caller)
    move(life, netting, 985)
    caller, debtor = exposed(life, netting)
    assert life.call(netting, caller, debtor)
    assert life.meet(netting, debtor, caller, enough(life, netting, "T-2035"))
    note = IncomeNotice(life.assets["B-2030"], life.today(), life.today() + 1, 4_321 * CENT)
    assert life.record_income(open_ended, note)
    at(life, overnight, 20)
    held = life.world.balance[overnight.terms.buyer, life.assets["T-2035"]]
    life.freeze(overnight.terms.buyer, life.assets["T-2035"], held)
    assert life.record_fail(overnight)
    assert not life.declare(netting, overnight.terms.seller, overnight.terms.buyer, overnight)
    life.wait(DAY + 1)
    for fault in ("stale", "forged", "ground"):
        assert not life.declare(
            netting, overnight.terms.seller, overnight.terms.buyer, overnight, fault
        )
    life.stop("bank")
    assert life.declare(netting, overnight.terms.seller, overnight.terms.buyer, overnight)
    assert not life.pay_income(open_ended, note)
    security, sides = life.assets["T-2035"], (overnight.terms.seller, overnight.terms.buyer)
    price = life.world.quotes[security].price
    assert not life.state_value(netting, *sides, security, price)
    life.wait(DAY, fresh=False)
    assert not life.state_value(netting, *sides[::-1], security, price)
    assert not life.state_value(netting, *sides, security, price * 79 // 100)
    assert life.state_value(netting, *sides, security, price * 81 // 100)
    assert not life.state_value(netting, *sides, security, price)
    life.refresh()
    assert life.close_out(netting, most=1)
    move(life, netting, 1_010)
    assert life.close_out(netting, most=1)
    move(life, netting, 990)
    assert not life.close_out(netting, fault="securities")
    assert life.close_out(netting)
    life.heal()
    for wallet in (open_ended.terms.buyer, open_ended.terms.seller):
        life.collect(open_ended, wallet)
    assert not any(open_ended.held.values())
    pay(life, netting)
    assert two_days.open
    finish(life)


def pay(life: Life, netting: NettingSet) -> None:
    """The claim, in two parts, and not a cent more."""
    owed = abs(netting.claim)
    assert owed
    by, against = life.sides(netting, first=netting.claim < 0)
    assert not life.pay_claim(netting, against, by, owed)
    assert not life.pay_claim(netting, by, against, owed + CENT)
    assert life.pay_claim(netting, by, against, owed // 3 // CENT * CENT)
    assert life.pay_claim(netting, by, against, abs(netting.claim))
    assert netting.claim == 0


def finish(life: Life) -> None:
    """What was signed does not happen a second time; everything is looked at."""
    for place in range(len(life.done)):
        life.replay(place)
    life.end()
