"""Who may do what. Pure: who somebody is comes in, a decision with its reason goes out."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """Each role may do what the ones before it may."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3


@dataclass(frozen=True)
class Person:
    """What Slack says of somebody (https://docs.slack.dev/reference/objects/user-object)."""

    id: str
    is_guest: bool = False
    is_stranger: bool = False
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decision:
    """Whether, and where not, why not: a sentence for who asked."""

    allowed: bool
    reason: str = ""


ALLOWED = Decision(True)
VARIABLES = {Role.OPERATOR: "BOT_OPERATORS", Role.ADMIN: "BOT_ADMINS"}


def decide(person: Person, needed: Role, operators: AbstractSet[str], admins: AbstractSet[str]) -> Decision:
    """Say whether a person may do what needs a role.

    `operators` and `admins` hold IDs of users and user groups, as BOT_OPERATORS and BOT_ADMINS give them.
    """
    if person.is_stranger:
        return Decision(False, "Only members of this bot's own workspace may use it.")
    if person.is_guest:
        return Decision(False, "Guests may not use this bot. Ask a member of the workspace to do it for you.")
    if role_of(person, operators, admins) >= needed:
        return ALLOWED
    return Decision(False, _who_may(needed, operators, admins))


def role_of(person: Person, operators: AbstractSet[str], admins: AbstractSet[str]) -> Role:
    """Return the highest role that a person has."""
    ids = {person.id, *person.groups}
    if ids & admins:
        return Role.ADMIN
    return Role.OPERATOR if ids & operators else Role.VIEWER


def _who_may(needed: Role, operators: AbstractSet[str], admins: AbstractSet[str]) -> str:
    variable = VARIABLES[needed]
    if not (admins if needed is Role.ADMIN else operators | admins):
        return (
            f"This needs the role {needed.name.lower()}, and nobody has it: {variable} is not set. "
            "Whoever runs this bot can set it to the IDs of users or user groups."
        )
    return (
        f"This needs the role {needed.name.lower()}. "
        f"Whoever runs this bot can add you, or a group of yours, to {variable}."
    )
