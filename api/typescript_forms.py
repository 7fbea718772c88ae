"""Python's structs as TypeScript: an interface for each, and for what comes in a guard.

Rule 1: one struct, one name; where two modules have a struct of the same name, both are called
        after their module too (`HistoryRestoreAnswer`).
Rule 2: every guard is a constant of its own, made by calls that a bundler may leave out
        (`@__PURE__`), so a page carries only the guards that it uses.
Rule 3: what may be missing is `?`; a struct that leaves its defaults out says so of all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, NamedTuple

import msgspec.inspect as forms
from msgspec import NODEFAULT

_PURE = "/* @__PURE__ */ "
_PLAIN = {
    forms.StrType: "string",
    forms.IntType: "number",
    forms.FloatType: "number",
    forms.BoolType: "boolean",
    forms.BytesType: "bytes",
    forms.DateTimeType: "string",
    forms.DateType: "string",
    forms.TimeType: "string",
    forms.AnyType: "unknown",
    forms.RawType: "unknown",
}
_Structure = forms.StructType | forms.DataclassType


class Form(NamedTuple):
    """A struct to be written. is_checked: with a guard."""

    kind: Any
    is_checked: bool


class Writer:
    """Writes declarations of structs and of all that they are made of, each once."""

    def __init__(self, wanted: Sequence[Form]) -> None:
        checked = _structures(form.kind for form in wanted if form.is_checked)
        rest = _structures(form.kind for form in wanted if not form.is_checked)
        self._structures = {**rest, **checked}  # in the order of what is needed first
        self._checked = checked.keys()
        self._names = _names(self._structures.values())

    def declarations(self) -> str:
        """All of them: what others are made of comes first."""
        return "\n".join(self._declare(one) for one in self._structures.values())

    def type_of(self, kind: Any) -> str:
        """A type as TypeScript says it."""
        return self._type(forms.type_info(kind), is_command=is_dataclass(kind))

    def guard_of(self, kind: Any) -> str:
        """The guard of a type."""
        return self._guard(forms.type_info(kind))

    # -- one declaration -----------------------------------------------------------------------

    def _declare(self, form: forms.Type) -> str:
        name = self._names[_class(form)]
        if isinstance(form, forms.EnumType):
            values = " | ".join(_quoted(one.value) for one in form.cls)
            declared = f"{_comment(form.cls)}export type {name} = {values}\n"
            checks = f"literal({', '.join(_quoted(one.value) for one in form.cls)})"
        else:
            assert isinstance(form, _Structure)
            fields = "".join(f"  {line}\n" for line in self._fields(form))
            body = f"{{\n{fields}}}" if fields else "Record<string, never>"
            begin = f"interface {name} " if fields else f"type {name} = "
            declared = f"{_comment(form.cls)}export {begin}{body}\n"
            inner = ", ".join(self._field_guards(form))
            checks = f"object({{ {inner} }})"
        if _class(form) not in self._checked:
            return declared
        return declared + f"export const {_guard_name(name)}: Guard<{name}> = {_PURE}{checks}\n"

    def _fields(self, form: _Structure) -> Iterator[str]:
        if isinstance(form, forms.StructType) and form.tag_field is not None:
            yield f"{form.tag_field}: {_quoted(form.tag)}"
        is_command = isinstance(form, forms.DataclassType)
        for field in form.fields:
            shown = self._type(field.type, is_command=is_command)
            if shown == "unknown":  # `undefined` is one of the unknown
                yield f"{field.encode_name}?: unknown"
            elif self._may_miss(form, field):
                yield f"{field.encode_name}?: {shown} | undefined"
            else:
                yield f"{field.encode_name}: {shown}"

    def _field_guards(self, form: _Structure) -> Iterator[str]:
        if isinstance(form, forms.StructType) and form.tag_field is not None:
            yield f"{form.tag_field}: {_PURE}literal({_quoted(form.tag)})"
        for field in form.fields:
            guard = self._guard(field.type)
            if self._may_miss(form, field):
                guard = f"{_PURE}optional({guard})"
            yield f"{field.encode_name}: {guard}"

    def _may_miss(self, form: _Structure, field: forms.Field) -> bool:
        if field.required:
            return False
        is_unset = NODEFAULT is field.default is field.default_factory
        if is_unset or _class(form) not in self._checked:
            return True
        config = getattr(form.cls, "__struct_config__", None)
        return config is not None and bool(config.omit_defaults)

    # -- types inside --------------------------------------------------------------------------

    def _type(self, form: forms.Type, *, is_command: bool = False) -> str:
        """is_command: times are milliseconds, as in bodies of commands."""
        match form:
            case forms.Metadata(type=inner):
                return self._type(inner, is_command=is_command)
            case forms.DateTimeType() if is_command:
                return "number"
            case forms.BytesType():
                return "Uint8Array"
            case forms.NoneType():
                return "null"
            case forms.LiteralType(values):
                return " | ".join(_quoted(one) for one in sorted(values, key=str))
            case forms.UnionType(types):
                shown = (self._type(one, is_command=is_command) for one in types)
                return " | ".join(dict.fromkeys(shown))
            case forms.ListType(item_type=item) | forms.VarTupleType(item_type=item):
                return _array(self._type(item, is_command=is_command))
            case forms.SetType(item_type=item) | forms.FrozenSetType(item_type=item):
                return _array(self._type(item, is_command=is_command))
            case forms.TupleType(item_types=items):
                return f"[{', '.join(self._type(one, is_command=is_command) for one in items)}]"
            case forms.DictType(value_type=value):
                return f"Record<string, {self._type(value, is_command=is_command)}>"
            case forms.StructType() | forms.DataclassType() | forms.EnumType():
                return self._names[_class(form)]
        return _PLAIN[type(form)]

    def _guard(self, form: forms.Type) -> str:
        match form:
            case forms.Metadata(type=inner):
                return self._guard(inner)
            case forms.NoneType():
                return f"{_PURE}literal(null)"
            case forms.LiteralType(values):
                quoted = map(_quoted, sorted(values, key=str))
                return f"{_PURE}literal({', '.join(quoted)})"
            case forms.UnionType(types):
                return self._union_guard(types)
            case forms.ListType(item_type=item) | forms.VarTupleType(item_type=item):
                return f"{_PURE}array({self._guard(item)})"
            case forms.SetType(item_type=item) | forms.FrozenSetType(item_type=item):
                return f"{_PURE}array({self._guard(item)})"
            case forms.TupleType(item_types=items):
                return f"{_PURE}tuple({', '.join(map(self._guard, items))})"
            case forms.DictType(value_type=value):
                return f"{_PURE}record({self._guard(value)})"
            case forms.StructType() | forms.DataclassType() | forms.EnumType():
                return _guard_name(self._names[_class(form)])
        return f"{_PURE}{_PLAIN[type(form)]}()"

    def _union_guard(self, types: Sequence[forms.Type]) -> str:
        rest = [one for one in types if not isinstance(one, forms.NoneType)]
        guard = union_of(list(dict.fromkeys(map(self._guard, rest))))
        return guard if len(rest) == len(types) else f"{_PURE}nullable({guard})"


def union_of(guards: Sequence[str]) -> str:
    """A guard for what fits one of several."""
    return guards[0] if len(guards) == 1 else f"{_PURE}union({', '.join(guards)})"


def _structures(kinds: Iterable[Any]) -> dict[type, forms.Type]:
    """What has a declaration of its own, by class; what others are made of comes first."""
    found: dict[type, forms.Type] = {}
    for form in forms.multi_type_info(list(kinds)):
        _collect(form, found, ())
    return found


def _collect(form: forms.Type, found: dict[type, forms.Type], within: tuple[type, ...]) -> None:
    if isinstance(form, (forms.StructType, forms.DataclassType, forms.EnumType)):
        kind = _class(form)
        if kind in within:
            raise TypeError(f"{kind.__name__} holds itself, which a constant guard cannot say")
        if kind in found:
            return
        within = (*within, kind)
    for inner in _inside(form):
        _collect(inner, found, within)
    if isinstance(form, (forms.StructType, forms.DataclassType, forms.EnumType)):
        found[_class(form)] = form


def _inside(form: forms.Type) -> Iterable[forms.Type]:
    match form:
        case forms.StructType(fields=fields) | forms.DataclassType(fields=fields):
            return [field.type for field in fields]
        case forms.UnionType(types=types) | forms.TupleType(item_types=types):
            return types
        case forms.DictType(value_type=inner) | forms.Metadata(type=inner):
            return [inner]
        case _:
            item = getattr(form, "item_type", None)
            return [] if item is None else [item]


def _names(structures: Iterable[forms.Type]) -> dict[type, str]:
    kinds = [_class(form) for form in structures]
    counts = Counter(kind.__name__ for kind in kinds)
    return {kind: _name(kind, counts[kind.__name__] > 1) for kind in kinds}


def _name(kind: type, is_shared: bool) -> str:
    if not is_shared:
        return kind.__name__
    topic = kind.__module__.rpartition(".")[2].removesuffix("_models")
    return "".join(part.title() for part in topic.split("_")) + kind.__name__


def _class(form: forms.Type) -> type:
    assert isinstance(form, (forms.StructType, forms.DataclassType, forms.EnumType))
    kind: type = form.cls
    return kind


def _guard_name(name: str) -> str:
    return name[0].lower() + name[1:] + "Guard"


def _array(item: str) -> str:
    return f"({item})[]" if "|" in item else f"{item}[]"


def _quoted(value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def _comment(kind: type) -> str:
    first = (kind.__doc__ or "").strip().partition("\n")[0]
    return f"/** {first} */\n" if first else ""
