"""A hostile rewriter: edits a bundle, then makes good all that needs no key.

The format of chained lines is written down here a second time, as the documentation has it.
"""

import hashlib
import json

from eth_abi import encode

from settlement.chain.base import Log
from settlement.depository.register import Register
from settlement.evidence.chained import Line
from settlement.evidence.facts import facts_in
from settlement.evidence.record import by_address, decoded, plain
from settlement.evidence.statements import Happened, statements

MANIFEST, TRANSACTIONS = "manifest.jsonl", "transactions.jsonl"
EVENTS, INSTRUCTIONS = "events.jsonl", "instructions.jsonl"


def written(row):
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chain(rows):
    before, lines = "0" * 64, []
    for row in rows:
        before = hashlib.sha256((before + written(row)).encode()).hexdigest()
        lines.append(written(row | {"hash": before}) + "\n")
    return "".join(lines).encode()


class Rewriter:
    """The rows of a bundle by file, without their hashes, to be edited in place."""

    def __init__(self, folder):
        self.folder = folder
        self.manifest, self.transactions, self.events, self.instructions = (
            self._read(name) for name in (MANIFEST, TRANSACTIONS, EVENTS, INSTRUCTIONS)
        )

    def part(self, part):
        """The rows of a part of the manifest."""
        return [row for row in self.manifest if row["part"] == part]

    def event(self, name, place=0):
        """An event by its name and its place among its like."""
        return [row for row in self.events if row["event"] == name][place]

    def with_data(self, row, *typed):
        """Gives an event other data: (type, value) of each argument that is not indexed."""
        row["data"] = plain(encode([kind for kind, _ in typed], [value for _, value in typed]))

    def seal(self):
        """Makes every hash good; says nothing else that was not said before."""
        for name, rows in self._chained().items():
            (self.folder / name).write_bytes(chain(rows))
        for row in self.part("file"):
            data = (self.folder / row["name"]).read_bytes()
            row |= {"sha256": hashlib.sha256(data).hexdigest(), "lines": data.count(b"\n")}
        *rows, last = self.manifest
        last["bundle"] = hashlib.sha256(chain(rows)).hexdigest()
        (self.folder / MANIFEST).write_bytes(chain(self.manifest))

    def derive(self):
        """Makes good whatever follows from the raw log: events, statements, closing figures."""
        facts = facts_in([Line(MANIFEST, place, row) for place, row in enumerate(self.manifest)])
        contracts = by_address(facts.contracts)
        for rows in self._chained().values():
            for number, row in enumerate(rows, start=1):
                row["sequence"] = number
        happened = []
        for row in self.events:
            event = decoded(_log(row), contracts)
            row["arguments"] = {name: plain(value) for name, value in event.arguments.items()}
            happened.append(Happened(row["time"], row["transaction"], event))
        for name, data in statements(facts, happened).items():
            (self.folder / name).write_bytes(data)
        self._close(facts, [each.event for each in happened])

    def _close(self, facts, events):
        register = Register()
        register.apply(events)
        for row, wallet in zip(self.part("wallet"), facts.wallets, strict=True):
            for asset in facts.assets:
                held = register.balance(asset.address, wallet.address)
                row["balances"][asset.symbol] = asset.shown(held)
        for row, asset in zip(self.part("asset"), facts.assets, strict=True):
            row["supply"] = asset.shown(register.supply(asset.address))

    def _chained(self):
        return {
            TRANSACTIONS: self.transactions,
            EVENTS: self.events,
            INSTRUCTIONS: self.instructions,
        }

    def _read(self, name):
        rows = map(json.loads, (self.folder / name).read_text("utf-8").splitlines())
        return [{key: value for key, value in row.items() if key != "hash"} for row in rows]


def _log(row):
    topics = tuple(bytes.fromhex(topic[2:]) for topic in row["topics"])
    return Log(row["address"], topics, bytes.fromhex(row["data"][2:]))
