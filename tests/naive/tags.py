"""The published tags of the operations, by name."""

from ledgerd.ledger.operations import OPERATION_TYPES

_NAMES = {type_.__struct_config__.tag: type_.__name__ for type_ in OPERATION_TYPES}


def name_of_tag(tag: int) -> str | None:
    return _NAMES.get(tag)


def tag_of_name(name: str) -> int:
    return next(tag for tag, its in _NAMES.items() if its == name)
