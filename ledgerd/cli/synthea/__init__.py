"""Import of Synthea data sets: input that nobody here wrote, through the doors of any bill."""
