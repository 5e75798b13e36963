"""One file per part of the business day. The coordinator proposes; the contracts prove.

It sees everything, orders, delays and omits within the signed windows. It cannot alter, duplicate
or move what nobody signed.
"""
