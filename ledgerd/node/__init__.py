"""The engine: performs what the replica decides, keeps the pool, executes blocks, catches up.

Rules of the room: one task owns the ``Replica`` (driver.py), one task applies blocks
(applying.py), everybody else speaks to them through bounded channels. Times are arguments or come
from the ``Clock``. A storage error is never caught: it ends the process.
"""
