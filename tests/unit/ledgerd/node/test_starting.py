"""Opening a home: everything or nothing, and what is lost is said, never made anew in silence."""

import shutil
import threading
from pathlib import Path

import pytest

from ledgerd.chain.genesis import genesis_hash
from ledgerd.errors import ConfigError, StorageWriteFailed
from ledgerd.keys.keyring import KeyRing
from ledgerd.node.failures import COUNT_MAX, Cause, FailureBook
from ledgerd.node.starting import open_home, read_genesis
from ledgerd.storage import schema
from ledgerd.storage.block_store import SealRow
from ledgerd.storage.home_lock import HomeLock
from ledgerd.storage.kv import StoreLocked
from ledgerd.storage.leveldb import open_leveldb
from tests.damage.full_disk import file_size_at_most
from tests.unit.ledgerd.node.homes import SampleHome, encoded, records_up_to, sample_home
from tests.unit.ledgerd.node.samples import MEMBERS, NOON_MS


@pytest.fixture
def home(tmp_path: Path) -> SampleHome:
    return sample_home(tmp_path)


def live(home: SampleHome) -> None:
    """Open and close once, with a vote for a block: from now on this node has a past."""
    opened = home.open()
    records = records_up_to(1, genesis_hash(home.genesis))
    opened.logs.durable.append(encoded(records))
    opened.offices.put("outbox", b"bill", b"not sent yet")
    opened.close()


def test_a_new_home_opens_at_genesis_as_the_validator_it_is(home: SampleHome) -> None:
    opened = home.open()

    assert opened.self_id == 0
    assert opened.chain.height == 0
    assert opened.records == ()
    assert not opened.is_log_damaged
    opened.close()


def test_what_was_written_is_there_after_the_next_start(home: SampleHome) -> None:
    live(home)

    opened = home.open()

    assert opened.records == records_up_to(1, genesis_hash(home.genesis))
    assert opened.offices.get("outbox", b"bill") == b"not sent yet"
    opened.close()


def test_a_seal_that_no_block_took_along_is_stored_at_a_clean_end(home: SampleHome) -> None:
    opened = home.open()
    opened.chain.blocks.put_seal(SealRow(0, b"seal"))
    opened.close()

    opened = home.open()
    assert opened.chain.blocks.seal(0) == b"seal"
    opened.close()


def test_a_store_that_failed_does_not_keep_the_others_from_closing(home: SampleHome) -> None:
    opened = home.open()
    opened.chain.blocks.put_seal(SealRow(0, b"seal"))
    with pytest.raises(StorageWriteFailed), file_size_at_most(0):
        opened.chain.blocks.sync_seals()
    opened.close()

    opened = home.open()
    assert opened.chain.blocks.seal(0) is None
    opened.close()


def test_a_second_process_is_kept_out_until_the_first_has_closed(home: SampleHome) -> None:
    opened = home.open()

    with pytest.raises(StoreLocked):
        home.open()

    opened.close()
    home.open().close()


def test_a_start_that_fails_leaves_nothing_open(home: SampleHome) -> None:
    live(home)
    shutil.rmtree(home.paths.offices)
    with pytest.raises(ConfigError):
        home.open()

    HomeLock(home.paths.home).release()
    (home.paths.offices.parent / "offices.begin-anew").touch()
    home.open().close()


def test_a_start_that_fails_closes_what_it_had_opened_as_a_stop_does(home: SampleHome) -> None:
    """An unclean end would be searched for damage at the next start, and a thread go on writing."""
    live(home)
    shutil.rmtree(home.paths.offices)
    with pytest.raises(ConfigError) as failed:  # its traceback keeps what was opened alive
        home.open()

    chain = open_leveldb(home.paths.chain, schema.CHAIN_STORE)
    assert chain.was_clean
    chain.close()
    assert "durable-logs" not in [thread.name for thread in threading.enumerate()]
    assert failed.value.args


def test_a_lost_vote_log_takes_the_vote_away_and_nothing_else(home: SampleHome) -> None:
    live(home)
    shutil.rmtree(home.paths.votes)

    opened = home.open()

    assert opened.is_log_damaged
    assert opened.records == ()
    assert opened.offices.get("outbox", b"bill") == b"not sent yet"
    opened.close()


def test_a_lost_chain_is_begun_anew_and_the_vote_log_is_still_good(home: SampleHome) -> None:
    live(home)
    shutil.rmtree(home.paths.chain)

    opened = home.open()

    assert opened.chain.height == 0
    assert not opened.is_log_damaged
    opened.close()


def test_a_lost_store_of_the_offices_is_said_and_not_made_anew(home: SampleHome) -> None:
    live(home)
    shutil.rmtree(home.paths.offices)

    with pytest.raises(ConfigError, match=r"what its offices had not sent yet.*begin-anew"):
        home.open()
    assert not home.paths.offices.exists()


def test_a_home_that_lost_everything_but_its_keys_says_that_the_offices_are_lost(
    home: SampleHome,
) -> None:
    live(home)
    shutil.rmtree(home.paths.home / "data")

    with pytest.raises(ConfigError, match="what its offices had not sent yet"):
        home.open()


def test_an_operator_may_accept_the_loss_once(home: SampleHome) -> None:
    live(home)
    shutil.rmtree(home.paths.offices)
    (home.paths.offices.parent / "offices.begin-anew").touch()

    opened = home.open()
    assert opened.offices.get("outbox", b"bill") is None
    opened.close()

    shutil.rmtree(home.paths.offices)
    with pytest.raises(ConfigError):
        home.open()


def test_a_left_over_acceptance_does_not_touch_a_store_that_is_there(home: SampleHome) -> None:
    live(home)
    (home.paths.offices.parent / "offices.begin-anew").touch()

    opened = home.open()

    assert opened.offices.get("outbox", b"bill") == b"not sent yet"
    opened.close()


def test_keys_of_another_institution_are_refused(home: SampleHome) -> None:
    with pytest.raises(ConfigError, match=MEMBERS[1]):
        open_home(home.paths, MEMBERS[1])


def test_a_consensus_key_that_genesis_does_not_name_is_refused(home: SampleHome) -> None:
    shutil.rmtree(home.paths.keys)
    KeyRing.create(home.paths.keys, home.institution)

    with pytest.raises(ConfigError, match="not the key that genesis names"):
        home.open()


def test_an_institution_that_is_no_validator_opens_as_an_observer(home: SampleHome) -> None:
    shutil.rmtree(home.paths.keys)
    stranger = "91990100MA0000000X"
    KeyRing.create(home.paths.keys, stranger)

    opened = open_home(home.paths, stranger)

    assert opened.self_id is None
    assert not opened.is_log_damaged
    opened.close()


@pytest.mark.parametrize("content", [None, b"", b"{}", b"no genesis"])
def test_without_a_genesis_file_the_start_says_which_file(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "genesis.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigError, match=r"genesis\.json"):
        read_genesis(path)


@pytest.mark.parametrize(("failure_count", "is_begun_anew"), [(2, False), (3, True)])
def test_a_chain_that_a_quorum_contradicts_three_times_is_begun_anew(
    home: SampleHome, failure_count: int, is_begun_anew: bool
) -> None:
    live(home)
    for _ in range(failure_count):
        FailureBook(home.paths).note(NOON_MS, Cause.CONTRADICTION)

    opened = open_home(home.paths, home.institution, now_ms=NOON_MS + 1)
    opened.close()

    assert (home.paths.chain.parent / "chain.failing-1").exists() is is_begun_anew
    assert not opened.is_log_damaged


def test_a_sound_chain_stays_however_often_the_node_ends(home: SampleHome) -> None:
    """One operation on which every node stops must not cost all of them their chain."""
    live(home)
    for _ in range(COUNT_MAX):
        FailureBook(home.paths).note(NOON_MS, Cause.BUG)

    open_home(home.paths, home.institution, now_ms=NOON_MS + 1).close()

    data = home.paths.chain.parent
    assert [path.name for path in data.iterdir() if "." in path.name] == []


def test_a_certificate_that_genesis_does_not_name_is_refused(home: SampleHome) -> None:
    """Every peer would refuse the link; the node would wait for ever and not know why."""
    other = home.paths.home / "other"
    KeyRing.create(other, home.institution)
    for name in ("transport.pem", "certificate.pem"):
        (home.paths.keys / name).write_bytes((other / name).read_bytes())

    with pytest.raises(ConfigError, match=r"certificate\.pem"):
        home.open()
