"""``keys rotate|adopt|terminal``: own keys on the ledger and in the home.

Rules: a new key is made in the home first, then announced, then put in place; each step can be
repeated. The admin key signs. Secrets never leave the home.
"""

import click

from ledgerd.cli.arguments import HEX32, INSTITUTION, Given, acts
from ledgerd.cli.keys import keys
from ledgerd.cli.output import note
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.institution_keys import InstitutionKeys
from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import Ed25519Key
from ledgerd.ledger.own_affairs import possession_digest
from ledgerd.rpc.catalogue import MEMBER_GET
from ledgerd.rpc.catalogue_governance import KEYS_ROTATE, KEYS_TERMINAL
from ledgerd.rpc.queries import MemberGet

KEYS = keys  # the group with the commands of this module in it
ENCRYPTION = "encryption"
ROLES = [role.value for role in OperatorRole]


@keys.command()
@click.argument("role", type=click.Choice([*ROLES, ENCRYPTION]))
@click.option("--keep-old", is_flag=True, help="Leave the present key in force beside the new one.")
@acts("keys_rotate")
@click.pass_obj
def rotate(
    session: Session,
    /,
    role: str,
    keep_old: bool,  # noqa: FBT001
    **given: Given,
) -> None:
    """Replace the key of ROLE by a new one, on the ledger and in the home (signed by admin)."""
    institution = given["author"] or session.home.institution
    held = session.home.keys_of(institution)
    if role == ENCRYPTION:
        _announce_encryption(session, institution, held, given)
        return
    operator = OperatorRole(role)
    following = held.prepare(operator)
    given |= {
        "role": role,
        "added": following.public_key.hex(),
        "possession": _shown(session, institution, role, following),
        "retired": None if keep_old else held.operator_public_key(operator).hex(),
    }
    is_composed_only = given["generate_only"]
    perform(session, KEYS_ROTATE, OperatorRole.ADMIN, given)
    if is_composed_only:
        note(f"when it is committed: ledgerctl keys adopt {role}")
    else:
        _adopt(held, operator)


@keys.command()
@click.argument("role", type=click.Choice(ROLES))
@click.option("--institution", type=INSTITUTION, default=None, help="A hosted one.")
@click.pass_obj
def adopt(session: Session, /, role: str, institution: str | None) -> None:
    """Put the prepared key of ROLE in place, once the ledger knows it; works with no node."""
    held = session.home.keys_of(institution or session.home.institution)
    _adopt(held, OperatorRole(role))


@keys.command()
@click.argument("terminal", type=HEX32)
@click.option("--possession", default="", help="The terminal's signature (hex); registers it.")
@click.option("--remove", is_flag=True, help="Take it out of service for ever.")
@acts("keys_terminal")
@click.pass_obj
def terminal(
    session: Session,
    /,
    remove: bool,  # noqa: FBT001
    **given: Given,
) -> None:
    """Register the terminal with the public key TERMINAL, or take it out of service.

    Without --possession the own terminal key in the home is registered.
    """
    if remove:
        session.confirm("A terminal that is out of service does not come back.")
        given["possession"] = ""
    elif not given["possession"]:
        institution = given["author"] or session.home.institution
        signer = session.home.keys_of(institution).prepare(OperatorRole.TERMINAL)
        if signer.public_key.hex() != given["terminal"]:
            raise click.UsageError("give the terminal's --possession, or --remove")
        given["possession"] = _shown(session, institution, "terminal", signer)
    perform(session, KEYS_TERMINAL, OperatorRole.ADMIN, given)


def _announce_encryption(
    session: Session, institution: str, held: InstitutionKeys, given: dict[str, Given]
) -> None:
    """Make the next key, or announce the one that is made: the node opens with it first."""
    member = session.ask(MEMBER_GET, MemberGet(institution=institution)).member
    known = held.encryption_public_keys()
    if len(known) <= member.encryption_keys:
        number = held.add_encryption_key()
        note(f"encryption key {number} is in the home: restart the node, then repeat this command")
        return
    given |= {
        "role": ENCRYPTION,
        "number": member.encryption_keys + 1,
        "added": known[member.encryption_keys].hex(),
    }
    perform(session, KEYS_ROTATE, OperatorRole.ADMIN, given)


def _shown(session: Session, institution: str, role: str, key: Ed25519Key) -> str:
    payload = possession_digest(session.home.chain_id, institution, role, key.public_key)
    return key.sign(payload).hex()


def _adopt(held: InstitutionKeys, role: OperatorRole) -> None:
    public_key = held.adopt(role)
    note(f"{role.value}: {public_key.hex()} is in place")
    if role in (OperatorRole.OFFICE, OperatorRole.TERMINAL):
        note("restart the node: until then it signs with the old key")
