"""Every story of the package leaves evidence that holds and says what happened."""

import csv
import json
from decimal import Decimal

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from settlement.evidence.bundle import require_room
from settlement.evidence.verifying import verify
from settlement.evidence.writing import write
from settlement.scenario.catalogue import find, names
from settlement.scenario.runner import Runner


def rows(folder, name):
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


def statement(folder, wallet):
    with (folder / "statements" / f"{wallet}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", names())
def test_it_holds(written, name):
    folder = written(name)
    verified = verify(folder)
    assert verified.name == find(name).name
    assert verified.counts.transactions == len(rows(folder, "transactions.jsonl"))
    assert verified.counts.events == len(rows(folder, "events.jsonl"))
    assert verified.counts.instructions == len(rows(folder, "instructions.jsonl"))
    assert verified.counts.statements == len(list((folder / "statements").iterdir()))
    assert all(row["event"] for row in rows(folder, "events.jsonl"))


def test_it_says_what_the_story_said(written):
    verified = verify(written("day"))
    runner = Runner(find("day"))
    told = runner.run()
    assert verified.counts.transactions == told.transactions
    assert verified.settlements == told.settlements
    held = {holding.wallet: dict(holding.balances) for holding in verified.holdings}
    assert held.pop("tri-party custody") == {"USD": Decimal("0.00"), "T-2035": 0}
    assert held == told.balances
    assert verified.supply == {"USD": Decimal("12000000.00"), "T-2035": 12_000_000}


def test_a_statement_tells_every_movement_and_why(written):
    lines = statement(written("day"), "dealer")
    told = [(line["asset"], line["what"], line["counterparty"], line["change"]) for line in lines]
    assert told == [
        ("USD", "opening", "", "0.00"),
        ("T-2035", "opening", "", "0"),
        ("T-2035", "Minted", "", "12000000"),
        ("T-2035", "Settled", "fund", "-2000000"),
        ("USD", "Settled", "fund", "2015000.00"),
        ("T-2035", "Opened", "fund", "-10000000"),
        ("USD", "Opened", "fund", "9974250.00"),
        ("T-2035", "Closed", "fund", "10000000"),
        ("USD", "Closed", "fund", "-9975441.37"),
    ]
    assert [line["balance"] for line in lines[-2:]] == ["10000000", "2013808.63"]
    assert lines[3]["time"] == "2026-03-02T14:00:00Z"


@pytest.mark.parametrize(
    ("story", "wallet", "reasons"),
    [
        ("default", "tri-party-custody", {"opening", "Opened", "Collected"}),
        ("tri-party-agent", "tri-party-custody", {"opening", "Opened", "Substituted", "Closed"}),
        ("ring", "first-bank", {"opening", "Minted", "Settled", "CycleSettled"}),
        ("coupon", "treasury", {"opening", "Minted", "Transfer"}),
        ("reversal", "fund", {"opening", "Minted", "Settled", "RootMoved"}),
    ],
)
def test_custody_and_the_others_have_their_reasons_too(written, story, wallet, reasons):
    assert {line["what"] for line in statement(written(story), wallet)} >= reasons


def test_refused_transactions_are_kept_with_what_refused_them(written):
    folder = written("waiting")
    refused = [row for row in rows(folder, "transactions.jsonl") if not row["succeeded"]]
    assert len(refused) == 2
    assert all(len(row["output"]) > 10 for row in refused)
    assert verify(folder).settlements == 0


def test_a_consent_says_what_carried_it_and_when_nothing_did(written):
    folder = written("clearing")
    carried = {
        (row["typed_data"]["primaryType"], len(row["transactions"]))
        for row in rows(folder, "instructions.jsonl")
    }
    assert carried == {("NettedTrade", 0), ("NetStatement", 1)}
    tried_twice = rows(written("refusals"), "instructions.jsonl")[0]
    assert len(tried_twice["transactions"]) == 2


def test_consents_are_checked_by_themselves(written):
    """By a line alone, and by a library that is none of ours, as the page says."""
    for row in rows(written("month"), "instructions.jsonl"):
        signable = encode_typed_data(full_message=row["typed_data"])
        assert Account.recover_message(signable, signature=row["signature"]) == row["signer"]
        digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
        assert "0x" + digest.hex() == row["digest"]


def bytes_of(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_story_writes_the_same_bytes(written, tmp_path):
    runner = Runner(find("ring"))
    told = runner.run()
    again = write(runner.market, told.name, tmp_path)
    assert bytes_of(tmp_path) == bytes_of(written("ring"))
    assert verify(written("ring")).bundle == again.bundle


def test_a_market_of_one_s_own_leaves_evidence_too(market, cast, deploy, tmp_path):
    """With a contract in it that no market has: what that logs is kept, and not decoded."""
    market.book_trade("S1", "dealer", "fund", "T-2035", 1_000, "USD", Decimal(1))
    market.dvp.settle("S1")
    stranger = deploy("AccessManager", cast.dealer.address)
    write(market, "Mine", tmp_path)
    verified = verify(tmp_path)
    assert (verified.settlements, verified.carried) == (1, 2)
    raw = [row for row in rows(tmp_path, "events.jsonl") if not row["event"]]
    assert {row["address"] for row in raw} == {stranger.address}
    assert [(row["contract"], row["arguments"]) for row in raw] == [("", {})] * len(raw)


def test_a_title_that_no_file_can_have_is_written_as_it_can_be(market, tmp_path):
    require_room(tmp_path)
    write(market, "a \ud800 b", tmp_path)
    assert verify(tmp_path).name == "a \\ud800 b"
