"""Networks on one machine: a home per node, real processes, for trying out and for tests."""
