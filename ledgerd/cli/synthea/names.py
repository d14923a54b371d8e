"""Names on the ledger for what a data set names otherwise: institutions, funds.

Rules: made from the data set's own ids, the same ones every time. Institutions' ids are valid
credit codes of a region that does not exist (99): none can be taken for a real institution's.
"""

import hashlib
from typing import Final, Literal

from ledgerd.cli.synthea.steps import NO_FUND
from ledgerd.primitives.identifiers import institution_check_character

Kind = Literal["hospital", "insurer"]
REGION: Final = "990000"  # no region has it
ID_PREFIX: Final = {"hospital": "12", "insurer": "91"}  # registered with: institutions, companies
NAME_CHARACTERS_MAX: Final = 64  # no field of a block is longer
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def institution_id_of(kind: Kind, source_id: str) -> str:
    """Make the credit code of an institution of the data set: the same one every time."""
    number = int.from_bytes(hashlib.sha256(source_id.encode("utf-8")).digest()[:8], "big")
    body = ""
    for _ in range(9):
        number, digit = divmod(number, len(_ALPHABET))
        body += _ALPHABET[digit]
    first17 = ID_PREFIX[kind] + REGION + body
    return first17 + institution_check_character(first17)


def fund_code(payer: str) -> str:
    """Make a fund's code of a public payer's name."""
    code = "-".join(payer.lower().split())
    assert code != NO_FUND
    return code


def printable(name: str) -> str:
    """Cut a name to what the chain takes: 64 printable ASCII characters."""
    return "".join(ch if " " <= ch <= "~" else "?" for ch in name)[:NAME_CHARACTERS_MAX]
