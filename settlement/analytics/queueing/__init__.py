"""Queues of instructions: what settles first in, first out, with bypass, at once, and at most.

Instructions wait in submission order, the same in every account, an account being a party's holding
of one asset. An instruction stands in the queue of every account that it debits, also where it
credits that account as much, and settles whole or not at all. Balances are zero or more.

`gross` settles one by one; each must be covered before it settles. `gridlock` and `optimum` settle
a set at once: all of it together must leave no account below zero, so credits fund debits, those of
the same instruction too.

**Why there is one largest set that skips nobody.** Call a set fit if it leaves no account below
zero and has, with an instruction, everything before it in every queue that it debits. Of two fit
sets each queue holds two beginnings, and one contains the other. Their union therefore debits an
account as one of them does, and credits it no less: it is fit. The empty set is fit, so the union
of all fit sets is, and it contains each of them.

**Why dropping finds it.** At every step what is kept contains every fit set F. It does at first,
for all is kept. Say an account is below zero with what is kept. If F had the last debit kept there,
it would have all of them, and no credit that is not kept: it would stand no higher, below zero, so
it would not be fit. F has not that instruction, hence nothing after it in any of its queues; these
are dropped and F is still contained. When no account is below zero what is kept is itself fit,
since dropping only ever cuts the ends off queues. The order of dropping does not matter.

What is exact: the sets of `gross` and `gridlock`, in integers. Those of `optimum` are exactly
feasible too and worth exactly what is said; how far the bound may be relied upon stands there.
"""
