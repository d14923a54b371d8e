"""All methods of a node: what the daemon enters into the registry.

Rules: everything in the catalogue is bound but ``sub_subscribe``, which the WebSocket answers
itself from ``events_poll``; a test compares.
"""

from ledgerd.node.node import Node
from ledgerd.rpc import (
    methods_bill,
    methods_care,
    methods_chain,
    methods_events,
    methods_evidence,
    methods_governance,
    methods_lists,
    methods_offices,
    methods_patients,
    methods_redress,
    methods_state,
    methods_stats,
    methods_tx,
)
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.registry import Registry, Witness, nobody


def registry_of(node: Node, offices: Offices, witness: Witness = nobody) -> Registry:
    """Make the registry of a node; ``witness`` is told of all calls."""
    registry = Registry(witness)
    methods_chain.bind_chain(registry, node)
    methods_tx.bind_transactions(registry, node)
    methods_events.bind_events(registry, node)
    methods_evidence.bind_evidence(registry, node)
    methods_state.bind_state(registry, node)
    methods_lists.bind_lists(registry, node)
    methods_stats.bind_stats(registry, node)
    methods_offices.bind_offices(registry, node, offices)
    methods_patients.bind_patients(registry, node, offices)
    methods_redress.bind_redress(registry, node, offices)
    methods_care.bind_care(registry, node, offices)
    methods_governance.bind_governance(registry, node, offices)
    methods_bill.bind_bill(registry, node, offices)
    return registry
