"""The scenario that `dvp new` writes: every part once, with a comment, and it runs."""

STARTER = """\
# A story for dvp: who takes part, what happens, what must come of it.
# dvp run THIS-FILE tells it; docs/scenario.md lists every word.
# Per cent signs are fine in numbers, and so are commas, except inside braces, where a comma
# separates. Times are on the story's own clock.
format: 1
name: My first story
currency: USD
timezone: America/New_York
starts: 2026-03-02 09:00

# Securities have a kind, which is also the class of their haircut.
# Without an ISIN they get one that belongs to nobody.
securities:
  T-2035:
    kind: treasury-note
    denomination: 1000

# Participants are registered, their securities tokenized and their cash issued before the first
# step. `registered: no` leaves one outside.
participants:
  dealer:
    securities: {T-2035: 5000000}
  fund:
    cash: 6,000,000.00
  stranger:
    registered: no

# What the venue takes as collateral; nothing, without this part.
margin:
  haircut: {treasury-note: 1%}

steps:
  # Delivery against payment: both legs or neither.
  - trade: S1
    seller: dealer
    buyer: fund
    security: T-2035
    quantity: 1,000,000
    price: 1.0075
    expect: {amount: 1007500.00}

  # A refusal that you expect is a success. MONY is lack of money, LACK is lack of securities.
  - advance: 30m
    trade: S2
    seller: dealer
    buyer: fund
    security: T-2035
    quantity: 5,000,000
    price: 0.99
    expect: {refused: LACK, short: 1000000}

  # A repo needs a price, and is signed once for both legs.
  - at: 2026-03-02 10:00
    price: {T-2035: 1.0075}
  - repo: R1
    venue: bilateral
    seller: dealer
    buyer: fund
    collateral: {T-2035: 4000000}
    repo_rate: 4.30%
    purchase_date: 2026-03-02
    repurchase_date: 2026-03-03
    expect: {purchase_price: 3989700.00}
  - at: 2026-03-03 10:00
    close: R1
    expect: {price_differential: 476.55}

expect:
  balances:
    dealer: {cash: 1007023.45, T-2035: 4000000}
    fund: {cash: 4992976.55, T-2035: 1000000}
"""
