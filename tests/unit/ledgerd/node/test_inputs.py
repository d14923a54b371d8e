"""Inputs of the driver are values."""

from ledgerd.node.inputs import BundlesKnown, BundlesOver
from tests.unit.ledgerd.node.samples import some_digest


def test_inputs_of_different_kinds_are_never_equal() -> None:
    digests = (some_digest(1),)

    assert BundlesKnown(digests) == BundlesKnown(digests)
    assert BundlesKnown(digests) != BundlesOver(digests)
