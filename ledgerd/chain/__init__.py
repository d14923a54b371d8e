"""The chain: transactions, bundles, blocks, headers, membership, genesis, light verification.

Rules of this room: pure; knows nothing of what operations mean, of disks, sockets or clocks.
"""
