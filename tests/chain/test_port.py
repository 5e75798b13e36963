"""What every adapter of the chain port does. A new one joins by a line in `ADAPTERS`.

The contracts are a few bytes each, so that nothing but the port is tested:

`ECHO` reverts with what it is sent; `COUNTER` counts in its first word, logs and returns the
count; `CLOCK` returns the time of its block.
"""

from collections.abc import Callable
from functools import partial

import pytest

from settlement.chain.base import TRANSACTION_GAS_CAP, Chain, Reverted, Transaction
from settlement.chain.local import LocalChain
from settlement.errors import ChainTrouble
from settlement.onchain.operators import key_of

STARTS = 1_772_460_000
ALICE, BOB, POOR = (key_of(f"port {name}") for name in ("first", "second", "without ether"))
FUNDED = (ALICE.address, BOB.address)

ADAPTERS: dict[str, Callable[[], Chain]] = {"local": partial(LocalChain, STARTS, FUNDED)}

ECHO = bytes.fromhex("365f5f37365ffd")
COUNTER = bytes.fromhex("5f54600101805f555f5260205fa060205ff3")
CLOCK = bytes.fromhex("425f5260205ff3")


@pytest.fixture(params=ADAPTERS)
def fresh(request):
    """Makes chains of one adapter."""
    return ADAPTERS[request.param]


@pytest.fixture
def chain(fresh):
    return fresh()


def creation(code, sender=ALICE, gas=200_000):
    """Deploys `code`: push it, store it, return it."""
    size = len(code)
    init = bytes([0x5F + size]) + code + bytes([0x5F, 0x52, 0x60, size, 0x60, 32 - size, 0xF3])
    return Transaction(sender, None, init, gas)


def deployed(chain, code):
    (receipt,) = chain.submit([creation(code)])
    assert receipt.succeeded
    return receipt.contract


def count_of(chain, counter):
    """One more is what a call would return."""
    return int.from_bytes(chain.call(counter, b""), "big") - 1


def test_receipts_come_in_the_order_of_the_transactions(chain):
    counter = deployed(chain, COUNTER)
    senders = [ALICE, BOB, BOB, ALICE, BOB]
    receipts = chain.submit([Transaction(sender, counter, b"", 100_000) for sender in senders])
    counts = [int.from_bytes(receipt.logs[0].data, "big") for receipt in receipts]
    assert counts == [1, 2, 3, 4, 5]
    assert len({receipt.block for receipt in receipts}) == 1
    assert all(receipt.logs[0].address == counter for receipt in receipts)
    assert all(21_000 < receipt.gas_used < 100_000 for receipt in receipts)
    assert len({receipt.transaction_hash for receipt in receipts}) == 5


def test_more_than_a_block_fits_is_split_in_order(chain):
    counter = deployed(chain, COUNTER)
    receipts = chain.submit([Transaction(ALICE, counter, b"", 10_000_000) for _ in range(7)])
    blocks = [receipt.block for receipt in receipts]
    counts = [int.from_bytes(receipt.logs[0].data, "big") for receipt in receipts]
    times = [receipt.time for receipt in receipts]
    assert counts == [1, 2, 3, 4, 5, 6, 7]
    assert blocks == sorted(blocks)
    assert len(set(blocks)) == len(set(times)) > 1
    assert times == sorted(times)


def test_a_transaction_above_the_cap_is_refused_before_anything_is_sent(chain):
    counter = deployed(chain, COUNTER)
    small = Transaction(ALICE, counter, b"", 100_000)
    with pytest.raises(ChainTrouble, match="asks for 16,777,217 gas and the cap is 16,777,216"):
        chain.submit([small, Transaction(ALICE, counter, b"", TRANSACTION_GAS_CAP + 1)])
    assert count_of(chain, counter) == 0
    (receipt,) = chain.submit([Transaction(ALICE, counter, b"", TRANSACTION_GAS_CAP)])
    assert receipt.succeeded


def test_a_failing_transaction_reports_its_revert_data_and_stops_nobody(chain):
    echo, counter = deployed(chain, ECHO), deployed(chain, COUNTER)
    good = Transaction(ALICE, counter, b"", 100_000)
    before, failed, after = chain.submit(
        [good, Transaction(ALICE, echo, b"as it was sent", 100_000), good]
    )
    assert (before.succeeded, failed.succeeded, after.succeeded) == (True, False, True)
    assert failed.output == b"as it was sent"
    assert failed.logs == ()
    assert failed.gas_used > 21_000
    assert count_of(chain, counter) == 2


def test_running_out_of_gas_takes_all_of_it_and_says_nothing(chain):
    counter = deployed(chain, COUNTER)
    (receipt,) = chain.submit([Transaction(ALICE, counter, b"", 22_000)])
    assert not receipt.succeeded
    assert (receipt.output, receipt.gas_used) == (b"", 22_000)


def test_a_failed_creation_has_no_address(chain):
    (receipt,) = chain.submit([Transaction(ALICE, None, bytes.fromhex("5f5ffd"), 100_000)])
    assert not receipt.succeeded
    assert receipt.contract is None


def test_a_call_changes_nothing_and_raises_what_it_reverts_with(chain):
    echo, counter = deployed(chain, ECHO), deployed(chain, COUNTER)
    assert count_of(chain, counter) == count_of(chain, counter) == 0
    with pytest.raises(Reverted) as caught:
        chain.call(echo, b"no", sender=POOR.address)
    assert caught.value.data == b"no"
    assert chain.call(POOR.address, b"anything") == b""


def test_blocks_and_calls_carry_the_time_that_was_set(chain):
    clock = deployed(chain, CLOCK)
    chain.advance_to(STARTS + 86_400)
    assert chain.now() == STARTS + 86_400
    assert int.from_bytes(chain.call(clock, b""), "big") == STARTS + 86_400
    (receipt,) = chain.submit([Transaction(ALICE, clock, b"", 100_000)])
    assert receipt.time == STARTS + 86_400
    assert chain.now() == STARTS + 86_401


def test_the_clock_refuses_the_past_and_stays_where_it_was(chain):
    (receipt,) = chain.submit([creation(CLOCK)])
    chain.advance_to(receipt.time + 1)
    for past in (receipt.time, receipt.time - 1, 0):
        with pytest.raises(ChainTrouble, match="cannot go back"):
            chain.advance_to(past)
    assert chain.now() == receipt.time + 1


def test_a_checkpoint_restores_state_time_and_nonce_each_time(chain):
    counter = deployed(chain, COUNTER)
    chain.submit([Transaction(ALICE, counter, b"", 100_000)])
    time, restore = chain.now(), chain.checkpoint()
    told = []
    for _ in range(3):
        chain.advance_to(time + 1_000)
        told.append(chain.submit([Transaction(ALICE, counter, b"", 100_000) for _ in range(3)]))
        assert count_of(chain, counter) == 4
        restore()
        assert (chain.now(), count_of(chain, counter)) == (time, 1)
    assert told[0] == told[1] == told[2]


def test_checkpoints_nest_and_one_may_be_the_very_beginning(chain):
    from_the_start = chain.checkpoint()
    counter = deployed(chain, COUNTER)
    from_the_middle = chain.checkpoint()
    chain.submit([Transaction(ALICE, counter, b"", 100_000)])
    from_the_middle()
    assert count_of(chain, counter) == 0
    from_the_start()
    assert chain.call(counter, b"") == b""
    assert (chain.now(), deployed(chain, COUNTER)) == (STARTS, counter)


@pytest.mark.parametrize("to", ["", "nobody", "0x1234", "0x" + "zz" * 20])
def test_an_address_that_is_none_is_refused(chain, to):
    with pytest.raises(ChainTrouble, match="is not an address"):
        chain.submit([Transaction(ALICE, to, b"", 100_000)])
    with pytest.raises(ChainTrouble, match="is not an address"):
        chain.call(to, b"")


@pytest.mark.parametrize(
    "refused",
    [Transaction(POOR, ALICE.address, b"", 100_000), Transaction(ALICE, BOB.address, b"", 20_999)],
    ids=["no ether", "less gas than any transaction needs"],
)
def test_what_the_chain_does_not_take_is_trouble_and_does_no_harm(chain, refused):
    counter = deployed(chain, COUNTER)
    good = Transaction(ALICE, counter, b"", 100_000)
    with pytest.raises(ChainTrouble, match="does not take a transaction"):
        chain.submit([good, refused])
    assert count_of(chain, counter) == 0
    assert chain.submit([good])[0].succeeded


def test_an_access_list_is_paid_for_and_used(chain):
    counter = deployed(chain, COUNTER)
    chain.submit([Transaction(ALICE, counter, b"", 100_000)])
    listed = ((counter, (bytes(32),)),)
    plain, named = chain.submit(
        [
            Transaction(ALICE, counter, b"", 100_000),
            Transaction(ALICE, counter, b"", 100_000, listed),
        ]
    )
    assert named.gas_used - plain.gas_used == 2_400 + 1_900 - 2_000


def test_nothing_to_submit_is_nothing(chain):
    assert chain.submit([]) == []


def test_the_same_transactions_make_the_same_chain(fresh):
    def story():
        chain = fresh()
        counter = deployed(chain, COUNTER)
        receipts = chain.submit([Transaction(BOB, counter, b"", 100_000) for _ in range(3)])
        return chain.chain_id, counter, receipts, chain.now()

    assert story() == story()


def test_web3_sees_what_was_submitted(chain):
    counter = deployed(chain, COUNTER)
    (receipt,) = chain.submit([Transaction(ALICE, counter, b"", 100_000)])
    seen = chain.web3.eth.get_transaction_receipt(receipt.transaction_hash)
    assert (seen["status"], seen["gasUsed"]) == (1, receipt.gas_used)
    assert seen["blockNumber"] == chain.web3.eth.block_number == receipt.block
