"""Methods on evidence: who signed two different things, and the proof as a file.

Rules: reads only. What is handed out was checked again when it was read from the disk.
"""

from ledgerd.chain.evidence import KIND_WORDS, ProvedEvidence, verify_evidence_file
from ledgerd.node.node import Node
from ledgerd.rpc import answers_evidence as ae, catalogue as c, queries as q
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.registry import Caller, Registry


def bind_evidence(registry: Registry, node: Node) -> None:
    """Enter the methods of this file."""
    methods = EvidenceMethods(node)
    registry.bind(c.EVIDENCE_LIST, methods.list_all)
    registry.bind(c.EVIDENCE_GET, methods.get)


class EvidenceMethods:
    """The handlers; each takes its parameters and the caller."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def list_all(self, params: q.Page, _caller: Caller) -> ae.EvidenceList:
        rest = [item for item in self._node.evidence.items() if item.name > params.cursor]
        shown = rest[: params.limit]
        return ae.EvidenceList(
            evidence=tuple(evidence_view(item) for item in shown),
            next=shown[-1].name if len(rest) > len(shown) else None,
        )

    async def get(self, params: q.EvidenceRef, _caller: Caller) -> ae.EvidenceAnswer:
        file = self._node.evidence.file(params.evidence)
        if file is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no such evidence here")
        proved = verify_evidence_file(file, self._node.genesis)
        return ae.EvidenceAnswer(proof=evidence_view(proved), file=file.hex())


def evidence_view(proved: ProvedEvidence) -> ae.EvidenceView:
    """Show what a proof says."""
    return ae.EvidenceView(
        evidence=proved.name,
        institution=proved.institution,
        kind=KIND_WORDS[proved.kind],
        epoch=proved.epoch,
        view=proved.view,
        sequence=proved.sequence,
        digests=tuple(digest.hex() for digest in proved.digests),
    )
