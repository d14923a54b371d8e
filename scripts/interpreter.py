"""Says what an interpreter is: its version, and whether it was built with optimisations.

Run by the interpreter that is asked about; ends with an error if it is of no use here: a wrong
version, or no venv with pip can be made of it (Debian packs those apart).

Rules: nothing is timed, the answer is the same each time. Debian and those who follow it build with
profiles and leave no trace of it in sysconfig, so what stands in /usr counts as built with them.
"""

import ensurepip
import sys
import sysconfig
import venv

assert ensurepip, venv  # nothing else is asked of them
if not (3, 11) <= sys.version_info[:2] <= (3, 12):
    sys.exit("neither 3.11 nor 3.12")
told = [sysconfig.get_config_var(name) or "" for name in ("CONFIG_ARGS", "PY_CORE_CFLAGS")]
is_profiled = any("--enable-optimizations" in each or "-fprofile-use" in each for each in told)
is_packaged = sys.base_prefix == "/usr"
print(
    ".".join(map(str, sys.version_info[:3])),
    "optimised" if is_profiled or is_packaged else "plain",
)
