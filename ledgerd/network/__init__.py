"""Links to the other institutions: framed messages over TLS 1.3 with pinned certificates.

Rules: nothing here knows what a frame's body means; every queue, length and wait is bounded by a
number in ``settings.py`` or ``frames.py``; no content of a frame reaches a log, an error or a
state. The host builds one ``transport.Transport``. Source: architecture.md section 5.
"""
