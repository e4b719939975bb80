"""What an operation is, and the look-ups that all share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.cams.errors import RefusalError, missing, product
from sandbox.cams.records import PhoneNumber, Space
from sandbox.cams.world import World

Parameters = Mapping[str, str]


@dataclass(frozen=True)
class TopLevel:
    """Fields of an answer that has others at the top than Data."""

    fields: Mapping[str, object]


@dataclass(frozen=True)
class Operation:
    """One operation: its parameters, its documented quota, and the work.

    `says_success` is whether the answer has the field Success. `run` returns what becomes Data, or TopLevel;
    None leaves Data out.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    calls_per_second: int
    says_success: bool
    run: Callable[[World, Parameters, datetime], object]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter it knows."""
        return self.required + self.optional

    def work(self, world: World, parameters: Parameters, now: datetime) -> object:
        """Check that what is required is there, then do it.

        Raises:
            RefusalError: the call is not allowed; the world has not changed.
        """
        for name in self.required:
            if not parameters.get(name):
                raise missing(name)
        return self.run(world, parameters, now)


def space_of(world: World, parameters: Parameters) -> Space:
    """Return the space of a call, the account's own where it names none. Raises RefusalError."""
    space = world.spaces.get(parameters.get("CustSpaceId") or world.default_space_id)
    if space is None:
        # Inferred: the documented message fits, "The resource does not belong to the current user."
        raise RefusalError("Unknown.ResourceOwnerId")
    return space


def number_of(world: World, parameters: Parameters) -> PhoneNumber:
    """Return the number of a call, if it is in its space. Raises RefusalError."""
    number = space_of(world, parameters).numbers.get(parameters["PhoneNumber"])
    if number is None:
        # Inferred.
        raise product("InvalidParameter.PhoneNumberError", "The phone number is invalid or not in this space.")
    return number


def invalid(parameter: str, value: str) -> RefusalError:
    """Refuse a value that is none of those documented."""
    # Inferred, in the gateway's general form Invalid{ParameterName}.
    return RefusalError(f"Invalid{parameter}", f"Specified parameter {parameter} value {value} is not valid.")
