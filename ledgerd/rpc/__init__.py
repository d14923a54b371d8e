"""The node's JSON-RPC 2.0 face: typed methods over HTTP, WebSocket and a unix socket.

``catalogue`` names every method with its parameter and result types; ``registry`` binds handlers
to them; ``server`` answers on sockets; ``client`` asks. ``ports`` says what the methods need from
the node and from the offices.
"""
