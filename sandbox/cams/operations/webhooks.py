"""Where the status reports of an account go."""

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from sandbox.cams.errors import RefusalError, missing
from sandbox.cams.operations.operation import Parameters, invalid, space_of
from sandbox.cams.records import Webhook
from sandbox.cams.world import World

FLAGS = {"Y": True, "N": False}
# Inferred: no limit is documented.
LONGEST_URL = 2048


def update_account_webhook(world: World, parameters: Parameters, _now: datetime) -> None:
    """UpdateAccountWebhook: a new address, or a flag. Inferred: what the call leaves out stays as it was."""
    space = space_of(world, parameters)
    before = world.webhook(space.id)
    after = replace(
        before,
        url=_url(parameters.get("StatusCallbackUrl", "")) or before.url,
        http=_flag(parameters, "HttpFlag", before.http),
        queue=_flag(parameters, "QueueFlag", before.queue),
    )
    _check(after)
    world.set_webhook(space.id, after)


def _flag(parameters: Parameters, name: str, before: bool) -> bool:
    value = parameters.get(name, "")
    if not value:
        return before
    if value not in FLAGS:
        raise invalid(name, value)
    return FLAGS[value]


def _url(text: str) -> str:
    if text and not _is_url(text):
        # Inferred, and without the value: the address may hold a secret.
        raise RefusalError("InvalidStatusCallbackUrl", "Specified parameter StatusCallbackUrl is not valid.")
    return text


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(text) <= LONGEST_URL


def _check(webhook: Webhook) -> None:
    if webhook.http and not webhook.url:
        # Inferred.
        raise missing("StatusCallbackUrl")
