"""Lessons: the same thing done in several ways on chains that really run, for whoever teaches it.

`catalogue` lists them. A lesson returns what `reporting.lesson` shows: plain figures, taken from
what moved.
"""
