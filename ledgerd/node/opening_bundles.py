"""Opening the bundle log, or beginning it anew where no vote rests on it any more.

Source: architecture.md section 4, *Bundle log*.
"""

import structlog

from ledgerd.config import HomePaths
from ledgerd.errors import StorageCorrupted
from ledgerd.storage.bundle_log import BundleLog, create_bundle_log, open_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.segment_opening import LogBroken

FoundBundles = BundleLog | LogBroken  # the open log, or what is wrong with it

log = structlog.get_logger()


def find_bundles(paths: HomePaths, chain_id: bytes, public_key: bytes) -> FoundBundles:
    """Open the bundle log, or give what is wrong with it."""
    directory = RealDirectory(paths.bundles)
    try:
        return open_bundle_log(directory, chain_id=chain_id, public_key=public_key)
    except LogBroken as error:
        return error
    except StorageCorrupted as error:  # the disk cannot read it
        return LogBroken(LogState.DAMAGED, str(error))


def begin_bundles_anew(paths: HomePaths, chain_id: bytes, public_key: bytes) -> BundleLog:
    """Move a broken bundle log aside and begin a new one."""
    number = 1
    while paths.bundles.exists():
        aside = paths.bundles.with_name(f"bundles.broken-{number}")
        if not aside.exists():
            paths.bundles.rename(aside)
            log.warning("bundle log not usable; moved aside", aside=aside.name)
        number += 1
    directory = RealDirectory.make(paths.bundles)
    return create_bundle_log(directory, chain_id=chain_id, public_key=public_key)
