"""Somebody rewrites a bundle and every hash in it, but has no key: what was signed stands.

What is found first is named, by file and line, though every hash is good.
"""

import pytest
from eth_account import Account
from eth_utils import keccak

from settlement.errors import BadFile
from settlement.evidence.record import clock
from settlement.evidence.verifying import verify
from settlement.onchain import repo_signing, signing, typed_data
from settlement.onchain.operators import key_of
from settlement.reporting.evidence import verified_lines
from tests.evidence.rewriting import EVENTS, INSTRUCTIONS, MANIFEST, TRANSACTIONS

APPROVAL = "0x" + keccak(text="Approval(address,address,uint256)").hex()
NOBODYS = "0x" + "12" * 20
SETTLED = ("address", "uint256", "address", "uint256")


@pytest.fixture
def caught(hostile):
    """Seals a rewritten bundle and returns what `verify` says of it, without the folder."""

    def said(rewriter, derive=False):
        if derive:
            rewriter.derive()
        rewriter.seal()
        with pytest.raises(BadFile) as found:
            verify(rewriter.folder)
        (problem,) = found.value.problems
        assert problem.file.startswith(str(rewriter.folder))
        return str(problem).removeprefix(f"{rewriter.folder}/")

    return said


def line_of(rows, row):
    return rows.index(row) + 1


def with_amount(rewriter, event, amount):
    said = event["arguments"]
    values = (said["security"], int(said["quantity"]), said["cash"], amount)
    rewriter.with_data(event, *zip(SETTLED, values, strict=True))


def transfers_after(rewriter, event):
    """The transfers of the same transaction."""
    return [
        row
        for row in rewriter.events
        if (row["event"], row["transaction"]) == ("Transfer", event["transaction"])
    ]


def test_sealing_alone_changes_nothing(hostile, written):
    for story in ("day", "ring", "reversal"):
        rewriter = hostile(story)
        rewriter.derive()
        rewriter.seal()
        assert verify(rewriter.folder).bundle == verify(written(story)).bundle


# Events


def test_arguments_without_their_raw_entry(hostile, caught):
    day = hostile("day")
    event = day.event("Settled")
    event["arguments"]["amount"] = "1"
    place = line_of(day.events, event)
    said = 'arguments: is {"amount":"1","buyer":'
    assert caught(day).startswith(f"{EVENTS}:{place}: {said}")


def test_a_raw_entry_without_its_arguments(hostile, caught):
    day = hostile("day")
    event = day.event("Settled")
    with_amount(day, event, 1)
    assert caught(day).startswith(f"{EVENTS}:{line_of(day.events, event)}: arguments: is ")


def test_a_raw_entry_that_is_none(hostile, caught):
    day = hostile("day")
    event = day.event("Settled")
    event["data"] = "0x12"
    said = "data: is not what its event would have written"
    assert caught(day) == f"{EVENTS}:{line_of(day.events, event)}: {said}"


@pytest.mark.parametrize("field", ["sequence", "block", "time", "at", "contract", "event"])
def test_what_follows_from_the_transaction_and_the_abi(hostile, caught, field):
    day = hostile("day")
    event = day.event("Settled")
    event[field] = event[field] + 1 if isinstance(event[field], int) else "Something"
    assert caught(day).startswith(f"{EVENTS}:{line_of(day.events, event)}: {field}: is ")


def test_an_entry_of_a_transaction_that_failed(hostile, caught):
    day = hostile("day")
    event = day.event("Settled")
    place = line_of(day.events, event)
    failed = next(row for row in day.transactions if not row["succeeded"])
    event["transaction"] = failed["transaction"]
    assert caught(day) == f"{EVENTS}:{place}: transaction: is none that succeeded"


def test_entries_in_another_order(hostile, caught):
    day = hostile("day")
    day.events.reverse()
    assert "transaction: comes before that of the line before" in caught(day, derive=True)


def test_transactions_in_another_order(hostile, caught):
    day = hostile("day")
    day.transactions.reverse()
    assert caught(day, derive=True) == (
        f"{TRANSACTIONS}:2: block: comes before that of the line before"
    )


def test_a_transaction_twice(hostile, caught):
    day = hostile("day")
    day.transactions.append(day.transactions[-1].copy())
    place = len(day.transactions)
    assert caught(day, derive=True) == f"{TRANSACTIONS}:{place}: transaction: stands twice"


def test_a_moment_outside_what_was_signed(hostile, caught):
    """A day later, all else as it would be."""
    day = hostile("day")
    event = day.event("Settled")
    start = next(
        place
        for place, row in enumerate(day.transactions)
        if row["transaction"] == event["transaction"]
    )
    later = {row["transaction"] for row in day.transactions[start:]}
    for row in (*day.transactions, *day.events):
        if row["transaction"] in later:
            row["time"] += 86_400
            row["at"] = clock(row["time"])
    said = "time: is outside the window that was signed, 1772427600 to 1772513999"
    assert caught(day, derive=True) == f"{EVENTS}:{line_of(day.events, event)}: {said}"


# Consents


def test_the_amount_of_a_settled_trade(hostile, caught):
    """In the event, in what moved, in every balance: and it is not what was signed."""
    day = hostile("day")
    event = day.event("Settled")
    amount = int(event["arguments"]["amount"])
    with_amount(day, event, amount - 10_000)
    cash = transfers_after(day, event)[1]
    day.with_data(cash, ("uint256", amount - 10_000))
    place = line_of(day.events, event)
    said = f"arguments.amount: is {amount - 10_000}, and {amount} was signed"
    assert caught(day, derive=True) == f"{EVENTS}:{place}: {said}"


def test_the_amount_in_what_was_signed_too(hostile, caught):
    day = hostile("day")
    event = day.event("Settled")
    amount = int(event["arguments"]["amount"]) - 10_000
    with_amount(day, event, amount)
    day.with_data(transfers_after(day, event)[1], ("uint256", amount))
    trades = [row for row in day.instructions if row["typed_data"]["primaryType"] == "Trade"]
    for row in trades:
        row["typed_data"]["message"]["amount"] = str(amount)
        row["digest"] = "0x" + typed_data.digest_of(row["typed_data"]).hex()
    place = line_of(day.instructions, trades[0])
    assert caught(day, derive=True) == f"{INSTRUCTIONS}:{place}: signature: is not that of dealer"


@pytest.mark.parametrize("field", ["quantity", "security", "cash"])
def test_any_other_figure_of_a_settled_trade(hostile, caught, field):
    day = hostile("day")
    event = day.event("Settled")
    values = [event["arguments"][name] for name in ("security", "quantity", "cash", "amount")]
    changed = {"quantity": "1", "security": values[2], "cash": values[0]}
    values[("security", "quantity", "cash").index(field)] = changed[field]
    values[1], values[3] = int(values[1]), int(values[3])
    day.with_data(event, *zip(SETTLED, values, strict=True))
    assert caught(day, derive=True).startswith(
        f"{EVENTS}:{line_of(day.events, event)}: arguments.{field}: is "
    )


@pytest.mark.parametrize(
    ("story", "event", "kind", "whose"),
    [
        ("day", "Settled", "Trade", "dealer"),
        ("day", "Settled", "Trade", "fund"),
        ("day", "Opened", "RepoTerms", "dealer"),
        ("day", "Opened", "RepoTerms", "fund"),
        ("fails", "Delivered", "FreeDelivery", "fund"),
        ("ring", "CycleSettled", "NetStatement", "second bank"),
        ("month", "Opened", "RepoRoll", ""),
    ],
)
def test_a_signature_that_was_dropped(hostile, caught, story, event, kind, whose):
    """Whichever of them: what settled on it is named."""
    rewriter = hostile(story)
    dropped = next(
        row
        for row in rewriter.instructions
        if row["typed_data"]["primaryType"] == kind
        and (not whose or row["name"] == whose)
        and row["transactions"]
        and any(
            (each["event"], each["transaction"]) == (event, row["transactions"][-1])
            for each in rewriter.events
        )
    )
    settled = next(
        row
        for row in rewriter.events
        if (row["event"], row["transaction"]) == (event, dropped["transactions"][-1])
    )
    rewriter.instructions.remove(dropped)
    said = caught(rewriter, derive=True)
    assert said.startswith(f"{EVENTS}:{line_of(rewriter.events, settled)}: arguments.")
    assert said.endswith(f"its transaction carried no consent of {dropped['name']}")


def test_a_signature_of_one_trade_is_none_of_the_next(hostile, caught):
    """Each bank of the ring signs two trades of one batch; one of them loses the one it buys by."""
    ring = hostile("ring")
    settled = ring.event("Settled")
    (dropped,) = (
        row
        for row in ring.instructions
        if row["typed_data"]["primaryType"] == "Trade"
        and row["signer"] == settled["arguments"]["buyer"]
        and row["typed_data"]["message"]["buyer"] == row["signer"]
    )
    ring.instructions.remove(dropped)
    place = line_of(ring.events, settled)
    said = f"arguments.buyer: its transaction carried no consent of {dropped['name']}"
    assert caught(ring, derive=True) == f"{EVENTS}:{place}: {said}"


def test_a_cycle_that_is_not_the_one_that_was_signed(hostile, caught):
    ring = hostile("ring")
    event = ring.event("CycleSettled")
    said = event["arguments"]
    count = int(said["tradeCount"]) + 1
    ring.with_data(event, ("uint256", count), ("address[]", said["participants"]))
    found = caught(ring, derive=True)
    assert found.startswith(f"{EVENTS}:{line_of(ring.events, event)}: arguments.participants: its ")


def test_what_was_signed_for_another_contract(hostile, caught):
    """Both sides' keys sign the same trade once more, for the repo desk."""
    day = hostile("day")
    domain = signing.repo_domain(
        int(day.part("bundle")[0]["chain"]),
        next(row["address"] for row in day.part("contract") if row["name"] == "RepoFacility"),
    )
    for row in day.instructions:
        if row["typed_data"]["primaryType"] == "Trade":
            row["typed_data"]["domain"] = typed_data.domain_part(domain)
            digest = typed_data.digest_of(row["typed_data"])
            signature = key_of(f"wallet of {row['name']}").unsafe_sign_hash(digest).signature.hex()
            for each in day.transactions:
                each["data"] = each["data"].replace(row["signature"][2:], signature)
            row |= {"signature": "0x" + signature, "digest": "0x" + digest.hex()}
    place = line_of(day.events, day.event("Settled"))
    said = "arguments.seller: its transaction carried no consent of dealer"
    assert caught(day) == f"{EVENTS}:{place}: {said}"


def test_a_consent_that_no_transaction_carried_any_more(hostile, caught):
    day = hostile("day")
    row = day.instructions[0]
    row["transactions"] = []
    said = 'transactions: is [] and would be ["0x'
    assert caught(day).startswith(f"{INSTRUCTIONS}:1: {said}")


def test_a_signature_that_its_transaction_did_not_carry(hostile, caught):
    """The calldata is rewritten so that it carries nothing."""
    day = hostile("day")
    row = day.instructions[0]
    for each in day.transactions:
        each["data"] = each["data"].replace(row["signature"][2:], "00" * 65)
    row["transactions"] = []
    place = line_of(day.events, day.event("Settled"))
    said = "arguments.seller: its transaction carried no consent of dealer"
    assert caught(day) == f"{EVENTS}:{place}: {said}"


def test_a_signature_of_somebody_else(hostile, caught):
    day = hostile("day")
    key = Account.from_key(keccak(text="nobody"))
    row = day.instructions[0]
    digest = typed_data.digest_of(row["typed_data"])
    row["signature"] = "0x" + key.unsafe_sign_hash(digest).signature.hex()
    assert caught(day) == f"{INSTRUCTIONS}:1: signature: is not that of dealer"
    row["signer"] = row["name"] = key.address
    assert caught(day) == f"{INSTRUCTIONS}:1: signer: is no wallet of this bundle"


def test_what_somebody_signed_in_another_s_name(hostile, caught):
    day = hostile("day")
    row = day.instructions[0]
    document = row["typed_data"]
    message = document["message"] | {"signer": _wallet(day, "fund")}
    digest = typed_data.digest_of(document | {"message": message})
    key = key_of("wallet of dealer")
    document["message"] = message
    row["signature"] = "0x" + key.unsafe_sign_hash(digest).signature.hex()
    assert caught(day) == f"{INSTRUCTIONS}:1: typed_data: names another signer"


def test_a_consent_twice(hostile, caught):
    day = hostile("day")
    day.instructions.append(day.instructions[0].copy())
    place = len(day.instructions)
    assert caught(day, derive=True) == f"{INSTRUCTIONS}:{place}: signature: stands twice"


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("domain", {"chainId": "1"}, "is for no contract of this bundle"),
        ("domain", {"name": "DvP"}, "is for no contract of this bundle"),
        ("types", {"More": []}, "is of no type that is signed here"),
        ("message", {"more": "1"}, "the message is not what its types say: Trade has the members "),
        ("message", {"amount": "1.5"}, "the message is not what its types say: '1.5' does not "),
    ],
)
def test_typed_data_of_another_kind(hostile, caught, part, change, said):
    day = hostile("day")
    day.instructions[0]["typed_data"][part] |= change
    assert caught(day).startswith(f"{INSTRUCTIONS}:1: typed_data: {said}")


def test_the_terms_of_a_repo(hostile, caught):
    """One bit of its rate: the id is not the hash of such terms."""
    day = hostile("day")
    event = day.event("Opened")
    rate = f"{43_000_000:064x}"
    assert event["data"].count(rate) == 1
    event["data"] = event["data"].replace(rate, f"{43_000_001:064x}")
    said = "arguments.terms: are not those that the repo's id is the hash of"
    assert caught(day, derive=True) == f"{EVENTS}:{line_of(day.events, event)}: {said}"


@pytest.mark.parametrize(("story", "event"), [("day", "Settled"), ("ring", "CycleSettled")])
def test_what_settles_twice(hostile, caught, story, event):
    """The transaction once more under another hash, with all that it logged."""
    rewriter = hostile(story)
    settled = rewriter.event(event)
    again = "0x" + "12" * 32
    last = {name: rewriter.transactions[-1][name] for name in ("block", "time", "at")}
    for rows in (rewriter.transactions, rewriter.events):
        rows += [
            row | {"transaction": again} | last
            for row in rows
            if row["transaction"] == settled["transaction"]
        ]
    for row in rewriter.instructions:
        if settled["transaction"] in row["transactions"]:
            row["transactions"].append(again)
    said = caught(rewriter, derive=True)
    assert said.startswith(f"{EVENTS}:")
    assert said.endswith(": settled before")


# The register


def test_a_wallet_that_was_never_registered(hostile, caught):
    day = hostile("day")
    day.events[:] = [
        row
        for row in day.events
        if (row["event"], row["arguments"].get("wallet"))
        != ("WalletRegistered", _wallet(day, "fund"))
    ]
    issued = next(row for row in day.events if row["arguments"].get("to") == _wallet(day, "fund"))
    place = line_of(day.events, issued)
    said = "arguments.to: is fund, who was not registered then"
    assert caught(day, derive=True) == f"{EVENTS}:{place}: {said}"


def test_a_wallet_that_was_suspended_by_then(hostile, caught):
    day = hostile("day")
    suspended = day.event("WalletSuspended")
    settled = day.event("Settled")
    place = day.events.index(settled)
    day.events.remove(suspended)
    fields = ("transaction", "block", "time", "at")
    day.events.insert(place - 1, suspended | {name: day.events[place - 1][name] for name in fields})
    said = f"event: settled while {_name(day, suspended['arguments']['wallet'])} was suspended"
    assert caught(day, derive=True) == f"{EVENTS}:{line_of(day.events, settled)}: {said}"


def carried_for_the_intruder(rewriter, kind):
    """Gives a transaction that succeeded a consent of somebody who is not registered."""
    key = key_of("wallet of intruder")
    (facility,) = (row for row in rewriter.part("contract") if row["name"] == "RepoFacility")
    domain = signing.repo_domain(int(rewriter.part("bundle")[0]["chain"]), facility["address"])
    struct = kind(bytes(32), key.address)
    document = typed_data.document(domain, struct)
    signature = signing.sign(key, domain, struct).hex()
    transaction = next(row for row in rewriter.transactions if row["succeeded"])
    transaction["data"] += signature
    rewriter.instructions.append(
        {
            "name": "intruder",
            "signer": key.address,
            "typed_data": document,
            "digest": "0x" + domain.digest(struct).hex(),
            "signature": "0x" + signature,
            "transactions": [transaction["transaction"]],
        }
    )


def test_an_act_of_somebody_who_was_never_registered(hostile, caught):
    day = hostile("day")
    carried_for_the_intruder(day, repo_signing.closing_hash)
    said = "signer: was not registered when a transaction carried this"
    assert caught(day, derive=True) == f"{INSTRUCTIONS}:{len(day.instructions)}: {said}"


def test_whoever_is_not_registered_may_take_back(hostile):
    day = hostile("day")
    carried_for_the_intruder(day, repo_signing.cancellation_hash)
    day.derive()
    day.seal()
    assert verify(day.folder).carried == 10


def test_a_wallet_that_the_manifest_left_out(hostile, caught):
    day = hostile("day")
    (custody,) = (row for row in day.part("wallet") if row["name"] == "tri-party custody")
    file = next(row for row in day.part("file") if row["name"] == custody["statement"])
    for row in (custody, file):
        day.manifest.remove(row)
    (day.folder / custody["statement"]).unlink()
    said = "arguments.wallet: is no wallet of this bundle"
    assert caught(day) == f"{EVENTS}:1: {said}"


# Positions


def test_what_moved_otherwise_than_was_agreed(hostile, caught):
    """The transfers of a settled trade, and every balance after them."""
    day = hostile("day")
    event = day.event("Settled")
    day.with_data(transfers_after(day, event)[0], ("uint256", 1_999_000))
    said = "event: moved -1999000 T-2035 at dealer, and -2000000 was agreed"
    assert caught(day, derive=True) == f"{EVENTS}:{line_of(day.events, event)}: {said}"


@pytest.mark.parametrize("event", ["Settled", "Opened"])
def test_an_event_of_a_repo_s_life_is_no_cover(hostile, caught, event):
    """Beside what was signed outright stands an event after which nothing would be compared."""
    day = hostile("day")
    agreed = day.event(event)
    cash = transfers_after(day, agreed)[1]
    day.with_data(cash, ("uint256", 1_000_000))
    moment = {name: agreed[name] for name in ("transaction", "block", "time", "at")}
    place = day.events.index(agreed) + 1
    day.events.insert(place, day.event("AgreementRecorded") | moment)
    said = caught(day, derive=True)
    assert said.startswith(f"{EVENTS}:{place}: event: moved ")


def test_what_moved_with_no_event_to_say_why(hostile, caught):
    day = hostile("day")
    event = day.event("Settled")
    first = transfers_after(day, event)[0]
    day.events.remove(event)
    said = "event: moved, and no event of its transaction says why"
    assert caught(day, derive=True) == f"{EVENTS}:{line_of(day.events, first)}: {said}"


@pytest.mark.parametrize("cover", ["AgreementRecorded", "WalletSuspended", "Approval"])
def test_what_moved_behind_an_event_that_moves_nothing(hostile, caught, cover):
    """A transaction of its own, with an event beside the transfer that says nothing of it."""
    day = hostile("day")
    moved = transfers_after(day, day.event("Settled"))[1]
    again = {name: day.transactions[-1][name] for name in ("block", "time", "at")}
    again["transaction"] = "0x" + "12" * 32
    day.transactions.append(day.transactions[-1] | again | {"succeeded": True, "data": "0x"})
    beside = moved | {"topics": [APPROVAL, *moved["topics"][1:]], "event": "Approval"}
    if cover != "Approval":
        beside = day.event(cover)
    day.events += [beside | again, moved | again]
    day.with_data(day.events[-1], ("uint256", 10_000))
    said = "event: moved, and no event of its transaction says why"
    assert caught(day, derive=True) == f"{EVENTS}:{len(day.events)}: {said}"


def test_what_moved_beside_an_act_of_the_issuer(hostile, caught):
    """The issue of one asset says nothing of another."""
    day = hostile("day")
    minted = next(row for row in day.events if row["event"] == "Minted")
    moved = next(
        row
        for row in day.events
        if row["event"] == "Transfer" and row["address"] != minted["address"]
    )
    moment = {name: minted[name] for name in ("transaction", "block", "time", "at")}
    topics = [moved["topics"][0], moved["topics"][2], moved["topics"][2]]
    day.events.insert(day.events.index(minted) + 1, moved | moment | {"topics": topics})
    day.events[day.events.index(minted) + 1]["topics"][1] = "0x" + "00" * 12 + "12" * 20
    place = line_of(day.events, minted)
    assert caught(day, derive=True).startswith(f"{EVENTS}:{place}: event: moved ")


def test_what_nobody_had(hostile, caught):
    """The cash that was issued is left out: whoever spent it has less than nothing."""
    day = hostile("day")
    (cash,) = (row["address"] for row in day.part("asset") if row["symbol"] == "USD")
    (issued,) = (
        row["transaction"]
        for row in day.events
        if (row["event"], row["address"]) == ("Minted", cash)
    )
    for rows in (day.transactions, day.events):
        rows[:] = [row for row in rows if row["transaction"] != issued]
    spent = transfers_after(day, day.event("Settled"))[1]
    said = "arguments.value: is more than fund held"
    assert caught(day, derive=True) == f"{EVENTS}:{line_of(day.events, spent)}: {said}"


@pytest.mark.parametrize("beside", ["", "Rolled"])
def test_a_closing_that_was_paid_otherwise(hostile, caught, beside):
    """A roll pays less, and what both sides sign opens the next repo; to say so is not enough."""
    day = hostile("day")
    closed = day.event("Closed")
    if beside:
        rolled = keccak(text="Rolled(bytes32,bytes32,int256)").hex()
        topics = ["0x" + rolled, *closed["topics"][1:], closed["topics"][1]]
        day.events.insert(
            day.events.index(closed) + 1, closed | {"topics": topics, "event": beside}
        )
        day.with_data(day.events[day.events.index(closed) + 1], ("int256", 0))
    (cash,) = (row["address"] for row in day.part("asset") if row["symbol"] == "USD")
    (paid,) = (row for row in transfers_after(day, closed) if row["address"] == cash)
    day.with_data(paid, ("uint256", 10_000))
    said = f"arguments.paid: is {closed['arguments']['paid']}, and 10000 moved"
    assert caught(day, derive=True) == f"{EVENTS}:{line_of(day.events, closed)}: {said}"


@pytest.mark.parametrize(
    ("repo", "said"), [("", "settled before"), ("0x" + "12" * 32, "did not open")]
)
def test_a_closing_of_nothing(hostile, caught, repo, said):
    """The closing once more, of the same repo or of none."""
    day = hostile("day")
    closed = day.event("Closed")
    again = {name: day.transactions[-1][name] for name in ("block", "time", "at")}
    again["transaction"] = "0x" + "12" * 32
    day.transactions.append(day.transactions[-1] | again | {"succeeded": True, "data": "0x"})
    topics = [closed["topics"][0], repo or closed["topics"][1]]
    day.events.append(closed | again | {"topics": topics})
    place = len(day.events)
    assert caught(day, derive=True) == f"{EVENTS}:{place}: arguments.repo: {said}"


def test_margin_that_nobody_signed_for(hostile, caught):
    """The consent of whoever paid is left out."""
    story = hostile("margin-call")
    paid = story.event("MarginPaid")
    payer = "0x" + paid["topics"][2][26:]
    story.instructions[:] = [
        row
        for row in story.instructions
        if row["typed_data"]["primaryType"] not in {"MarginPayment", "MarginReturn"}
    ]
    said = caught(story, derive=True)
    place = line_of(story.events, paid)
    assert said == f"{EVENTS}:{place}: arguments.from: its transaction carried no consent of dealer"
    assert payer == _wallet(story, "dealer").lower()


def test_margin_of_another_amount_than_was_signed(hostile, caught):
    story = hostile("margin-call")
    paid = story.event("MarginPaid")
    word = next(
        row for row in story.instructions if row["typed_data"]["primaryType"] == "MarginPayment"
    )
    assert int(paid["data"][2:66], 16) == int(word["typed_data"]["message"]["amount"])
    paid["data"] = "0x" + f"{1:064x}" + paid["data"][66:]
    said = caught(story, derive=True)
    assert said.startswith(f"{EVENTS}:{line_of(story.events, paid)}: arguments.from: ")


@pytest.mark.parametrize(("event", "side"), [("MarginPaid", 2), ("Closed", 1), ("Closed", 2)])
def test_a_leg_of_a_repo_that_goes_to_somebody_else(hostile, caught, event, side):
    """A member that has nothing to do with the repo stands on one end of a transfer."""
    story = hostile("month")
    moved = transfers_after(story, story.event(event))[0]
    moved["topics"][side] = "0x" + "00" * 12 + _wallet(story, "broker")[2:].lower()
    place, argument = line_of(story.events, moved), ("from", "to")[side - 1]
    said = f"{EVENTS}:{place}: arguments.{argument}: broker is no side of what moves"
    assert caught(story, derive=True) == said


def test_a_cycle_that_moved_nothing(hostile, caught):
    """Its assets are written in small letters, which hash the same and are no asset's address."""
    ring = hostile("ring")
    settled = ring.event("CycleSettled")
    moved = transfers_after(ring, settled)
    ring.events[:] = [row for row in ring.events if row not in moved]
    statements = [
        row for row in ring.instructions if row["typed_data"]["primaryType"] == "NetStatement"
    ]
    for row in statements:
        for movement in row["typed_data"]["message"]["movements"]:
            movement["asset"] = movement["asset"].lower()
    said = caught(ring, derive=True)
    place = line_of(ring.instructions, statements[0])
    assert said.startswith(f"{INSTRUCTIONS}:{place}: typed_data: the message is not what its ")
    assert said.endswith("is not written with its checksum")


def test_what_a_cycle_moved_otherwise(hostile, caught):
    ring = hostile("ring")
    event = ring.event("CycleSettled")
    moved = transfers_after(ring, event)[0]
    ring.with_data(moved, ("uint256", int(moved["arguments"]["value"]) - 1_000_000))
    place = line_of(ring.events, event)
    assert caught(ring, derive=True).startswith(f"{EVENTS}:{place}: event: moved ")


@pytest.mark.parametrize(("event", "story"), [("Minted", "day"), ("RootMoved", "reversal")])
def test_what_the_depository_moved_otherwise(hostile, caught, event, story):
    rewriter = hostile(story)
    said = rewriter.event(event)
    rewriter.with_data(transfers_after(rewriter, said)[0], ("uint256", 1_000))
    place = line_of(rewriter.events, said)
    assert caught(rewriter, derive=True).startswith(f"{EVENTS}:{place}: event: moved 1000 ")


@pytest.mark.parametrize(
    ("part", "name", "field", "value"),
    [
        ("wallet", "dealer", "balances.USD", "2013808.64"),
        ("wallet", "tri-party custody", "balances.T-2035", "1"),
        ("wallet", "dealer", "lei", "9999"),
        ("asset", "T-2035", "supply", "12000001"),
        ("asset", "T-2035", "omnibus", "11999999"),
        ("asset", "USD", "omnibus", "1"),
        ("asset", "USD", "supply", "1.00"),
    ],
)
def test_a_closing_figure(hostile, caught, part, name, field, value):
    day = hostile("day")
    (row,) = (row for row in day.part(part) if name in (row.get("name"), row.get("symbol")))
    outer, _, inner = field.partition(".")
    if inner:
        row[outer][inner] = value
    else:
        row[outer] = value
    place = line_of(day.manifest, row)
    assert caught(day).startswith(f"{MANIFEST}:{place}: {field}: is ")


@pytest.mark.parametrize("whose", ["intruder", "nobody"])
def test_what_somebody_gets_who_was_never_registered(hostile, caught, whose):
    """A holder's own transfer goes elsewhere: to a wallet of the bundle, or to none."""
    refused = hostile("day")
    stranger = _wallet(refused, "intruder") if whose == "intruder" else NOBODYS
    spent = refused.event("Transfer", -1)
    last = {name: refused.transactions[-1][name] for name in ("block", "time", "at")}
    last["transaction"] = "0x" + "12" * 32
    call = last | {"succeeded": True, "data": "0x", "to": spent["address"]}
    refused.transactions.append(refused.transactions[-1] | call)
    source = "0x" + "00" * 12 + spent["arguments"]["to"][2:].lower()
    topics = [spent["topics"][0], source, "0x" + "00" * 12 + stranger[2:].lower()]
    refused.events.append(spent | last | {"topics": topics})
    refused.with_data(refused.events[-1], ("uint256", 1))
    said = f"arguments.to: is {whose if whose == 'intruder' else NOBODYS}, who was not registered"
    place = len(refused.events)
    assert caught(refused, derive=True) == f"{EVENTS}:{place}: {said} then"


def test_a_line_of_a_statement(hostile, caught):
    day = hostile("day")
    path = day.folder / "statements" / "dealer.csv"
    path.write_text(path.read_text("utf-8").replace("2013808.63", "2013808.64"), "utf-8")
    lines = path.read_text("utf-8").splitlines()
    said = caught(day)
    assert said.startswith(f"statements/dealer.csv:{len(lines)}: by the events this line is 2026")
    assert said.endswith(",2013808.63")


# The manifest


@pytest.mark.parametrize(
    ("part", "field", "value", "said"),
    [
        ("bundle", "chain", "one", "chain: is not the number of a chain"),
        ("bundle", "format", "2", 'format: is "2" and would be "1"'),
        ("bundle", "part", "bundles", 'part: is "bundles" and would be "bundle"'),
        ("contract", "name", "Mine", "name: is no contract of a market"),
        ("asset", "decimals", 0, "decimals: is not that of the contract at the asset's address"),
        ("asset", "kind", "treasury-note", "kind: is none of a CashToken"),
        ("asset", "isin", "US91282CZZ75", "isin: stands with a security, and with no cash"),
        ("wallet", "statement", "../x.csv", 'statement: is "../x.csv" and would be "statements/'),
        ("file", "name", "../x", "name: is not transactions.jsonl, which comes here"),
        ("file", "sha256", "00", 'sha256: is "00" and would be "'),
        ("end", "more", 1, "more: does not belong here"),
    ],
)
def test_a_line_of_the_manifest(hostile, caught, part, field, value, said, monkeypatch):
    day = hostile("day")
    row = day.part(part)[0]
    place = line_of(day.manifest, row)
    if part == "file":  # as it was sealed before
        monkeypatch.setattr(day, "part", lambda _: [])
    row[field] = value
    assert caught(day).startswith(f"{MANIFEST}:{place}: {said}")


@pytest.mark.parametrize(
    ("part", "field"), [("contract", "address"), ("wallet", "address"), ("asset", "address")]
)
def test_one_thing_under_two_names(hostile, caught, part, field):
    day = hostile("day")
    first, second = day.part(part)[:2]
    second[field] = first[field]
    place = line_of(day.manifest, second)
    assert caught(day) == f"{MANIFEST}:{place}: {field}: stands twice"


def test_a_second_register_of_wallets(hostile, caught):
    day = hostile("day")
    registry = day.part("contract")[0]
    place = day.manifest.index(day.part("asset")[0])
    day.manifest.insert(place, registry | {"address": "0x" + "12" * 20})
    assert caught(day) == f"{MANIFEST}:{place + 1}: name: stands twice"


@pytest.mark.parametrize("name", ["RepoFacility", "WalletRegistry", "TriPartyCustody"])
def test_a_contract_that_every_market_has(hostile, caught, name):
    day = hostile("day")
    day.manifest.remove(next(row for row in day.part("contract") if row["name"] == name))
    said = f"part: comes before no {name}, which every market has"
    assert caught(day) == f"{MANIFEST}:1: {said}"


def test_an_asset_that_was_left_out(hostile, caught):
    """What moves of it would be in no statement, and compared with nothing."""
    day = hostile("day")
    asset = next(row for row in day.part("asset") if row["symbol"] == "USD")
    day.manifest.remove(asset)
    token = next(row for row in day.part("contract") if row["address"] == asset["address"])
    said = "address: is that of a token, and of no asset"
    assert caught(day) == f"{MANIFEST}:{line_of(day.manifest, token)}: {said}"


def test_cash_that_is_called_a_security(hostile, caught):
    """Both issue with an event of the same shape; what was signed says which is which."""
    day = hostile("day")
    cash = next(row for row in day.part("asset") if row["symbol"] == "USD")
    token = next(row for row in day.part("contract") if row["address"] == cash["address"])
    token["name"] = "SecurityEntitlement"
    for row in day.events:
        if row["address"] == cash["address"]:
            row["contract"] = token["name"]
    cash |= {"decimals": 0, "kind": "treasury-note", "isin": "US91282CZZ75"}
    said = "typed_data: has a cash that is none of this bundle's"
    assert caught(day, derive=True) == f"{INSTRUCTIONS}:1: {said}"


def test_names_that_a_terminal_would_obey(hostile):
    day = hostile("day")
    day.part("bundle")[0]["name"] = "A day\nbundle \x1b[2J\u202e"
    day.derive()
    day.seal()
    first, *_ = verified_lines(verify(day.folder))
    assert first.startswith(r"A day\nbundle \x1b[2J\u202e: evidence in ")


def test_what_a_terminal_would_obey_in_what_is_refused(hostile, caught):
    day = hostile("day")
    day.instructions[0]["signer"] = "\x1b[2J"
    assert caught(day) == rf"{INSTRUCTIONS}:1: signature: is not that of \x1b[2J"


def test_a_manifest_that_names_less(hostile, caught):
    day = hostile("day")
    row = day.part("file")[0]
    day.manifest.remove(row)
    said = "part: comes after more or fewer lines than a manifest has"
    assert caught(day) == f"{MANIFEST}:{len(day.manifest)}: {said}"


@pytest.mark.parametrize("kept", [0, 1])
def test_a_manifest_without_its_end(hostile, kept):
    day = hostile("day")
    day.seal()
    path = day.folder / MANIFEST
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
    with pytest.raises(BadFile) as found:
        verify(day.folder)
    assert str(found.value).endswith("ends before its last line")


def _wallet(rewriter, name):
    return next(row["address"] for row in rewriter.part("wallet") if row["name"] == name)


def _name(rewriter, address):
    return next(row["name"] for row in rewriter.part("wallet") if row["address"] == address)
