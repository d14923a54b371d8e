"""The ports have the shape of the real things."""

import pytest

from ledgerd.keys.keyring import KeyRing
from ledgerd.node.audit import AuditLog
from ledgerd.node.node import Node
from ledgerd.node.reading import Reads
from ledgerd.offices.ports import AuditPort, KeysPort, NodePort, ReadsPort


def names_of(port: type) -> set[str]:
    return {name for name in vars(port) if not name.startswith("_")}


PAIRS = ((Node, NodePort), (Reads, ReadsPort), (KeyRing, KeysPort), (AuditLog, AuditPort))


@pytest.mark.parametrize(("real", "port"), PAIRS, ids=lambda type_: type_.__name__)
def test_the_real_thing_has_every_name_of_its_port(real: type, port: type) -> None:
    assert names_of(port) - set(dir(real)) == set()
