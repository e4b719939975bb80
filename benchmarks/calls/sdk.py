"""The official SDK's asynchronous client, with its own defaults."""

from functools import partial
from urllib.parse import urlsplit

from alibabacloud_cams20200606 import models
from alibabacloud_cams20200606.client import Client
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.runtime import RuntimeOptions

from benchmarks.calls.timing import Call, Pace, pace, resident

SPACE = "cams-demo1"
IN_A_ROW, EACH = 20, 2


def _call(url: str) -> Call:
    """Return the call of which there will be many."""
    client = Client(
        Config(
            access_key_id="LTAI5tBenchmark",
            access_key_secret="secret",  # noqa: S106 - it opens nothing
            endpoint=urlsplit(url).netloc,
            region_id="ap-southeast-1",
        )
    )
    # Many at once keep the loop busy for seconds, and then its own time-outs strike.
    patient = RuntimeOptions(connect_timeout=60_000, read_timeout=60_000)
    return partial(_checked, client, models.QueryChatappBindWabaRequest(cust_space_id=SPACE), patient)


async def _checked(client: Client, wanted: models.QueryChatappBindWabaRequest, patient: RuntimeOptions) -> None:
    answer = await client.query_chatapp_bind_waba_with_options_async(wanted, patient)
    if answer.body.data.account_review_status != "APPROVED":
        raise ValueError("that is not what the stub answers")


async def paced(url: str, at_once: int) -> Pace:
    """Measure the pace of calls; each opens a connection of its own."""
    call = _call(url)
    await call()
    return await pace(call, in_a_row=IN_A_ROW, at_once=at_once, rounds=EACH)


async def remembered(url: str) -> float:
    """Return what this process holds after one call, in MB."""
    await _call(url)()
    return resident()
