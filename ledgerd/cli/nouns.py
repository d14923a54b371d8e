"""Every command of ``ledgerctl``, by noun, in the order of the help."""

from typing import Final

import click

from ledgerd.cli import (
    bill,
    block,
    case,
    claim,
    configuration,
    db,
    events,
    evidence,
    genesis,
    gov,
    grant,
    key_rotation,
    member,
    node,
    numbers,
    patient,
    proof,
    redress,
    settle,
    totals,
    tx,
    verify,
    writeoff,
)
from ledgerd.cli.synthea.command import import_group
from ledgerd.cli.testnet import commands as testnet

COMMANDS: Final[tuple[click.Command, ...]] = (
    testnet.testnet,
    genesis.genesis,
    key_rotation.KEYS,
    configuration.config,
    node.status,
    node.peers,
    node.validators,
    node.params,
    node.stats,
    node.doctor,
    numbers.numbers,
    bill.bill,
    settle.settle,
    patient.patient,
    grant.grant,
    claim.claim,
    redress.assistance,
    case.alert,
    case.case,
    member.member,
    gov.gov,
    totals.totals,
    writeoff.writeoff,
    block.block,
    tx.tx,
    events.events,
    proof.proof,
    evidence.evidence,
    verify.verify,
    db.db,
    import_group,
)
