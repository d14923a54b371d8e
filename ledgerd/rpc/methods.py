"""All methods of a node: what the daemon enters into the registry.

Rules: everything in the catalogue is bound but ``sub_subscribe``, which the WebSocket answers
itself from ``events_poll``; a test compares.
"""

from ledgerd.node.node import Node
from ledgerd.rpc.methods_bill import bind_bill
from ledgerd.rpc.methods_care import bind_care
from ledgerd.rpc.methods_chain import bind_chain
from ledgerd.rpc.methods_events import bind_events
from ledgerd.rpc.methods_evidence import bind_evidence
from ledgerd.rpc.methods_governance import bind_governance
from ledgerd.rpc.methods_lists import bind_lists
from ledgerd.rpc.methods_offices import bind_offices
from ledgerd.rpc.methods_patients import bind_patients
from ledgerd.rpc.methods_redress import bind_redress
from ledgerd.rpc.methods_state import bind_state
from ledgerd.rpc.methods_stats import bind_stats
from ledgerd.rpc.methods_tx import bind_transactions
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.registry import Registry, Witness


def registry_of(node: Node, offices: Offices, witness: Witness | None = None) -> Registry:
    """Make the registry of a node; ``witness`` is told of every call."""
    registry = Registry(witness)
    bind_chain(registry, node)
    bind_transactions(registry, node)
    bind_events(registry, node)
    bind_evidence(registry, node)
    bind_state(registry, node)
    bind_lists(registry, node)
    bind_stats(registry, node)
    bind_offices(registry, node, offices)
    bind_patients(registry, node, offices)
    bind_redress(registry, node, offices)
    bind_care(registry, node, offices)
    bind_governance(registry, node, offices)
    bind_bill(registry, node, offices)
    return registry
