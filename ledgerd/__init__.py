"""The node of a ledger for medical bills, and its tools; docs/architecture.md draws the house."""
