"""Small queues for these tests, and what is feasible in them, said as plainly as can be."""

from collections import Counter
from itertools import combinations

from hypothesis import strategies as st

from settlement.analytics.obligations import Move, Obligation

PARTIES, ASSETS = "ABC", ("USD", "T")
ACCOUNTS = [(party, asset) for party in PARTIES for asset in ASSETS]
SMALL = st.integers(1, 5)


def moves(amounts):
    """One to three moves; what one of them debits another may credit."""
    pairs = st.permutations(PARTIES).map(lambda parties: parties[:2])
    move = st.builds(
        lambda pair, asset, amount: Move(*pair, asset, amount),
        pairs,
        st.sampled_from(ASSETS),
        amounts,
    )
    return st.lists(move, min_size=1, max_size=3).map(tuple)


def queues(amounts=SMALL, most=7):
    """Instructions in submission order, and balances."""
    instruction = st.tuples(st.integers(0, 9), moves(amounts))
    instructions = st.lists(instruction, max_size=most).map(
        lambda rows: [Obligation(f"i{place}", *row) for place, row in enumerate(rows)]
    )
    held = st.integers(0, 5) | amounts
    return st.tuples(instructions, st.dictionaries(st.sampled_from(ACCOUNTS), held))


def instruction(id, *moves, value=1):
    return Obligation(id, value, tuple(Move(*move) for move in moves))


def pays(id, giver, taker, amount):
    """One payment, worth what it pays."""
    return Obligation(id, amount, (Move(giver, taker, "USD", amount),))


def ids(settled):
    return [each.id for each in settled]


def value(settled):
    return sum(each.value for each in settled)


def is_feasible(chosen, balances):
    """Whether all of it settles at once: no account ends below zero."""
    ends = Counter(balances)
    for each in chosen:
        for move in each.moves:
            ends[move.giver, move.asset] -= move.amount
            ends[move.taker, move.asset] += move.amount
    return all(end >= 0 for end in ends.values())


def skips_nobody(chosen, obligations):
    """Whether nobody stands before a chosen one, in a queue of it, without being chosen."""
    return all(
        before in chosen
        for place, each in enumerate(obligations)
        if each in chosen
        for before in obligations[:place]
        if debited(before) & debited(each)
    )


def debited(instruction):
    return {(move.giver, move.asset) for move in instruction.moves}


def subsets(obligations):
    return [
        list(chosen)
        for size in range(len(obligations) + 1)
        for chosen in combinations(obligations, size)
    ]
