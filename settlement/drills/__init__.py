"""Drills: a trade or a repo is broken on purpose, and the class sees that nothing moved.

Each drill stands for one behaviour of docs/drills.md and goes through the same six phases, every
time on a fresh chain:

1. **set up**: a market with its cast, and a trade or repo that both sides signed;
2. **fault**: what goes wrong;
3. **submitted**: the contracts, or a party's own client, refuse, and say why;
4. **mended**: the fault is put right;
5. **settled**: the same trade settles, both legs in one transaction;
6. **without DvP**: the same fault on another fresh chain, legs moving one by one; who lost what.

After every submission five invariants are checked (`invariants`). `drill` is what a drill has to
say, `scene` where it is played, `performance` plays it, `catalogue` lists all.
"""
