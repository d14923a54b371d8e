"""Configuration: every wrong key or value is refused with words that help."""

from pathlib import Path

import pytest

from ledgerd.config import load_config, parse_config, split_address
from ledgerd.errors import ConfigError

INSTITUTION = "91330000TESTTEST0X"


def test_everything_but_the_institution_has_a_default() -> None:
    config = parse_config({"institution": INSTITUTION}, {}, "config.toml")

    assert config.institution == INSTITUTION
    assert config.rpc.listen == "127.0.0.1:7500"


def test_an_unknown_key_is_refused_and_the_nearest_one_named() -> None:
    table = {"institution": INSTITUTION, "pool": {"byte_max": 5}}

    with pytest.raises(ConfigError, match=r"'pool\.byte_max'; did you mean 'bytes_max'"):
        parse_config(table, {}, "config.toml")


def test_an_unknown_key_of_a_peer_is_refused() -> None:
    peers = {"A": {"address": "127.0.0.1:1", "adress": "x"}}
    table = {"institution": INSTITUTION, "network": {"peers": peers}}

    with pytest.raises(ConfigError, match=r"network\.peers\.A\.adress.*'address'"):
        parse_config(table, {}, "config.toml")


def test_the_environment_stands_over_the_file() -> None:
    table = {"institution": INSTITUTION, "rpc": {"listen": "127.0.0.1:1"}}
    environment = {
        "LEDGERD_RPC_LISTEN": "127.0.0.1:2",
        "LEDGERD_OFFICES_ENABLED": "false",
        "LEDGERD_POOL_BUNDLE_INTERVAL_MS": "20",
        "LEDGERD_NETWORK_LISTEN": "127.0.0.1:3, 127.0.0.1:4",
        "PATH": "/bin",
    }

    config = parse_config(table, environment, "config.toml")

    assert config.rpc.listen == "127.0.0.1:2"
    assert config.offices.enabled is False
    assert config.pool.bundle_interval_ms == 20
    assert config.network.listen == ["127.0.0.1:3", "127.0.0.1:4"]


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("LEDGERD_RPC_LISTENS", "x", "did you mean 'LEDGERD_RPC_LISTEN'"),
        ("LEDGERD_POOL_BYTES_MAX", "many", "a whole number"),
        ("LEDGERD_OFFICES_ENABLED", "yes", "true, false"),
        ("LEDGERD_LOG_LEVEL", "loud", "allowed: debug"),
        ("LEDGERD_CONSENSUS_STATUS_MS", "1", "allowed: 20 to 10000"),
        ("LEDGERD_RPC_LISTEN", "nowhere", "expected host:port"),
    ],
)
def test_a_wrong_variable_is_refused_with_what_is_allowed(
    variable: str, text: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_config({"institution": INSTITUTION}, {variable: text}, "config.toml")


def test_a_wrong_type_names_its_place() -> None:
    with pytest.raises(ConfigError, match=r"pool\.bytes_max"):
        parse_config({"institution": INSTITUTION, "pool": {"bytes_max": "5"}}, {}, "config.toml")


def test_the_floor_for_accepting_lies_above_the_floor_for_stopping() -> None:
    table = {"institution": INSTITUTION, "storage": {"free_bytes_min": 1, "free_bytes_stop": 2}}

    with pytest.raises(ConfigError, match=r"storage\.free_bytes_min"):
        parse_config(table, {}, "config.toml")


def test_a_missing_file_and_a_broken_one_are_configuration_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path, {})

    (tmp_path / "config.toml").write_text("institution = ")
    with pytest.raises(ConfigError, match="not a TOML file"):
        load_config(tmp_path, {})


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        f'institution = "{INSTITUTION}"\n[log]\nlevel = "debug"\n'
    )

    assert load_config(tmp_path, {}).log.level == "debug"


def test_an_address_of_ip_version_6_loses_its_brackets() -> None:
    assert split_address("[::1]:70", "x") == ("::1", 70)
