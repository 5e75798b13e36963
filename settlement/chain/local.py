"""A chain inside this process: eth-tester on py-evm, Prague rules, no node, no key, no network.

Submitting mines straight on eth-tester's own chain, one block for as many transactions as fit its
gas limit. That is the bulk path (`dvp bench speed` measures it), and web3 sees the result:
`LocalChain.web3` is an ordinary provider on the same chain for whoever wants to look.

The clock. py-evm takes a block's time from the wall clock unless told otherwise, and refuses the
past, so genesis is dated at `starts` and the time is set before every block and every call. Each
block carries a later second than the one before.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eth.abc import ComputationAPI, ReceiptAPI, SignedTransactionAPI
from eth.exceptions import PyEVMError
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth.vm.spoof import SpoofTransaction
from eth_keys.datatypes import PrivateKey
from eth_tester import EthereumTester, PyEVMBackend
from eth_typing import Address
from eth_utils import ValidationError, is_address, to_canonical_address

from settlement.chain.base import (
    NOBODY,
    TRANSACTION_GAS_CAP,
    Log,
    Receipt,
    Reverted,
    Transaction,
    checksummed,
)
from settlement.errors import ChainTrouble

if TYPE_CHECKING:
    from web3 import Web3

_GENESIS_BALANCE = 10**27
_FEE_PER_GAS = 10**10
_CALL_GAS = 30_000_000


class LocalChain:
    """The in-process adapter. `funded` accounts can pay for gas; nobody else has to."""

    def __init__(self, starts: int, funded: Iterable[str]) -> None:
        allocation = {
            to_canonical_address(address): {
                "balance": _GENESIS_BALANCE,
                "nonce": 0,
                "code": b"",
                "storage": {},
            }
            for address in funded
        }
        backend = PyEVMBackend(
            genesis_parameters=PyEVMBackend.generate_genesis_params({"timestamp": starts - 1}),
            genesis_state=allocation,
        )
        self._tester = EthereumTester(backend)
        self._time = starts

    @cached_property
    def web3(self) -> Web3:
        """web3 on this very chain, for tools and for the curious. Nothing here needs it."""
        from web3 import EthereumTesterProvider, Web3

        return Web3(EthereumTesterProvider(self._tester))

    @property
    def _chain(self) -> Any:
        """py-evm's chain; going back to the first block replaces it."""
        return self._tester.backend.chain

    @property
    def chain_id(self) -> int:
        return int(self._chain.chain_id)

    def now(self) -> int:
        return self._time

    def advance_to(self, time: int) -> None:
        earliest = self._chain.get_canonical_head().timestamp + 1
        if time < earliest:
            raise ChainTrouble(
                f"the chain's clock cannot go back to {time}: "
                f"its next block is at {earliest} at the earliest"
            )
        self._time = time

    def submit(self, transactions: Sequence[Transaction]) -> list[Receipt]:
        receipts: list[Receipt] = []
        with _no_collection():
            for block in self._blocks(transactions):
                receipts.extend(self._mine(block))
        return receipts

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        self._chain.set_header_timestamp(self._time)
        pending = self._chain.header.copy(base_fee_per_gas=0)
        state = self._chain.get_vm(pending).state
        caller = _canonical(sender or NOBODY)
        unsigned = PragueTransactionBuilder.create_unsigned_transaction(
            nonce=state.get_nonce(caller),
            gas_price=0,
            gas=_CALL_GAS,
            to=_canonical(to),
            value=0,
            data=data,
        )
        spoof = SpoofTransaction(unsigned, from_=caller)
        snapshot = state.snapshot()
        computation = state.apply_transaction(spoof)
        state.revert(snapshot)
        if computation.is_error:
            raise Reverted(bytes(computation.output))
        return bytes(computation.output)

    def checkpoint(self) -> Callable[[], None]:
        block, time = self._tester.backend.take_snapshot(), self._time

        def restore() -> None:
            self._tester.backend.revert_to_snapshot(block)
            self._time = time

        return restore

    def _blocks(self, transactions: Sequence[Transaction]) -> Iterator[list[Transaction]]:
        """Cuts the transactions into blocks that their gas fits, refusing what fits none."""
        limit = min(self._chain.get_canonical_head().gas_limit, 2 * TRANSACTION_GAS_CAP)
        for transaction in transactions:
            if transaction.gas > TRANSACTION_GAS_CAP:
                raise ChainTrouble(
                    f"a transaction asks for {transaction.gas:,} gas and the cap is "
                    f"{TRANSACTION_GAS_CAP:,}: split it"
                )
        block: list[Transaction] = []
        used = 0
        for transaction in transactions:
            if used + transaction.gas > limit:
                yield block
                block, used = [], 0
            block.append(transaction)
            used += transaction.gas
        if block:
            yield block

    def _mine(self, transactions: Sequence[Transaction]) -> Iterator[Receipt]:
        self._chain.set_header_timestamp(self._time)
        signed = self._sign(transactions)
        try:
            imported, receipts, computations = self._chain.mine_all(signed)
        except (PyEVMError, ValidationError) as trouble:
            raise ChainTrouble(f"the chain does not take a transaction: {trouble}") from trouble
        header = imported.imported_block.header
        self._time = header.timestamp + 1
        used_before = 0
        for transaction, receipt, computation in zip(signed, receipts, computations, strict=True):
            gas_used = receipt.gas_used - used_before
            used_before = receipt.gas_used
            yield _receipt(transaction, receipt, computation, header, gas_used)

    def _sign(self, transactions: Sequence[Transaction]) -> list[SignedTransactionAPI]:
        state = self._chain.get_vm().state
        nonces: dict[str, int] = {}
        signed = []
        for transaction in transactions:
            address = transaction.sender.address
            nonce = nonces.get(address, state.get_nonce(to_canonical_address(address)))
            nonces[address] = nonce + 1
            key = PrivateKey(bytes(transaction.sender.key))
            signed.append(self._unsigned(transaction, nonce).as_signed_transaction(key))
        return signed

    def _unsigned(self, transaction: Transaction, nonce: int) -> Any:
        """py-evm's form of it; eth-account's takes five times as long to the same bytes."""
        return PragueTransactionBuilder.new_unsigned_dynamic_fee_transaction(
            chain_id=self.chain_id,
            nonce=nonce,
            max_priority_fee_per_gas=0,
            max_fee_per_gas=_FEE_PER_GAS,
            gas=transaction.gas,
            to=Address(b"") if transaction.to is None else _canonical(transaction.to),
            value=0,
            data=transaction.data,
            access_list=[
                (_canonical(address), [int.from_bytes(key, "big") for key in keys])
                for address, keys in transaction.access_list
            ],
        )


def _canonical(address: str) -> Address:
    if not is_address(address):
        raise ChainTrouble(f"'{address}' is not an address")
    return to_canonical_address(address)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A block's computations all live until it is done: collecting in between finds nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _receipt(
    transaction: SignedTransactionAPI,
    receipt: ReceiptAPI,
    computation: ComputationAPI,
    header: Any,
    gas_used: int,
) -> Receipt:
    created = computation.msg.is_create and not computation.is_error
    return Receipt(
        succeeded=not computation.is_error,
        gas_used=gas_used,
        block=header.block_number,
        time=header.timestamp,
        transaction_hash=bytes(transaction.hash),
        contract=checksummed(computation.msg.storage_address) if created else None,
        output=bytes(computation.output) if computation.is_error else b"",
        logs=tuple(
            Log(
                address=checksummed(log.address),
                topics=tuple(topic.to_bytes(32, "big") for topic in log.topics),
                data=bytes(log.data),
            )
            for log in receipt.logs
        ),
    )
