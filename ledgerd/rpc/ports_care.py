"""What the methods of visits, prescriptions and erasure need from the offices.

Rules: as in ``ports``. Every node runs these offices; the chain says who may.
"""

from typing import Protocol

from ledgerd.rpc import requests_care as r
from ledgerd.rpc.answers import Outcome


class CareOffice(Protocol):
    """Visits and prescriptions."""

    async def book(self, request: r.VisitBook) -> Outcome: ...
    async def register(self, request: r.VisitRegister) -> Outcome: ...
    async def cancel(self, request: r.VisitAct) -> Outcome: ...
    async def complete(self, request: r.VisitAct) -> Outcome: ...
    async def prescribe(self, request: r.PrescriptionIssue) -> Outcome: ...
    async def dispense(self, request: r.PrescriptionDispense) -> Outcome: ...


class ErasureOffice(Protocol):
    """Erasure: asked for, approved."""

    async def request(self, request: r.PatientErase) -> Outcome: ...
    async def approve(self, request: r.ErasureApprove) -> Outcome: ...
