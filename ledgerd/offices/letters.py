"""Letters: words sealed to some institutions and accounts, and opened by one of them.

Rules: each reader gets a sealed box to its present encryption key, which names nobody; who wrote
the letter stands on chain beside it. Every opening is in the audit log.

Source: domain.md sections 3 and 4.
"""

from collections.abc import Iterable
from typing import Final

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.ledger.fields import SealedDocument
from ledgerd.ledger.queries import account_of
from ledgerd.offices.documents import Enclosure, enclose
from ledgerd.offices.house import House
from ledgerd.primitives.sealing import PartCommitment, Sidecar, decode_sidecar, open_document
from ledgerd.primitives.wrapping import DeviceReader, unwrap_for_device
from ledgerd.rpc.codes import RpcCode, RpcFailure

INSTITUTION_CHARACTERS: Final = 18  # an account is 32 hex digits


class LetterBox:
    """Seals and opens letters for the institutions of a house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def seal(self, content: bytes, readers: Iterable[str]) -> Enclosure:
        """Seal a letter to institutions (by code) and accounts (by id in hex).

        Raises:
            RpcFailure: NOT_FOUND, a reader is unknown or has no key to seal to.
        """
        keys = [key for name in dict.fromkeys(readers) for key in self._keys_of(name)]
        return enclose(content, [DeviceReader(key) for key in keys], self._house.entropy)

    async def open(self, document: SealedDocument, reader: str, about: str) -> bytes | None:
        """Open a letter for an institution of this house; None when it is not sealed to it.

        Raises:
            RpcFailure: NOT_FOUND, nobody has the bytes; SERVER, they are not what was committed.
        """
        data = await self._house.node.sidecar(document.sidecar.sidecar_hash)
        if data is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "the sealed bytes are not here")
        try:
            content = self._opened(decode_sidecar(data), document, reader)
        except (VerificationFailed, DecodeError) as error:
            text = "the sealed bytes do not open to what the chain commits to"
            raise RpcFailure(RpcCode.SERVER, text) from error
        if content is not None:
            self._house.audit.record_opening(reader, about, "request")
        return content

    def _opened(self, sidecar: Sidecar, document: SealedDocument, reader: str) -> bytes | None:
        for key in self._house.encryption_keys(reader):
            found = unwrap_for_device(sidecar.wraps, key.secret)
            if 0 in found:
                commitment = PartCommitment(document.root, document.key)
                return open_document(sidecar, found[0], commitment)
        return None

    def _keys_of(self, name: str) -> tuple[bytes, ...]:
        if len(name) == INSTITUTION_CHARACTERS:
            keys = self._house.institution(name, "parties").encryption_keys
            found = tuple(key.public_key for key in keys[-1:])
        else:
            account = account_of(self._house.state, bytes.fromhex(name))
            found = () if account is None else account.sealing_keys
        if not found:
            text = "a reader is unknown or has no key to seal to"
            raise RpcFailure(RpcCode.NOT_FOUND, text, field="parties")
        return found
