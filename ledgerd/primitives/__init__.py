"""Letters: canonical codec, hashes with domains, Merkle trees, identifiers, money, sealing.

Rules of this room: everything here is pure (same input, same output, on every machine); nothing
here knows of blocks, disks, sockets, clocks. Randomness comes in as an argument.
"""
