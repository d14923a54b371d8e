"""``ledgerctl``: what people type. Talks to nodes over JSON-RPC; checks proofs with no node at all.

One file per noun; ``session`` holds the global options, ``acting`` signs and routes, ``output``
prints, ``exits`` turns what went wrong into the published exit codes.
"""
