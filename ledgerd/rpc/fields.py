r"""The field types of parameters and answers.

Rules: every integer has a range, every text a length and an alphabet, every list a length. Hashes,
keys and ids are lower-case hex. Amounts are integers of fen, times integer milliseconds UTC. A
value that does not fit is refused before any method sees it. ``$(?!\n)`` stands where ``$`` alone
would let a line break pass.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

LIST_LIMIT_MAX = 1_000  # entries of one page: a page stays well under the answer's size limit
WAIT_S_MAX = 60  # a longer wait is asked for again; proxies cut longer ones anyway

Hex16 = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)", description="16 bytes, lower-case hex")
]
Hex32 = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="32 bytes, lower-case hex")
]
SignerHex = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{64}(?:[0-9a-f]{2})?$(?!\n)",
        description="a key that signs: 32 bytes Ed25519, 33 a passkey, lower-case hex",
    ),
]
EvidenceName = Annotated[
    str,
    Meta(
        max_length=96,
        pattern=r"\A[0-9A-Z]{18}-[a-z-]{6,11}-[0-9]{1,10}-[0-9]{1,19}-[0-9]{1,19}\Z",
        description="institution, kind, epoch, view, sequence",
    ),
]
ObjectHex = Annotated[
    str,
    Meta(pattern=r"^[0-9a-f]{78}$(?!\n)", description="an object's id: 39 bytes, lower-case hex"),
]
HexBytes = Annotated[
    str,
    Meta(
        # 32 bytes a step: one byte a step costs five times as much, and sidecars are long.
        pattern=r"^(?:[0-9a-f]{64})*(?:[0-9a-f]{2})*$(?!\n)",
        max_length=4_000_000,
        description="lower-case hex",
    ),
]
FEN_MAX = 10**12
Fen = Annotated[int, Meta(ge=0, le=FEN_MAX, description="amount in fen")]
Count = Annotated[int, Meta(ge=0, le=2**62)]
Height = Annotated[int, Meta(ge=0, le=2**62, description="block height")]
TimeMs = Annotated[int, Meta(ge=0, le=2**62, description="milliseconds since 1970, UTC")]
Seconds = Annotated[int, Meta(ge=0, le=WAIT_S_MAX, description="seconds to wait")]
PageLimit = Annotated[int, Meta(ge=1, le=LIST_LIMIT_MAX, description="entries of one page")]
Cursor = Annotated[
    str, Meta(max_length=200, pattern=r"^[!-~]*$(?!\n)", description="opaque cursor")
]
ClientRef = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[!-~]+$(?!\n)",
        description="the caller's key of an act",
    ),
]
InstitutionId = Annotated[
    str, Meta(pattern=r"^[0-9A-Z]{18}$(?!\n)", description="unified social credit code")
]
BillCode = Annotated[str, Meta(pattern=r"^[0-9]{8}$(?!\n)", description="bill code, 8 digits")]
BillNumber = Annotated[
    str, Meta(pattern=r"^[0-9]{10}$(?!\n)", description="bill number, 10 digits")
]
NumberValue = Annotated[int, Meta(ge=0, le=9_999_999_999)]
Category = Annotated[int, Meta(ge=1, le=14, description="charge category 1 to 14")]
Code = Annotated[str, Meta(max_length=64, pattern=r"^[!-~]*$(?!\n)")]
SealedText = Annotated[str, Meta(max_length=1_000, description="text that is sealed")]
TenThousandths = Annotated[int, Meta(ge=0, le=10**16, description="units of 1/10000")]


class Params(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The named parameters of one method; unknown names are refused."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """The result of one method; field names are stable."""


class NoParams(Params, frozen=True, kw_only=True):
    """A method without parameters."""
