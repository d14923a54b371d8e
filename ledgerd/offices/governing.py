"""What an institution's admin does through its node: propose, vote, own keys, terminals, address.

Rules: composed here; the admin's key signs on the admin's side. A new signing key comes with its
own proof, so this node never sees a secret.

Source: domain.md section 4.
"""

from ledgerd.ledger import governance_operations as go
from ledgerd.ledger.days import day_of
from ledgerd.ledger.operations import Operation
from ledgerd.offices.acting import Desk, Draft
from ledgerd.rpc import requests as r, requests_governance as rg
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure

SIGNATURE_HEX = 128


class Governing:
    """Common affairs and own affairs of the institutions of a house."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def propose(self, request: rg.GovPropose) -> Outcome:
        """Propose a common affair."""
        day = day_of(self._desk.house.clock.wall_ms())
        operation = go.Propose(client_ref=request.client_ref, date=day, subject=_subject(request))
        return await self._act(request, operation)

    async def vote(self, request: r.MemberVote) -> Outcome:
        """Vote on a proposal."""
        operation = go.Vote(
            client_ref=request.client_ref,
            proposal=bytes.fromhex(request.proposal),
            approve=request.vote == "yes",
        )
        return await self._act(request, operation)

    async def rotate_key(self, request: rg.KeysRotate) -> Outcome:
        """Change an own key."""
        operation = go.RotateOwnKey(client_ref=request.client_ref, change=_change(request))
        return await self._act(request, operation)

    async def terminal(self, request: rg.KeysTerminal) -> Outcome:
        """Register a terminal or take one out of service."""
        operation = go.RegisterTerminal(
            client_ref=request.client_ref,
            terminal=bytes.fromhex(request.terminal),
            possession=_signature(request.possession),
        )
        return await self._act(request, operation)

    async def move(self, request: rg.MemberMove) -> Outcome:
        """Announce where the institution is reached."""
        operation = go.AnnounceAddress(
            client_ref=request.client_ref,
            addresses=request.addresses,
            hosted_by=request.hosted_by,
        )
        return await self._act(request, operation)

    async def _act(self, request: r.Act, operation: Operation) -> Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)


def _subject(request: rg.GovPropose) -> go.Subject:
    match request.subject:
        case "suspension":
            return go.Suspension(institution=_named(request.institution, "institution"))
        case "reinstatement":
            return go.Reinstatement(institution=_named(request.institution, "institution"))
        case "params":
            if not request.params:
                raise _missing("params")
            return go.NewParams(changes=tuple(_param(one) for one in request.params))
        case "protocol":
            if request.protocol_version is None:
                raise _missing("protocol_version")
            return go.NewProtocol(protocol_version=request.protocol_version)


def _param(given: rg.ParamValue) -> go.ParamChange:
    """Read a value as ``chain_params`` writes it: whole numbers are numbers, but for two texts."""
    is_text = given.name in ("region", "relying_party") or not given.value.isdigit()
    return go.ParamChange(name=given.name, value=given.value if is_text else int(given.value))


def _change(request: rg.KeysRotate) -> go.OperatorKeyChange | go.EncryptionKeyAdded:
    if request.role == "encryption":
        if request.number is None:
            raise _missing("number")
        added = bytes.fromhex(_named(request.added, "added"))
        return go.EncryptionKeyAdded(number=request.number, public_key=added)
    return go.OperatorKeyChange(
        role=request.role,
        added=None if request.added is None else bytes.fromhex(request.added),
        possession=_signature(request.possession),
        retired=None if request.retired is None else bytes.fromhex(request.retired),
    )


def _signature(text: str) -> bytes | None:
    if not text:
        return None
    if len(text) != SIGNATURE_HEX:
        field = "possession"
        raise RpcFailure(RpcCode.INVALID_PARAMS, "a signature has 64 bytes", field=field)
    return bytes.fromhex(text)


def _named(value: str | None, field: str) -> str:
    if value is None:
        raise _missing(field)
    return value


def _missing(field: str) -> RpcFailure:
    return RpcFailure(RpcCode.INVALID_PARAMS, f"name the {field}", field=field)
