"""Updates as a person's editor makes them: one character each, contiguous, made by the engine.

Each typist types at the end of one shared text and sees nothing of the others, so its updates can
be made before the load starts and are valid in whatever order servers interleave them.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pycrdt import Doc, Text, TransactionEvent

ALPHABET = "abcdefghijklmnopqrstuvwxyz "


@dataclass(frozen=True, slots=True)
class Keystroke:
    """One typed character."""

    update: bytes  # update_v1
    struct: bytes  # the part of it that every encoding of it holds, wherever it is relayed


def keystrokes(client: int, count: int, random: Random) -> list[Keystroke]:
    """What client id `client` types: `count` updates with clocks 0, 1, 2, ..."""
    doc: Doc[Text] = Doc(client_id=client)
    text = doc.get("text", type=Text)
    updates: list[bytes] = []

    def keep(event: TransactionEvent) -> None:
        updates.append(event.update)

    subscription = doc.observe(keep)
    for _ in range(count):
        text += random.choice(ALPHABET)
    doc.unobserve(subscription)
    # 01 client count, 01 struct count, <struct>, 00 delete set
    return [Keystroke(update, update[2:-1]) for update in updates]


def one_typist(count: int, seed: int) -> list[Keystroke]:
    """What a single client types."""
    random = Random(seed)
    return keystrokes(client_ids(1, random)[0], count, random)


def client_ids(count: int, random: Random) -> list[int]:
    """Distinct client ids, 32 bits as Yjs makes them."""
    return random.sample(range(1 << 28, 1 << 32), count)
