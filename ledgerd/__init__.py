"""The node of a ledger for medical bills, and the tools around it; docs/architecture.md draws it."""
