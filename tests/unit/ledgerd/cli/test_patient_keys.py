"""Wallets that act for others, made offline."""

from pathlib import Path

from ledgerd.cli.exits import ExitCode
from ledgerd.cli.main import run
from ledgerd.cli.patient_keys import assisted, patient, presence, proxy
from ledgerd.cli.wallet import new_wallet, read_wallet, with_account, write_wallet

ACCOUNT, HOLDER, PROXY = "0a" * 16, "0b" * 16, "0c" * 16


def test_a_holders_wallet_acts_for_the_account(tmp_path: Path) -> None:
    device = with_account(new_wallet(), HOLDER)
    write_wallet(tmp_path / "bert", device)
    arguments = ["--proxy", PROXY, "--wallet", str(tmp_path / "bert"), "--into"]

    code = run(["proxy", "wallet", ACCOUNT, *arguments, str(tmp_path / "for")])

    made = read_wallet(tmp_path / "for")
    assert code is ExitCode.OK
    assert (made.account, made.author, made.public_key) == (ACCOUNT, HOLDER, device.public_key)
    assert not made.is_counter


def test_a_counters_wallet_holds_the_presence_and_the_form(tmp_path: Path) -> None:
    form = tmp_path / "form.pdf"
    form.write_bytes(b"a signed form")
    arguments = ["--presence", "70" * 39, "--form", str(form), "--into", str(tmp_path / "w")]

    code = run(["assisted", "wallet", ACCOUNT, *arguments])

    made = read_wallet(tmp_path / "w")
    assert code is ExitCode.OK
    assert made.is_counter
    assert made.mandate is not None
    assert bytes.fromhex(made.mandate.form) == b"a signed form"
    assert made.mandate.form not in repr(made.mandate)


def test_an_empty_form_is_refused(tmp_path: Path) -> None:
    form = tmp_path / "form"
    form.write_bytes(b"")
    arguments = ["--presence", "70" * 39, "--form", str(form), "--into", str(tmp_path / "w")]

    assert run(["assisted", "wallet", ACCOUNT, *arguments]) is ExitCode.USAGE
    assert not (tmp_path / "w").exists()


def test_the_commands_are_those_of_the_reference() -> None:
    assert sorted(proxy.commands) == ["give", "list", "revoke", "wallet"]
    assert sorted(assisted.commands) == ["confirm", "list", "revoke", "wallet"]
    assert sorted(presence.commands) == ["attest"]
    assert {"add-key", "confirm-key", "refuse-key", "revoke-key"} <= set(patient.commands)
