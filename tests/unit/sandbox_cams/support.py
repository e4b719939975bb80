"""Operations done on a world without a server."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.cams.errors import RefusalError
from sandbox.cams.operations import OPERATIONS, TopLevel
from sandbox.cams.world import World

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PHONE = "8613800001234"
PLACE = {"CustSpaceId": "cams-demo1", "PhoneNumber": PHONE}


def run(world: World, operation: str, **parameters: str) -> object:
    return OPERATIONS[operation].work(world, parameters, NOON)


def top_level(world: World, operation: str, **parameters: str) -> dict[str, Any]:
    result = run(world, operation, **parameters)
    assert isinstance(result, TopLevel)
    return dict(result.fields)


def refusal(world: World, operation: str, **parameters: str) -> tuple[str, int]:
    with pytest.raises(RefusalError) as refused:
        run(world, operation, **parameters)
    return refused.value.code, refused.value.http_status
