"""The channels of the original application, by name."""

from __future__ import annotations

from collections.abc import Mapping

from api.doors.cable_channel import Channel
from api.doors.cable_kitchen import KitchenChannel, StationChannel
from api.doors.cable_menu import MenuEditingChannel
from api.doors.cable_orders import OrdrChannel, UserChannel
from api.doors.cable_presence import PresenceChannel

CHANNELS: Mapping[str, type[Channel]] = {
    "KitchenChannel": KitchenChannel,
    "MenuEditingChannel": MenuEditingChannel,
    "OrdrChannel": OrdrChannel,
    "PresenceChannel": PresenceChannel,
    "StationChannel": StationChannel,
    "UserChannel": UserChannel,
}
