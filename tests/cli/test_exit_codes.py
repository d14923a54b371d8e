"""``ledgerctl`` without a node: what it prints, and the exit code of each kind of mistake."""

import json
from pathlib import Path

import msgspec
import pytest
import trio

from ledgerd.chain.genesis import encode_genesis, genesis_hash
from ledgerd.chain.transaction import (
    InstitutionAuthor,
    Transaction,
    decode_transaction,
    verify_authorisation,
)
from ledgerd.cli.homes import Home
from ledgerd.cli.main import run
from ledgerd.keys.roles import OperatorRole
from ledgerd.primitives.canonical import encode
from ledgerd.rpc.requests import BillContent, BillMoney, CategorySum, Person, Visit
from tests.unit.ledgerd.rpc.solo_node import GENESIS, HOSPITAL, SoloNode, signed
from tests.unit.ledgerd.rpc.stories import BILL, BILL_TEXT, issue_of, told

Captured = pytest.CaptureFixture[str]
BROKEN_TOML = 'institution = "129900002000000014"\n[rpc]\nlissten = "x"\n'


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("cli") / "net"
    assert run(["testnet", "init", str(folder)]) == 0
    return folder


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    """A folder that holds nothing but a proof and the genesis file."""
    story = trio.run(told)
    made = story.node.reads.prove_state(b"b" + BILL.code.encode() + BILL.number.encode() + b"\0")
    assert made is not None
    (tmp_path / "bill.proof").write_bytes(encode(made))
    (tmp_path / "genesis.json").write_bytes(encode_genesis(GENESIS))
    return tmp_path


def check(folder: Path, *more: str) -> int:
    genesis = str(folder / "genesis.json")
    arguments = ["-o", "json", "verify", "proof", str(folder / "bill.proof"), "--genesis", genesis]
    return int(run([*arguments, *more]))


def bill_content(name: str = "Sample Person", hospital_fen: int = 0) -> BillContent:
    return BillContent(
        person=Person(name=name),
        money=BillMoney(total_fen=100, hospital_fen=hospital_fen, cash_fen=100 - hospital_fen),
        visit=Visit(kind="outpatient", time=""),
        items=(CategorySum(category=2, amount_fen=100),),
    )


def composed_by(home: Home) -> Transaction:
    return Transaction(
        chain_id=home.chain_id,
        author=InstitutionAuthor(home.institution),
        public_key=home.keys.own.operator_public_key(OperatorRole.CASHIER),
        valid_until_ms=1,
        operations=(b"\x00",),
    )


def test_a_new_network_is_listed_and_not_running(net: Path, capsys: Captured) -> None:
    code = run(["-o", "json", "testnet", "status", str(net)])

    nodes = json.loads(capsys.readouterr().out)
    assert code == 9
    assert [(node["name"], node["pid"], node["ready"]) for node in nodes] == [
        (name, None, "not running") for name in ("hospital", "finance", "medicare", "insurer")
    ]


def test_the_genesis_file_is_shown_byte_for_byte(net: Path, capsysbinary: Captured) -> None:
    home = net / "finance"

    code = run(["--home", str(home), "-o", "json", "genesis", "show"])

    assert (code, capsysbinary.readouterr().out) == (0, (home / "genesis.json").read_bytes())


def test_public_keys_are_listed_and_secret_ones_are_not(net: Path, capsys: Captured) -> None:
    home = net / "insurer"
    secrets = [json.loads(path.read_text()) for path in (home / "keys").glob("operator-*.json")]

    assert run(["--home", str(home), "-o", "json", "keys", "list"]) == 0

    out = capsys.readouterr().out
    assert {key["role"] for key in json.loads(out) if key["kind"] == "operator"} == {
        "office", "clerk", "cashier", "reviewer", "admin", "terminal",
    }  # fmt: skip
    assert not any(str(secret.get("secret")) in out for secret in secrets)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["no-such-command"], 2),
        (["status"], 2),
        (["--node", "ftp://x", "status"], 2),
        (["--home", "{home}", "bill", "show", "not-a-bill"], 2),
        (["--home", "{home}", "bill", "show", "３３０１０１０１-0000000001"], 2),
        (["--home", "{home}", "member", "show", "1233000047000000K1"], 2),
        (["--home", "{home}", "bill", "pay", BILL_TEXT, "--amount-fen", "-1"], 2),
        (["--home", "{home}", "bill", "pay", BILL_TEXT, "--amount-fen", "1.5"], 2),
        (["--home", "{home}", "bill", "pay", BILL_TEXT, "--amount-fen", "1000000000001"], 2),
        (["--home", "{home}", "bill", "pay", BILL_TEXT, "--amount-fen", "12.0"], 2),
        (["--home", "{home}", "bill", "issue", "--name", "S", "--total-fen", "1e3"], 2),
        (["--home", "{home}", "bill", "issue"], 2),
        (["--home", "{home}", "bill", "issue", "--name", "", "--total-fen", "1"], 2),
        (["--home", "{home}", "bill", "issue", "--name", " \u3000\t", "--total-fen", "1"], 2),
        (["--home", "{home}", "--no-input", "bill", "reverse", BILL_TEXT], 2),
        (["--home", "{home}", "status"], 6),
        (["--home", "{home}", "bill", "issue", "--name", "S", "--total-fen", "1"], 6),
        (["--home", "/nonexistent", "keys", "list"], 78),
        (["--context", "nowhere", "status"], 78),
        (["testnet", "status", "/nonexistent"], 78),
        (["testnet", "init", "{home}"], 78),
        (["verify", "proof", "/nonexistent", "--genesis", "/nonexistent"], 2),
        (["verify", "bill", "/nonexistent", "--genesis", "{home}/genesis.json"], 2),
        (["claim", "file", BILL_TEXT, "--payer", HOSPITAL, "--wallet", "/nonexistent"], 2),
        (["--home", "{home}", "config", "validate"], 0),
        (["version"], 0),
        (["--version"], 0),
        (["completion", "bash"], 0),
        (["bill", "--help"], 0),
    ],
)
def test_each_mistake_has_its_exit_code(
    arguments: list[str], code: int, net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    filled = [argument.format(home=net / "hospital") for argument in arguments]

    assert int(run(filled)) == code


def test_a_bill_from_a_file_names_its_patient_too(
    net: Path, tmp_path: Path, capsys: Captured
) -> None:
    content = bill_content(name=" ")
    path = tmp_path / "bill.json"
    path.write_bytes(msgspec.json.encode(content))

    code = run(["--home", str(net / "hospital"), "bill", "issue", "--file", str(path)])

    assert code == 2
    assert "name is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "paid_fen", "code"),
    [
        ((), 100, 6),
        ((), 101, 2),
        (("--fund", "basic=60"), 40, 6),
        (("--fund", "basic=60"), 41, 2),
    ],
)
def test_a_payment_above_the_patients_share_is_not_sent(
    net: Path, more: tuple[str, ...], paid_fen: int, code: int
) -> None:
    issue = ["--home", str(net / "hospital"), "bill", "issue", "--name", "S", "--total-fen", "100"]

    assert int(run([*issue, *more, "--paid-fen", str(paid_fen)])) == code


def test_what_the_hospital_bears_is_not_the_patients_share(
    net: Path, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "bill.json"
    path.write_bytes(msgspec.json.encode(bill_content(hospital_fen=30)))
    issue = ["--home", str(net / "hospital"), "bill", "issue", "--file", str(path)]

    code = run([*issue, "--paid-fen", "71"])

    assert code == 2
    assert "--paid-fen: the patient's share is 70 fen" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["claim", "decide", "{claim}", "--amount-fen", "1"],
        ["claim", "pay", "{claim}", "--amount-fen", "1"],
        ["claim", "decide", "{claim}", "--amount-fen", "1", "--generate-only"],
        ["assistance", "decide", "{claim}", "--amount-fen", "1"],
    ],
)
def test_who_acts_from_another_home_is_said(
    net: Path, capsys: Captured, command: list[str]
) -> None:
    insurer = Home(net / "insurer")
    claim = (b"c" + insurer.institution.encode("ascii") + bytes(20)).hex()
    words = [word.format(claim=claim) for word in command]

    run(["--home", str(net / "hospital"), *words])
    from_elsewhere = capsys.readouterr()
    run(["--home", str(net / "insurer"), *words])
    at_home = capsys.readouterr()

    assert f"acting as {insurer.institution} ({net / 'insurer'})\n" in from_elsewhere.err
    assert "acting as" not in at_home.err


def test_a_signature_of_another_homes_key_is_said(
    net: Path, tmp_path: Path, capsys: Captured
) -> None:
    home = Home(net / "insurer")
    composed = tmp_path / "composed"
    composed.write_text(encode(composed_by(home)).hex())

    code = run(["--home", str(net / "hospital"), "tx", "sign", str(composed), "--as", "cashier"])

    said = capsys.readouterr()
    assert code == 0
    assert said.err == f"acting as {home.institution} ({home.path})\n"


def test_a_wrong_configuration_names_the_nearest_key(net: Path, capsys: Captured) -> None:
    path = net / "finance" / "config.toml"
    before = path.read_text()
    path.write_text(BROKEN_TOML)

    code = run(["--home", str(path.parent), "config", "validate"])

    path.write_text(before)
    assert code == 78
    assert "did you mean 'listen'" in capsys.readouterr().err


def test_a_proof_is_verified_where_nothing_else_is(proof: Path, capsys: Captured) -> None:
    code = check(proof)

    shown = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (shown["subject"], shown["is_there"]) == (f"bill {BILL_TEXT}", True)
    assert shown["chain_id"] == genesis_hash(GENESIS).hex()
    assert {"name": "issuer", "value": HOSPITAL} in shown["fields"]


def test_every_changed_byte_of_a_proof_is_found(proof: Path) -> None:
    path = proof / "bill.proof"
    whole = path.read_bytes()

    codes = set()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        codes.add(check(proof))

    assert codes == {8}


def test_a_changed_genesis_file_is_found(proof: Path) -> None:
    path = proof / "genesis.json"
    path.write_bytes(path.read_bytes().replace(b"Sample Hospital 1", b"Sample Hospital 2"))

    assert check(proof) == 8


@pytest.mark.parametrize("kind", ["proof", "bill", "evidence"])
def test_what_is_no_genesis_file_is_not_taken_for_a_forged_file(
    proof: Path, capsys: Captured, kind: str
) -> None:
    path = proof / "README.md"
    path.write_text("# Not a genesis file\n")

    code = run(["verify", kind, str(proof / "bill.proof"), "--genesis", str(path)])

    said = capsys.readouterr().err
    assert code == 78
    assert f"{path}: no genesis file" in said


@pytest.mark.parametrize("kind", ["proof", "bill", "evidence"])
def test_what_is_no_proof_is_called_so_and_fails(proof: Path, capsys: Captured, kind: str) -> None:
    path = proof / "README.md"
    path.write_text("# Not a proof\n")

    code = run(["verify", kind, str(path), "--genesis", str(proof / "genesis.json")])

    said = capsys.readouterr().err
    assert code == 8
    assert f"{path}: not " in said
    assert "Expected" not in said


def test_what_is_no_header_to_believe_is_a_mistake_of_the_command_line(
    proof: Path, capsys: Captured
) -> None:
    (proof / "header").write_text("00ff")

    code = check(proof, "--trusted", str(proof / "header"))

    assert code == 2
    assert f"{proof / 'header'}: not a header in hex" in capsys.readouterr().err


@pytest.mark.parametrize("wanted", [["--at-least-height", "1000"], ["--max-age", "0"]])
def test_an_old_proof_is_stale(proof: Path, capsys: Captured, wanted: list[str]) -> None:
    code = check(proof, *wanted)

    assert code == 8
    assert "STALE" in capsys.readouterr().err


def test_a_proof_of_absence_verifies_and_the_help_says_so(tmp_path: Path, capsys: Captured) -> None:
    made = trio.run(told).node.reads.prove_state(b"b" + BILL.code.encode() + b"9999999999\0")
    assert made is not None
    (tmp_path / "bill.proof").write_bytes(encode(made))
    (tmp_path / "genesis.json").write_bytes(encode_genesis(GENESIS))

    code = check(tmp_path)
    shown = json.loads(capsys.readouterr().out)
    run(["verify", "proof", "--help"])

    assert (code, shown["is_there"]) == (0, False)
    assert "is_there" in capsys.readouterr().out


def test_a_folder_that_is_no_data_set_is_a_mistake_of_the_command_line(
    tmp_path: Path, capsys: Captured
) -> None:
    code = run(["import", "synthea", str(tmp_path)])

    assert code == 2
    assert "encounters.csv: cannot be read: no such file" in capsys.readouterr().err


def test_a_transaction_is_decoded_with_no_node(tmp_path: Path, capsys: Captured) -> None:
    read = signed(HOSPITAL, [issue_of(BILL, b"\x00" * 16)])
    (tmp_path / "tx").write_text(read.encoded.hex())

    code = run(["-o", "json", "tx", "decode", str(tmp_path / "tx")])

    shown = json.loads(capsys.readouterr().out)
    assert (code, shown["tx_id"]) == (0, read.transaction_id.hex())
    assert shown["operations"][0]["operation"] == "IssueBill"


@pytest.mark.parametrize("text", ["zz", "00", ""])
def test_bytes_that_are_no_transaction_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "tx").write_text(text)

    assert int(run(["tx", "decode", str(tmp_path / "tx")])) in {2, 8}


def test_a_composed_transaction_is_signed_by_the_key_it_names(
    net: Path, tmp_path: Path, capsys: Captured
) -> None:
    home = Home(net / "hospital")
    body = composed_by(home)
    composed = tmp_path / "composed.json"
    composed.write_text(json.dumps({"transaction": encode(body).hex(), "sidecars": ["abcd"]}))
    sign = ["--home", str(home.path), "tx", "sign", str(composed), "--as"]

    wrong = run([*sign, "clerk"])
    capsys.readouterr()
    right = run([*sign, "cashier"])

    envelope = json.loads(capsys.readouterr().out)
    verify_authorisation(decode_transaction(bytes.fromhex(envelope["transaction"])))
    assert (int(wrong), int(right), envelope["sidecars"]) == (8, 0, ["abcd"])


def test_the_node_of_the_fixtures_is_a_ledger_of_one() -> None:
    assert SoloNode().reads.head().height == 0
