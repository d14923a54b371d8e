"""Offices: what each kind of institution runs on top of the chain.

Rules of the room: an office reads events and the state, opens what its institution may open, and
authors transactions; it decides nothing that the chain decides. Whatever it sends is durable in
the outbox before. It acts for the node's own institution and for those that the node hosts.
Opened content stays in memory: never in logs, errors, or unsealed on disk.
"""
