"""The demonstration: four institutions keep some hundred bills, before your eyes."""
