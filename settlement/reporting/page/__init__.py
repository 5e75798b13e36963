"""The report: one HTML page that needs nothing but itself, to hand out after a demonstration.

`blocks` is what a page is made of, `render` puts it into HTML. `story`, `drills`, `lesson`, `book`,
`methods` and `comparison` make a page each out of a result, with parts from `log`, `holdings` and
`timeline`, which know the log of a market, and `words`. No script, no font, no picture from
anywhere else. Figures are text in tables; bars and charts repeat them for the eye, so a screen
reader and a printer in black and white lose nothing. The same result gives the same bytes.
"""
