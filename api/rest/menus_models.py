"""What goes in and out when programs change a menu: patches, named edits, and their answers."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from api.menu_file import (
    Id,
    ItemFile,
    MenuFile,
    ModifierGroupFile,
    OptionFile,
    SectionFile,
    VariationFile,
    plain_group,
    plain_item,
    plain_option,
    plain_section,
    plain_variation,
)
from api.rest.models import Answer, Incoming
from collab.edits.named_edits import (
    AddGroup,
    AddItem,
    AddLocale,
    AddOption,
    AddSection,
    AddVariation,
    Delete,
    Move,
    NamedEdit,
    Restore,
    SetCurrency,
    SetField,
    Spot,
    Target,
    WriteText,
)

EDITS_LIMIT = 1_000

Position = Annotated[int, msgspec.Meta(ge=0, description="0: first")]


class PatchAnswer(Answer, frozen=True):
    """What a patch did, and the menu after it (with whatever others wrote meanwhile)."""

    changes: int  # fields that were written; 0: it was all so already
    etag: str  # of the menu, as in the header of `getMenu`, without quotes
    menu: MenuFile


class EditsAnswer(Answer, frozen=True):
    """What a batch of named edits did."""

    changes: int  # fields that were written; 0: it was all so already
    etag: str  # of the menu after it, as in the header of `getMenu`, without quotes
    ids: list[str | None]  # for each edit, the id of what it added


class MergePatch(Incoming, frozen=True, forbid_unknown_fields=False):
    """A JSON Merge Patch (RFC 7396) of the menu as `getMenu` gives it; null takes away.

    Lists of things with ids may be objects by id: `{"sections": {"s1": {"items": {"i7": {"price":
    450}}}}}`. What such an object does not name stays; an unknown id is new; an item that is named
    in another section moves there.
    """

    sections: dict[str, Any] | list[Any] | None = None
    modifiers: dict[str, Any] | list[Any] | None = None


class PatchOperation(Incoming, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An operation of RFC 6902: add, remove, replace, move, copy or test.

    A pointer names a member of a list by its index or by its id: `/sections/s1/items/i7/price`.
    """

    op: str
    path: str
    source: str | None = msgspec.field(name="from", default=None)
    value: Any = None


JsonPatch = list[PatchOperation]  # all are done or none


class _Aimed(Incoming, frozen=True, kw_only=True, tag_field="edit"):
    """About one section, item or group, a variation of an item, or an option of a group."""

    section: Id | None = None
    item: Id | None = None
    group: Id | None = None
    variation: Id | None = None
    option: Id | None = None

    def target(self) -> Target:
        """What it is about."""
        return Target(self.section, self.item, self.group, self.variation, self.option)


class _Placed(Incoming, frozen=True, kw_only=True, tag_field="edit"):
    """At most one of the three; else at the end."""

    before: Id | None = None
    after: Id | None = None
    position: Position | None = None

    def spot(self) -> Spot:
        """Where in its list."""
        return Spot(self.before, self.after, self.position)


class SetEdit(_Aimed, frozen=True, kw_only=True, tag="set"):
    """Set one field that is no text, called as in the menu; null empties it.

    Items also take `allergen:<code>` ("contains", "may", "free", "unknown"), and `additive:<code>`,
    `diet:<code>`, `trait:<code>` (true, false). Where two values stand, this decides.
    """

    field: str
    value: Any

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return SetField(self.target(), self.field, self.value)


class TextEdit(_Aimed, frozen=True, kw_only=True, tag="text"):
    """Write one text: `name`, `description`, or the `note` of an item."""

    field: str
    text: str
    locale: str | None = None  # the menu's own when missing

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return WriteText(self.target(), self.field, self.text, self.locale)


class MoveEdit(_Aimed, frozen=True, kw_only=True, tag="move"):
    """Move an item (to `section`, or within its own), a section, a variation or an option.

    To one of `before`, `after` and `position`; else to the end.
    """

    before: Id | None = None
    after: Id | None = None
    position: Position | None = None

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        target, section = self.target(), None
        if self.item is not None and self.variation is None:
            target, section = Target(item=self.item, group=self.group), self.section
        return Move(target, Spot(self.before, self.after, self.position), section)


class AddSectionEdit(_Placed, frozen=True, kw_only=True, tag="add_section"):
    """Add a section, with its items."""

    content: SectionFile

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return AddSection(plain_section(locale, self.content), self.spot())


class AddItemEdit(_Placed, frozen=True, kw_only=True, tag="add_item"):
    """Add an item to a section."""

    section: Id
    content: ItemFile

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return AddItem(self.section, plain_item(locale, self.content), self.spot())


class AddVariationEdit(_Placed, frozen=True, kw_only=True, tag="add_variation"):
    """Add a variation to an item."""

    item: Id
    content: VariationFile

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return AddVariation(self.item, plain_variation(locale, self.content), self.spot())


class AddGroupEdit(Incoming, frozen=True, kw_only=True, tag_field="edit", tag="add_group"):
    """Add a modifier group, with its options."""

    content: ModifierGroupFile

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return AddGroup(plain_group(locale, self.content))


class AddOptionEdit(_Placed, frozen=True, kw_only=True, tag="add_option"):
    """Add an option to a modifier group."""

    group: Id
    content: OptionFile

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return AddOption(self.group, plain_option(locale, self.content), self.spot())


class DeleteEdit(_Aimed, frozen=True, kw_only=True, tag="delete"):
    """Delete something; nothing in it is lost. Items of a deleted section are unplaced."""

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return Delete(self.target())


class RestoreEdit(_Aimed, frozen=True, kw_only=True, tag="restore"):
    """Take a deletion back."""

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return Restore(self.target())


class AddLocaleEdit(Incoming, frozen=True, kw_only=True, tag_field="edit", tag="add_locale"):
    """Add a language, with an empty text for everything."""

    locale: str

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return AddLocale(self.locale)


class SetCurrencyEdit(Incoming, frozen=True, kw_only=True, tag_field="edit", tag="set_currency"):
    """Set the currency; the amounts stay as they are."""

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]

    def named(self, locale: str) -> NamedEdit:
        """The edit it means."""
        return SetCurrency(self.currency)


AnyEdit = (
    SetEdit
    | TextEdit
    | MoveEdit
    | AddSectionEdit
    | AddItemEdit
    | AddVariationEdit
    | AddGroupEdit
    | AddOptionEdit
    | DeleteEdit
    | RestoreEdit
    | AddLocaleEdit
    | SetCurrencyEdit
)


class NewEdits(Incoming, frozen=True):
    """A batch of named edits: all of them or none, in this order."""

    edits: Annotated[list[AnyEdit], msgspec.Meta(min_length=1, max_length=EDITS_LIMIT)]
