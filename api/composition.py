"""The composition root: everything built once, in order, and taken down in the reverse order.

Order: database, stores, metrics, revocations, event hall, journal, lobby, sessions, order wing.
Taking down: the background work ends only after journal and desk were flushed; what could not be
saved in time is said.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.auth import Authenticator
from api.config import Config
from api.device_desk import DeviceDesk
from api.doors.cable_bell import MenuBell
from api.doors.occupancy import Occupancy
from api.doors.reception import Reception
from api.entrance import Entrance
from api.event_pump import EventPump
from api.guests_views import GuestsViews
from api.house import Addresses, Health, House
from api.house_work import settle, work
from api.keyring import Keyring
from api.live import LiveSeats
from api.local_views import LocalViews
from api.lock_desk import LockDesk
from api.menu_edits import Edited, Plan, change_menu
from api.metrics import Metrics
from api.order_wing import EventHall, OrderWing
from api.photo_desk import PhotoDesk
from api.projector import Projector
from api.revocations import Revocations
from api.tokens import TokenIssuer, TokenVerifier
from api.upkeep import OrderUpkeep, Upkeep
from api.version_keeper import VersionKeeper
from api.visit_desk import VisitDesk
from api.webhooks import Courier, WebhookDeliverer
from collab.identity import Identity
from collab.records import Appended, Document, MenuState
from collab.wire.awareness import AwarenessTable
from rooms.clock import Clock
from rooms.journal import Journal
from rooms.lease_clock import LeaseClock
from rooms.lobby import Lobby
from rooms.menu_room import MenuRoom
from rooms.sessions import SessionBook
from storage.access import AccessStore
from storage.conflicts import ConflictStore
from storage.database import Database, open_database
from storage.dead_letters import DeadLetterStore
from storage.devices import DeviceStore
from storage.dining_tables import DiningTableStore
from storage.documents import DocumentStore
from storage.erasure import ErasureStore
from storage.history import HistoryStore
from storage.invites import InviteStore
from storage.item_names import ItemNames
from storage.locks import LockStore
from storage.marks import MarkStore
from storage.menu_state import MenuStateStore
from storage.orders import OrderStore
from storage.outbox import OutboxStore
from storage.photos import PhotoStore
from storage.projection import ProjectionStore
from storage.publications import PublicationStore
from storage.renewal import RenewalStore
from storage.restaurant_terms import RestaurantStore
from storage.retention import RetentionStore
from storage.sessions import SessionStore
from storage.shares import ShareStore
from storage.snapshots import SnapshotStore
from storage.staff import StaffStore
from storage.stations import StationStore
from storage.streams import StreamStore
from storage.updates import UpdateStore
from storage.versions import VersionStore
from storage.visits import VisitStore
from storage.webhooks import WebhookStore


@asynccontextmanager
async def open_house(config: Config, clock: Clock | None = None) -> AsyncIterator[House]:
    """Build everything and keep it running for as long as the context lasts.

    Raises ConfigError or StoreError with a sentence for the operator.
    """
    clock = clock or Clock()
    database = await open_database(config.database)
    try:
        await database.migrate()
        house = _build(config, clock, database, await database.instance())
        await house.revocations.refresh()
        await house.wing.start()
        working = asyncio.create_task(work(house), name="background work")
        try:
            await asyncio.sleep(0)  # the lobby's task group is open before the first visitor
            house.health.is_open = True
            house.health.opened_at = clock.utc()
            yield house
        finally:
            house.health.is_open = False
            await settle(house)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    finally:
        await database.close()


def _build(config: Config, clock: Clock, database: Database, instance: str) -> House:
    metrics = Metrics()
    streams = StreamStore(database)
    hall = EventHall.build(
        streams,
        metrics,
        clock,
        is_shared=database.path is None,
        redis=config.redis,
        channel=instance,
        slow_seconds=config.slow_reader_seconds,
    )
    menu_bell = MenuBell()

    documents = DocumentStore(database)
    access = AccessStore(database)
    session_store = SessionStore(database)
    updates = UpdateStore(database)
    keyring = Keyring.from_config(config)
    revocations = Revocations(
        access,
        refresh_seconds=config.revocation_refresh_seconds,
        keep_seconds=config.max_token_hours * 3600 + 60,
    )
    authenticator = Authenticator(config, TokenVerifier(config, keyring), revocations, access)
    journal = Journal(
        updates,
        metrics,
        monotonic=clock.monotonic,
        interval_seconds=config.commit_interval_ms / 1000,
        pause_after_seconds=config.save_pause_seconds,
        on_appended=lambda appended: _ring(events, menu_bell, appended),
    )
    sessions = SessionBook(
        session_store,
        metrics,
        clock,
        stale_seconds=config.stale_session_seconds,
        on_close=lambda session_id: locks.session_ended(session_id),
        watcher=hall.roster,
    )
    menu_states = MenuStateStore(database)
    lobby = Lobby(
        updates,
        journal,
        metrics,
        clock,
        on_edit=lambda seat, document, count: sessions.edited(seat.session_id, document, count),
        idle_seconds=config.idle_evict_seconds,
        limit_bytes=config.document_limit_bytes,
        make_awareness=lambda: AwarenessTable(
            ttl_seconds=config.awareness_ttl_seconds, grace_seconds=config.awareness_grace_seconds
        ),
        menus=menu_states,
        on_open=lambda room, state: _opened(events, locks, room, state),
        on_close=lambda document_id: events.closed(document_id),
    )
    events = EventPump(hall.events, lobby, hall.ring)
    locks = LockDesk(
        LockStore(database),
        LeaseClock(clock),
        room_of=lobby.room_of,
        open_rooms=lobby.open_rooms,
        is_living=lambda session_id: sessions.find(session_id) is not None,
        ring=events.ring,
        is_shared=database.path is None,
    )
    history, webhooks = HistoryStore(database), WebhookStore(database)
    dead_letters = DeadLetterStore(database)
    deliverer = WebhookDeliverer(
        webhooks,
        streams,
        Courier(clock, allows_private=config.webhook_private_networks or config.dev),
        metrics,
        clock,
        random.random,
    )
    publications = PublicationStore(database)
    versions = VersionStore(database, publications)
    shares = ShareStore(database)
    live = LiveSeats(revocations, clock)
    restaurants, visits = RestaurantStore(database), VisitStore(database)
    entrance = Entrance(config, documents, lobby, clock)
    reception = Reception(
        config,
        authenticator,
        entrance,
        lobby,
        live,
        sessions,
        metrics,
        clock,
        Occupancy(config.connections_per_ip, config.connections_total),
    )
    orders, marks, tables = OrderStore(database), MarkStore(database), DiningTableStore(database)
    visit_desk = VisitDesk(
        visits,
        restaurants,
        revocations,
        clock,
        keep_seconds=config.max_token_hours * 3600,
        on_ended=live.look,
    )

    retention, staff = RetentionStore(database), StaffStore(database)
    invites = InviteStore(database)

    async def edit_menu(document: Document, identity: Identity, plan: Plan) -> Edited:
        return await change_menu(house, document, identity, plan, door="cable")

    house = House(
        config=config,
        server_id=_server_id(instance),
        addresses=Addresses(_secure_url(config)),
        clock=clock,
        database=database,
        documents=documents,
        access=access,
        session_store=session_store,
        updates=updates,
        metrics=metrics,
        revocations=revocations,
        issuer=TokenIssuer(config, keyring),
        authenticator=authenticator,
        devices=DeviceDesk(DeviceStore(database), invites, staff, keyring, clock),
        invites=invites,
        journal=journal,
        lobby=lobby,
        sessions=sessions,
        live=live,
        entrance=entrance,
        reception=reception,
        health=Health(),
        streams=streams,
        events=events,
        locks=locks,
        photos=PhotoDesk(PhotoStore(database), clock, limit=config.photos_per_restaurant),
        history=history,
        webhooks=webhooks,
        dead_letters=dead_letters,
        deliverer=deliverer,
        upkeep=Upkeep(
            OutboxStore(database),
            streams,
            history,
            dead_letters,
            OrderUpkeep(orders, visits, retention),
            clock,
            history_days=config.history_days,
            on_told=events.ring,
        ),
        conflicts=ConflictStore(database),
        publications=publications,
        versions=versions,
        guests_views=GuestsViews(versions, publications),
        shares=shares,
        local_views=LocalViews(versions, shares),
        version_keeper=VersionKeeper(
            versions,
            publications,
            menu_states,
            lobby,
            journal,
            clock,
            ring_events=events.ring,
        ),
        projector=Projector(ProjectionStore(database), documents, lobby, journal),
        renewals=RenewalStore(database),
        restaurants=restaurants,
        stations=StationStore(database),
        dining_tables=tables,
        staff=staff,
        orders=orders,
        marks=marks,
        visits=visits,
        retention=retention,
        erasures=ErasureStore(database),
        visit_desk=visit_desk,
        wing=OrderWing.build(
            hall,
            reception,
            orders=orders,
            marks=marks,
            visits=visits,
            visit_desk=visit_desk,
            tables=tables,
            restaurants=restaurants,
            names=ItemNames(database),
            snapshots=SnapshotStore(database),
            history=history,
            locks=locks,
            menu_bell=menu_bell,
            edit_menu=edit_menu,
        ),
    )
    return house


def _server_id(instance: str) -> str:
    """What browsers may know of a database; its own id also names the channel in Redis."""
    return hashlib.sha256(b"mirepoix server\0" + instance.encode()).hexdigest()[:20]


def _secure_url(config: Config) -> str | None:
    url = config.public_url
    return url if url is not None and url.startswith("https://") else None


async def _opened(events: EventPump, locks: LockDesk, room: MenuRoom, state: MenuState) -> None:
    """A menu was opened: show its events from here on, and who holds what in it."""
    events.opened(room.record.id, state.stream_top)
    await locks.load(room)  # strict locks hold from the first write on
    locks.opened(room)  # once more when the room can be found: what was taken meanwhile


def _ring(events: EventPump, menu_bell: MenuBell, appended: Appended) -> None:
    """Show what a commit of edits brought."""
    for document_id in appended.first_offsets:
        events.ring(document_id)
    for document_id in appended.tops:
        menu_bell.ring(document_id)
