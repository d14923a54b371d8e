"""What a node keeps on disk: the chain, sidecars, sealed values of the offices, and two logs.

Rules of this room (architecture.md section 4):

* Every key is built in ``schema``. Every value carries a digest of its key and itself.
* A foreign exception is translated once, at the boundary (``leveldb``, ``durable_file``), into
  ``StorageCorrupted`` or ``StorageWriteFailed``. Both end the process; nothing here repairs.
* One block is one synced batch. Nothing is acknowledged before it is synced.
* No trio: everything here blocks; the engine calls it from threads.
"""
