"""Brings in the rules and the choices of all rooms: importing this enters them."""

from tests.naive import (
    choices_axes,
    choices_bills,
    choices_care,
    choices_cases,
    choices_claims,
    choices_deputies,
    choices_governing,
    choices_keys,
    choices_redress,
    rules_axes,
    rules_bills,
    rules_care,
    rules_cases,
    rules_claims,
    rules_deputies,
    rules_governing,
    rules_keys,
    rules_patients,
    rules_reading,
    rules_redress,
)

CHOICES = (
    choices_axes,
    choices_bills,
    choices_care,
    choices_cases,
    choices_claims,
    choices_deputies,
    choices_governing,
    choices_keys,
    choices_redress,
)
RULES = (
    rules_axes,
    rules_bills,
    rules_care,
    rules_cases,
    rules_claims,
    rules_deputies,
    rules_governing,
    rules_keys,
    rules_patients,
    rules_reading,
    rules_redress,
)
