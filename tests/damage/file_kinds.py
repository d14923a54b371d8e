"""Every kind of file in a home. A file that no kind claims fails a test: nothing is left out."""

from pathlib import Path

KINDS: dict[str, tuple[str, ...]] = {
    "config.toml": ("config.toml",),
    "genesis.json": ("genesis.json",),
    "consensus key": ("keys/consensus.json",),
    "storage key": ("keys/storage.json",),
    "transport key": ("keys/transport.pem",),
    "certificate": ("keys/certificate.pem",),
    "encryption key": ("keys/encryption-*.json", "keys/hosted/*/encryption-*.json"),
    "operator key": ("keys/operator-*.json", "keys/hosted/*/operator-*.json"),
    "audit log": ("audit.log",),
    "audit sentinel": ("audit.tail",),
    "vote log segment": ("data/votes/*.seg",),
    "vote log sentinel": ("data/votes/TAIL",),
    "bundle log segment": ("data/bundles/*.seg",),
    "bundle log sentinel": ("data/bundles/TAIL",),
    **{
        f"{store}: {what}": tuple(f"data/{store}/{pattern}" for pattern in patterns)
        for store in ("chain", "sidecars", "offices")
        for what, patterns in {
            "log": ("*.log",),
            "table": ("*.ldb",),
            "manifest": ("MANIFEST-*",),
            "CURRENT": ("CURRENT",),
            "sentinel": ("TAIL",),
        }.items()
    },
    **{f"{store}: known keys": (f"data/{store}/KEYS",) for store in ("chain", "sidecars")},
    "last configuration": ("data/config.seen",),
    "evidence": ("data/evidence/*",),
    "failures": ("data/failures.json",),
    "cookie": (".cookie",),
    "lock files": ("LOCK", "data/*/LOCK"),
    "notes of LevelDB": ("data/*/LOG", "data/*/LOG.old"),
}


def files_of(home: Path, kind: str) -> list[Path]:
    """List the files of a kind, relative to the home."""
    return sorted(path.relative_to(home) for glob in KINDS[kind] for path in home.glob(glob))


def unclaimed(home: Path) -> list[Path]:
    """List the files that no kind claims."""
    claimed = {path for kind in KINDS for path in files_of(home, kind)}
    found = {path.relative_to(home) for path in home.rglob("*") if path.is_file()}
    return sorted(found - claimed)
