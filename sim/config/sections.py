"""What a schema says of a place: a section or a table of sections, laid over key by key, or a value, which is
replaced.
"""

from collections.abc import Mapping
from typing import Any, TypeAliasType, get_args, get_origin

from pydantic import BaseModel


def inner_class(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section class that a field holds, if any, and whether it holds a table of named such sections."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    if isinstance(annotation, TypeAliasType):
        return inner_class(annotation.__value__)
    arguments = get_args(annotation)
    if get_origin(annotation) in (dict, Mapping) and inner_class(arguments[1])[0]:
        return inner_class(arguments[1])[0], True
    if type(None) in arguments:
        return next((found for a in arguments if (found := inner_class(a))[0]), (None, False))
    return None, False


def laid_over(base: Any, over: Any, shape: type[BaseModel] | None, table: bool = False) -> Any:
    """`over` laid over `base`: sections and tables of sections key by key; values whole, also lists and mappings."""
    if shape is None or not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    inner = {key: (shape, False) if table else part_of(shape, key) for key in over}
    return base | {key: laid_over(base.get(key), child, *inner[key]) for key, child in over.items()}


def part_of(shape: type[BaseModel] | None, key: object) -> tuple[type[BaseModel] | None, bool]:
    """What `inner_class` says of a key of a section; nothing for an unknown key."""
    field = shape.model_fields.get(str(key)) if shape else None
    return inner_class(field.annotation) if field else (None, False)
