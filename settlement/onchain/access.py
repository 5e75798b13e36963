"""Access lists (EIP-2930): what a transaction will read, named beforehand, which is cheaper.

An address or a word of storage that is named costs 100 gas less at its first use than one that is
not, and an unused one costs 1,900 (a word) or 2,400 (an address) for nothing. So only what every
settlement reads is listed: of each token its control word and both accounts, of the register both
wallets; for a repo also the policy's rule, the price and the module it runs. The contract that is
called is warm anyway; naming it would cost more than its few words save.

Where a variable stands is the compiler's answer (`storage` in the artifacts); a mapping's word is
at `keccak(key ‖ slot)`. `tests/contracts/test_access.py` proves that each entry is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from eth_utils import keccak, to_canonical_address

from settlement.errors import CompilerTrouble
from settlement.model.asset import Asset, Security
from settlement.model.cycle import NetMovement
from settlement.model.repo import Line, RepoTerms
from settlement.model.trade import Trade
from settlement.onchain.artifacts import load
from settlement.onchain.contract import Contract, token
from settlement.onchain.deployment import Deployment

AccessList = tuple[tuple[str, tuple[bytes, ...]], ...]

Assets = Mapping[str, Asset]
"""By address."""

Lines = Sequence[Line]

_Words = Iterator[tuple[str, bytes]]
"""(address, word of its storage)."""


def settling(registry: Contract, assets: Assets, trades: Sequence[Trade]) -> AccessList:
    """What settling these trades reads, each by itself."""
    words: list[tuple[str, bytes]] = []
    for trade in trades:
        words += _registrations(registry, trade.seller, trade.buyer)
        for asset in (trade.security, trade.cash):
            words += _movement(assets[asset], trade.seller, trade.buyer)
    return _listed(words)


def netting(registry: Contract, assets: Assets, trades: Sequence[Trade]) -> AccessList:
    """The same for all together: an account whose movements cancel out is not touched."""
    words: list[tuple[str, bytes]] = []
    nets: defaultdict[tuple[str, str], int] = defaultdict(int)
    for trade in trades:
        words += _registrations(registry, trade.seller, trade.buyer)
        nets[trade.security, trade.seller] -= trade.quantity
        nets[trade.security, trade.buyer] += trade.quantity
        nets[trade.cash, trade.buyer] -= trade.amount
        nets[trade.cash, trade.seller] += trade.amount
    for (asset, wallet), net in nets.items():
        if net:
            words += _movement(assets[asset], wallet)
    return _listed(words)


def cycling(
    at: Deployment, assets: Assets, movements: Mapping[str, Sequence[NetMovement]]
) -> AccessList:
    """What a netting cycle reads: its participants, and the accounts that move."""
    words = [*_registrations(at.registry, *movements)]
    for participant, moved in movements.items():
        for movement in moved:
            words += _movement(assets[movement.asset], participant)
    return _listed(words, [at.settlement.address])


def opening(at: Deployment, assets: Assets, terms: RepoTerms) -> AccessList:
    """What opening a repo reads: its exchange, the prices, and the policy on each kind."""
    words = [*_exchange(at, assets, terms), *_measured(at, assets, terms, terms.lines)]
    return _listed(words, _called(at, terms))


def closing(at: Deployment, assets: Assets, terms: RepoTerms) -> AccessList:
    """What closing a repo reads: its exchange."""
    return _listed(_exchange(at, assets, terms), _called(at, terms))


def substituting(
    at: Deployment, assets: Assets, terms: RepoTerms, before: Lines, after: Lines
) -> AccessList:
    """What other collateral reads: the prices of both baskets, the policy, and what moves."""
    words = [*_registrations(at.registry, terms.seller, terms.buyer)]
    words += [_quote(at, line) for line in before]
    words += _measured(at, assets, terms, after)
    holder = _holder(at, terms)
    for security in _moving(before, after):
        words += _registrations(at.registry, holder)
        words += _movement(assets[security], terms.seller, holder)
    return _listed(words, [at.changes.address, *_called(at, terms)])


def _moving(before: Lines, after: Lines) -> set[str]:
    """The securities of which the baskets do not have the same quantity."""
    differing = {(line.security, line.quantity) for line in before}
    differing ^= {(line.security, line.quantity) for line in after}
    return {security for security, _ in differing}


def _measured(at: Deployment, assets: Assets, terms: RepoTerms, lines: Lines) -> _Words:
    """The prices of lines, and what the policy says of their kinds."""
    for line in lines:
        yield _quote(at, line)
        security = assets[line.security]
        if isinstance(security, Security):
            version = _entry(_slot(at.policy, "_entries"), _word(terms.policy_version))
            kind = _word(security.kind.number)
            yield at.policy.address, _entry(int.from_bytes(version, "big"), kind)


def _quote(at: Deployment, line: Line) -> tuple[str, bytes]:
    return at.prices.address, _of(at.prices, "_quotes", line.security)


def _exchange(at: Deployment, assets: Assets, terms: RepoTerms) -> _Words:
    """Cash between the sides, collateral between the seller and whoever has it."""
    holder = _holder(at, terms)
    yield from _registrations(at.registry, terms.seller, terms.buyer, holder)
    yield from _movement(assets[terms.cash], terms.seller, terms.buyer)
    for line in terms.lines:
        yield from _movement(assets[line.security], terms.seller, holder)


def _holder(at: Deployment, terms: RepoTerms) -> str:
    return terms.custody if _is_tri_party(at, terms) else terms.buyer


def _called(at: Deployment, terms: RepoTerms) -> list[str]:
    custody = [at.custody.address] if _is_tri_party(at, terms) else []
    return [at.settlement.address, *custody]


def _is_tri_party(at: Deployment, terms: RepoTerms) -> bool:
    return terms.custody == at.custody.address


def _movement(asset: Asset, *wallets: str) -> _Words:
    contract = token(asset)
    yield asset.address, _word(_slot(contract, "_control"))
    for wallet in wallets:
        yield asset.address, _of(contract, "_accounts", wallet)


def _registrations(registry: Contract, *wallets: str) -> _Words:
    for wallet in wallets:
        yield registry.address, _of(registry, "_wallets", wallet)


def _listed(words: Iterable[tuple[str, bytes]], called: Iterable[str] = ()) -> AccessList:
    """Each word and address once, sorted, so that the same settlement has the same bytes."""
    listed: dict[str, set[bytes]] = {address: set() for address in called}
    for address, word in words:
        listed.setdefault(address, set()).add(word)
    return tuple((address, tuple(sorted(listed[address]))) for address in sorted(listed))


def _of(contract: Contract, mapping: str, address: str) -> bytes:
    """The word of a mapping that belongs to an address."""
    return _entry(_slot(contract, mapping), to_canonical_address(address).rjust(32, b"\0"))


def _slot(contract: Contract, variable: str) -> int:
    storage = load(contract.name).storage
    if variable not in storage:
        raise CompilerTrouble(f"{contract.name} has no variable {variable} of its own any more")
    return storage[variable]


def _entry(slot: int, key: bytes) -> bytes:
    return keccak(key + _word(slot))


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")
