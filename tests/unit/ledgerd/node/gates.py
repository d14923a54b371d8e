"""Gates before sealed bytes."""

from ledgerd.node.sealed_gate import SealedGate


def open_gate() -> SealedGate:
    gate = SealedGate()
    gate.watch(lambda: True)
    assert gate.is_open
    return gate
