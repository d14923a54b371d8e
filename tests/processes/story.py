"""What people type in a story: the commands of the life of a bill, as the tests use them.

Rules: every word goes through ``ledgerctl``, each act from the home of whoever acts. Names are
synthetic and recognisable, so that a test can look for them where they must not be.
"""

from dataclasses import dataclass, field
from pathlib import Path

from ledgerd.cli.synthea.names import Kind, institution_id_of
from tests.processes.local_net import CliResult, LocalNet, until

CODE = "99060126"
PATIENT = "Zhou Sample-Marker 甲乙"  # nobody's name; looked for in every file and value
IDENTITY_NUMBER = "990000199001010000"  # of a region that does not exist


@dataclass
class Story:
    """One patient with a device, and the four institutions of a network."""

    net: LocalNet
    wallet: Path
    account: str = ""
    institutions: dict[str, str] = field(default_factory=dict)
    _settled: int = 0

    def ctl(self, home: str, *arguments: str) -> CliResult:
        """Run a command; what it committed is on all running nodes when this returns."""
        done = self.net.ctl(*arguments, home=home)
        if done.code == 0 and isinstance(done.json, dict) and done.json.get("tx_id"):
            self.net.wait_height(done.json["height"])
        return done

    def begin(self) -> "Story":
        """Learn who is who, allot numbers, enrol and confirm the patient."""
        members = self.ctl("hospital", "member", "list").json["members"]
        self.institutions = {m["kind"]: m["institution"] for m in members}
        hospital = self.institutions["hospital"]
        allot = ("numbers", "allot", hospital, "--code", CODE, "--count", "100000")
        assert self.ctl("finance", *allot).code == 0
        self.account = self.enrol(self.wallet, PATIENT, IDENTITY_NUMBER)
        return self

    def enrol(self, wallet: Path, name: str, identity_number: str) -> str:
        """Enrol at the hospital and confirm at the bureau; return the account."""
        who = ("--name", name, "--identity-number", identity_number)
        made = self.ctl("hospital", "patient", "enrol", "--wallet", str(wallet), *who)
        account = str(made.json["object"])[-32:]
        number = ("--identity-number", identity_number)
        assert self.ctl("medicare", "patient", "confirm", account, *number).code == 0
        return account

    def admit(self, kind: Kind, source_id: str, host: str) -> str:
        """Admit one more institution, hosted by a node of the network; return its id."""
        institution = institution_id_of(kind, source_id)
        about = ("--kind", kind, "--name", "Sample Institution B", "--area", "990000")
        hosted = ("--host", self.institutions[host])
        proposed = self.ctl("finance", "member", "add", institution, *about, *hosted).json
        assert self.ctl("medicare", "member", "vote", proposed["object"]).code == 0
        return institution

    def bill(self, total_fen: int, public_fen: int = 0, name: str = PATIENT) -> str:
        """Settle, issue and pay a bill in full; return ``code-number``."""
        self._settled += 1
        amounts = ("--total-fen", str(total_fen), "--fund", f"basic={public_fen}")
        settle = (
            "settle", "create", "--hospital", self.institutions["hospital"], *amounts,
            "--person-key", f"person-{self._settled}",
        )  # fmt: skip
        settlement = self.ctl("medicare", *settle).json["object"]
        issue = (
            "bill", "issue", "--name", name, "--identity-number", IDENTITY_NUMBER, *amounts,
            "--account", self.account, "--settlement", settlement,
            "--paid-fen", str(total_fen - public_fen),
        )  # fmt: skip
        issued = self.ctl("hospital", *issue)
        return str(issued.json["object"])

    def wait_for(self, event: str, bill: str, home: str = "hospital") -> None:
        """Wait until an event of a bill has been committed."""

        def has_come() -> bool:
            entries = self.ctl(home, "bill", "history", bill).json["entries"]
            return any(event.lower() in entry["event"].lower() for entry in entries)

        until(has_come, f"{event} of {bill}")

    def grant(self, bill: str, reader: str = "insurer") -> CliResult:
        wallet = ("--wallet", str(self.wallet))
        return self.ctl("hospital", "grant", "give", bill, "--reader", self.who(reader), *wallet)

    def claim(self, bill: str, amount_fen: int, payer: str, home: str = "hospital") -> CliResult:
        amount = ("--amount-fen", str(amount_fen), "--wallet", str(self.wallet))
        salt = self.ctl("hospital", "bill", "open", bill).json["owner_salt"]
        asked = ("claim", "file", bill, "--payer", self.who(payer), *amount, "--salt", salt)
        return self.ctl(home, *asked)

    def decide(self, claim: str, amount_fen: int, home: str = "insurer") -> CliResult:
        return self.ctl(home, "claim", "decide", claim, "--amount-fen", str(amount_fen))

    def pay(self, claim: str, amount_fen: int, home: str = "insurer") -> CliResult:
        return self.ctl(home, "claim", "pay", claim, "--amount-fen", str(amount_fen))

    def who(self, kind: str) -> str:
        """Return the institution of a kind, or the id itself."""
        return self.institutions.get(kind, kind)
