"""A patient's device opens the letters of a case that are sealed to it.

Rules: the sealed bytes are checked against the commitments beside them; a salt that a node made up
opens nothing on chain, so the objection is refused and nothing is lost.
"""

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import Wallet
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.sealing import PartCommitment, decode_sidecar, open_document
from ledgerd.primitives.wrapping import unwrap_for_device
from ledgerd.rpc.answers_redress import CaseOpened, LetterOpened, PartyOpened, SealedLetter
from ledgerd.rpc.case_letters import LETTER_BYTES_MAX, CaseLetter
from ledgerd.rpc.catalogue_redress import CASE_LETTERS
from ledgerd.rpc.queries import IdRef


def read_with_device(session: Session, case: str, wallet: Wallet) -> CaseOpened:
    """Open what is sealed to a device.

    Raises:
        CommandFailed: nothing is.
        VerificationFailed: the bytes are not what the commitments say.
        DecodeError: they are malformed.
    """
    sealed = session.ask(CASE_LETTERS, IdRef(id=case)).letters
    opened = [(one.step, letter) for one in sealed if (letter := _opened(one, wallet)) is not None]
    if not opened:
        raise CommandFailed(ExitCode.NOT_AUTHORISED, "nothing of this case is sealed to the device")
    parties = {one.party: one.salt for _, letter in opened for one in letter.parties}
    return CaseOpened(
        case=case,
        letters=tuple(LetterOpened(step=step, text=letter.text) for step, letter in opened),
        parties=tuple(PartyOpened(party=name, salt=salt.hex()) for name, salt in parties.items()),
    )


def salt_with_device(session: Session, case: str, wallet: Wallet) -> str:
    """Read the device's own salt; raises like `read_with_device`."""
    for one in read_with_device(session, case, wallet).parties:
        if one.party == wallet.account:
            return one.salt
    raise CommandFailed(ExitCode.NOT_AUTHORISED, "this account is no party of the case")


def _opened(letter: SealedLetter, wallet: Wallet) -> CaseLetter | None:
    if not letter.sidecar:
        return None
    sidecar = decode_sidecar(bytes.fromhex(letter.sidecar))
    keys = unwrap_for_device(sidecar.wraps, wallet.sealing.secret)
    if 0 not in keys:
        return None
    commitment = PartCommitment(bytes.fromhex(letter.root), bytes.fromhex(letter.key))
    content = open_document(sidecar, keys[0], commitment)
    return decode(content, CaseLetter, bytes_max=LETTER_BYTES_MAX)
