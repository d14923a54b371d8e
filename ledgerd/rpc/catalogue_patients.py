"""The methods about keys of accounts, proxies, presence and acts for others."""

from typing import Any, Final

from ledgerd.rpc import answers as a, answers_patients as ap, requests_patients as r
from ledgerd.rpc.registry import Method, Scope

_READ, _ACT = Scope.READ, Scope.ACT

PATIENT_ADD_KEY = Method(
    "patient_add_key", r.PatientAddKey, a.Outcome, _ACT, "Give an account a further key."
)
PATIENT_CONFIRM_KEY = Method(
    "patient_confirm_key", r.KeyAct, a.Outcome, _ACT, "Confirm a key that an institution added."
)
PATIENT_REFUSE_KEY = Method(
    "patient_refuse_key", r.KeyAct, a.Outcome, _ACT, "Refuse a key that waits."
)
PATIENT_REVOKE_KEY = Method(
    "patient_revoke_key", r.KeyAct, a.Outcome, _ACT, "Take a key from its account."
)
PROXY_GIVE = Method("proxy_give", r.ProxyGive, a.Outcome, _ACT, "Let somebody act for an account.")
PROXY_REVOKE = Method("proxy_revoke", r.ProxyRevoke, a.Outcome, _ACT, "End a proxy.")
PROXY_LIST = Method("proxy_list", r.OfAccount, ap.Proxies, _READ, "List proxies of an account.")
PRESENCE_ATTEST = Method(
    "presence_attest", r.PresenceAttest, a.Outcome, _ACT, "Attest that a person is here."
)
ASSISTED_CONFIRM = Method(
    "assisted_confirm", r.AssistedAct, a.Outcome, _ACT, "Let an act for a person take effect."
)
ASSISTED_REVOKE = Method(
    "assisted_revoke", r.AssistedAct, a.Outcome, _ACT, "Take back an act for a person."
)
ASSISTED_LIST = Method(
    "assisted_list", r.OfAccount, ap.AssistedActs, _READ, "List what was done for an account."
)

PATIENT_METHODS: Final[tuple[Method[Any, Any], ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Method)
)
