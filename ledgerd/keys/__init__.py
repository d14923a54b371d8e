"""The secret keys of a node and of the institutions it hosts: files, protection, signers.

Rules: a key file is 0600 in a 0700 folder, or the node does not start; a secret never reaches a
log, an error or a repr; each operator key has one role. Source: reliability.md section 6,
domain.md section 1.
"""
