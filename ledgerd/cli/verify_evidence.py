"""``verify evidence``: an evidence file against the genesis file, with no node and no home."""

from pathlib import Path

import click
import msgspec

from ledgerd.chain.evidence import KIND_WORDS, verify_evidence_file
from ledgerd.chain.genesis import Genesis
from ledgerd.cli.session import Session
from ledgerd.cli.trusting import GENESIS, bytes_of, checked, trusted_genesis


class ProvedTwice(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed what twice.

    Attributes:
        digests: of batches (prepare, commit), of headers (checkpoint), or of the message's fields.
    """

    institution: str
    name: str
    consensus_key: str
    signed_twice: str
    epoch: int
    view: int
    sequence: int
    digests: tuple[str, ...]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@GENESIS
@click.pass_obj
def evidence(session: Session, /, file: Path, genesis: Path | None) -> None:
    """Check the evidence in FILE with nothing but the genesis file; prints who signed what twice.

    It convicts a consensus key: of a dishonest member, of a key that was stolen, or of one that
    was started twice.
    """
    trusted, data = trusted_genesis(session, genesis), bytes_of(file)
    with checked(file, "an evidence file"):
        proved = verify_evidence_file(data, trusted)
    session.show(
        ProvedTwice(
            institution=proved.institution,
            name=_name_in(trusted, proved.institution),
            consensus_key=proved.public_key.hex(),
            signed_twice=KIND_WORDS[proved.kind],
            epoch=proved.epoch,
            view=proved.view,
            sequence=proved.sequence,
            digests=tuple(digest.hex() for digest in proved.digests),
        )
    )


def _name_in(genesis: Genesis, institution: str) -> str:
    names = {known.institution_id: known.name for known in genesis.institutions}
    return names.get(institution, "")
