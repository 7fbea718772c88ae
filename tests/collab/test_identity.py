"""Rights: the table, and a property test against a reference written another way."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.identity import ACT_ROLES, ROLE_ACCESS, Access, Act, Identity, Role, access_to, may
from collab.records import Document, DocumentKind

NOW = datetime(2025, 6, 1, tzinfo=UTC)

RESTAURANTS = ("asia", "roma")
DOCUMENTS = tuple(
    Document(f"{restaurant}-{n}", DocumentKind.MENU, restaurant, "Menu", 1, NOW)
    for restaurant in RESTAURANTS
    for n in range(2)
)

identities = st.builds(
    Identity,
    user_id=st.just("u"),
    name=st.none(),
    restaurant_id=st.sampled_from([*RESTAURANTS, None]),
    roles=st.frozensets(st.sampled_from(list(Role)), max_size=3),
    menus=st.dictionaries(
        st.sampled_from([document.id for document in DOCUMENTS]), st.sampled_from(list(Access))
    ),
)


def reference(identity: Identity, document: Document) -> str:
    """The rights as ranks, as a second opinion: "none", "read" or "write"."""
    ranks = ["none", "read", "write"]
    if identity.restaurant_id not in (None, document.restaurant_id):
        return "none"
    writers = {"owner", "manager", "editor", "translator", "waiter"}
    role_rank = max(
        (2 if role in writers else 1 if role in {"kitchen", "viewer"} else 0)
        for role in [*map(str, identity.roles), "guest"]
    )
    claims = {key: str(value) for key, value in identity.menus.items()}
    claim_rank = ranks.index(claims.get(document.id, "none"))
    if not identity.roles:
        return ranks[claim_rank]
    return ranks[min(role_rank, claim_rank) if claims else role_rank]


@given(identities, st.sampled_from(DOCUMENTS))
def test_access_agrees_with_the_reference(identity: Identity, document: Document) -> None:
    found = access_to(identity, document)
    assert ("none" if found is None else found.value) == reference(identity, document)


@given(identities, st.sampled_from(DOCUMENTS))
def test_a_menus_claim_never_adds_to_a_role(identity: Identity, document: Document) -> None:
    def rank(access: Access | None) -> int:
        return [None, Access.READ, Access.WRITE].index(access)

    without = Identity("u", None, identity.restaurant_id, identity.roles)
    if identity.roles:
        assert rank(access_to(identity, document)) <= rank(access_to(without, document))


# Every other act is for owners and managers only.
BEYOND_MANAGERS = {
    Act.SERVE: {Role.OWNER, Role.MANAGER, Role.WAITER},
    Act.SEE_KITCHEN: {Role.OWNER, Role.MANAGER, Role.WAITER, Role.KITCHEN},
    Act.SEE_RESTAURANT: set(Role),
}


@given(identities, st.sampled_from(list(Act)))
def test_no_act_reaches_another_restaurant(identity: Identity, act: Act) -> None:
    for restaurant in RESTAURANTS:
        if may(identity, act, restaurant):
            assert identity.restaurant_id in (None, restaurant)
            assert identity.roles & BEYOND_MANAGERS.get(act, {Role.OWNER, Role.MANAGER})
            assert not identity.menus


@pytest.mark.parametrize(
    ("role", "access"),
    [
        ("owner", "write"),
        ("manager", "write"),
        ("editor", "write"),
        ("translator", "write"),
        ("waiter", "write"),
        ("kitchen", "read"),
        ("viewer", "read"),
        ("guest", None),
    ],
)
def test_each_role_has_the_ruled_access(role: str, access: str | None) -> None:
    identity = Identity("u", None, "asia", frozenset({Role(role)}))
    assert access_to(identity, DOCUMENTS[0]) == access
    assert access_to(identity, DOCUMENTS[2]) is None


def test_tables_name_every_role_and_every_act() -> None:
    assert set(ROLE_ACCESS) == set(Role)
    assert set(ACT_ROLES) == set(Act)


def test_only_an_owner_reads_metrics() -> None:
    for role in Role:
        identity = Identity("u", None, "asia", frozenset({role}))
        assert may(identity, Act.READ_METRICS, None) is (role is Role.OWNER)


def test_developer_may_do_everything_everywhere_and_never_expires() -> None:
    developer = Identity.developer()
    assert all(access_to(developer, document) is Access.WRITE for document in DOCUMENTS)
    assert all(may(developer, act, restaurant) for act in Act for restaurant in RESTAURANTS)
    assert not developer.is_expired(datetime.max.replace(tzinfo=UTC))


def test_identity_ends_exactly_at_its_expiry() -> None:
    identity = Identity("u", None, "asia", expires_at=NOW)
    assert identity.is_expired(NOW)
    assert not identity.is_expired(NOW - timedelta(microseconds=1))
