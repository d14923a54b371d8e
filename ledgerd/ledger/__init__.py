"""The rules: operations, who may do them, their effect on the state, and receipts.

Rules of the room: pure functions only. Same block, same state, on every machine and under every
PYTHONHASHSEED: no clock, no randomness, no floats, no iteration over sets, no text that is parsed.
What a user does wrong becomes a reject code in a receipt, never an exception.
"""
