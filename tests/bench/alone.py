"""A network whose only validator is the hospital: what one node does without anybody to ask.

Rules: homes, keys and institutions are those of the network of four; the genesis names one
validator, and the logs are made for that chain.
"""

import shutil
from pathlib import Path

import msgspec

from ledgerd.chain.genesis import encode_genesis, genesis_hash
from ledgerd.cli.homes import GENESIS_FILE, Home
from ledgerd.config import HomePaths
from ledgerd.storage.bundle_log import create_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.vote_log import create_vote_log


def leave_alone(homes: list[Path], name: str) -> None:
    """Make the home of this name the only validator; no node has been started yet."""
    (home,) = (home for home in homes if home.name == name)
    genesis = Home(home).genesis
    only = tuple(v for v in genesis.validators if v.institution_id == Home(home).institution)
    changed = msgspec.structs.replace(genesis, validators=only)
    for each in homes:
        (each / GENESIS_FILE).write_bytes(encode_genesis(changed))
    paths, key = HomePaths(home), Home(home).keys.consensus.public_key
    for folder, create in ((paths.votes, create_vote_log), (paths.bundles, create_bundle_log)):
        shutil.rmtree(folder)
        create(RealDirectory.make(folder), chain_id=genesis_hash(changed), public_key=key).close()
