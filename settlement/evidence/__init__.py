"""The evidence bundle: what a story leaves behind for whoever was not there.

    written = write(market, "A day of tokenized repo", folder)     dvp run day --evidence DIR
    verified = verify(folder)                                      dvp verify DIR

A bundle is a folder of text. Everything in it follows from three things: the transactions with what
they logged, the consents that the parties' clients kept, and the names of the market. `verify` asks
no chain; it takes those three from the bundle, derives all the rest once more, and names the first
line that is otherwise. `bundle` has names and layout, `chained` the format of a line.
"""
