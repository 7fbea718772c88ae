"""A running server as one value: every part of it, built by `api.composition`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from api.auth import Authenticator
from api.config import Config
from api.device_desk import DeviceDesk
from api.doors.reception import Reception
from api.entrance import Entrance
from api.event_pump import EventPump
from api.guests_views import GuestsViews
from api.live import LiveSeats
from api.local_views import LocalViews
from api.lock_desk import LockDesk
from api.metrics import Metrics
from api.order_wing import OrderWing
from api.photo_desk import PhotoDesk
from api.projector import Projector
from api.revocations import Revocations
from api.tokens import TokenIssuer
from api.upkeep import Upkeep
from api.version_keeper import VersionKeeper
from api.visit_desk import VisitDesk
from api.webhooks import WebhookDeliverer
from rooms.clock import Clock
from rooms.journal import Journal
from rooms.lobby import Lobby
from rooms.sessions import SessionBook
from storage.access import AccessStore
from storage.conflicts import ConflictStore
from storage.database import Database
from storage.dead_letters import DeadLetterStore
from storage.dining_tables import DiningTableStore
from storage.documents import DocumentStore
from storage.erasure import ErasureStore
from storage.history import HistoryStore
from storage.invites import InviteStore
from storage.marks import MarkStore
from storage.orders import OrderStore
from storage.publications import PublicationStore
from storage.renewal import RenewalStore
from storage.restaurant_terms import RestaurantStore
from storage.retention import RetentionStore
from storage.sessions import SessionStore
from storage.shares import ShareStore
from storage.staff import StaffStore
from storage.stations import StationStore
from storage.streams import StreamStore
from storage.updates import UpdateStore
from storage.versions import VersionStore
from storage.visits import VisitStore
from storage.webhooks import WebhookStore


@dataclass(slots=True)
class Health:
    """What /readyz answers."""

    is_open: bool = False  # serving, and not on the way out
    opened_at: datetime | None = None  # since when
    failed: asyncio.Event = field(default_factory=asyncio.Event)  # background work broke


@dataclass(slots=True)
class Addresses:
    """Where people find the server, as far as it knows that itself."""

    secure_url: str | None = None  # with HTTPS


@dataclass(frozen=True, slots=True)
class House:
    """All parts of a running server."""

    config: Config
    server_id: str  # of the database: the same for every server that uses it
    addresses: Addresses
    clock: Clock
    database: Database
    documents: DocumentStore
    access: AccessStore
    session_store: SessionStore
    updates: UpdateStore
    metrics: Metrics
    revocations: Revocations
    issuer: TokenIssuer
    authenticator: Authenticator
    devices: DeviceDesk
    invites: InviteStore
    journal: Journal
    lobby: Lobby
    sessions: SessionBook
    live: LiveSeats
    entrance: Entrance
    reception: Reception
    health: Health
    streams: StreamStore
    events: EventPump
    locks: LockDesk
    photos: PhotoDesk
    projector: Projector
    history: HistoryStore
    webhooks: WebhookStore
    dead_letters: DeadLetterStore
    deliverer: WebhookDeliverer
    upkeep: Upkeep
    conflicts: ConflictStore
    publications: PublicationStore
    versions: VersionStore
    guests_views: GuestsViews
    shares: ShareStore
    local_views: LocalViews
    version_keeper: VersionKeeper
    renewals: RenewalStore
    restaurants: RestaurantStore
    stations: StationStore
    dining_tables: DiningTableStore
    staff: StaffStore
    orders: OrderStore
    marks: MarkStore
    visits: VisitStore
    visit_desk: VisitDesk
    wing: OrderWing
    retention: RetentionStore
    erasures: ErasureStore
