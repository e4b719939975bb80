"""Spaces of the account, and the WABA of one."""

import re
from datetime import datetime
from typing import Any

from sandbox.cams.errors import RefusalError, product
from sandbox.cams.operations.operation import Parameters, TopLevel, space_of
from sandbox.cams.records import Space
from sandbox.cams.world import World

# Inferred: neither is documented, nor what happens above the latter.
DEFAULT_PAGE_SIZE = 10
LARGEST_PAGE_SIZE = 100
REGION = "ap-southeast-1"
COUNT = re.compile("[1-9][0-9]{0,8}")


def list_spaces(world: World, parameters: Parameters, _now: datetime) -> TopLevel:
    """ListInstance: one page of the account's spaces, in the order in which they were opened.

    Inferred: InstanceName finds a part of the name, whatever the case; the other two match whole.
    """
    page = _count(parameters, "PageIndex", 1)
    size = _count(parameters, "PageSize", DEFAULT_PAGE_SIZE)
    if size > LARGEST_PAGE_SIZE:
        raise _page_invalid("PageSize", str(size))
    found = [space for space in world.spaces.values() if _is_wanted(space, parameters)]
    shown = found[(page - 1) * size : page * size]
    return TopLevel({"Data": [_listed(space) for space in shown], "TotalCount": len(found)})


def describe_waba(world: World, parameters: Parameters, _now: datetime) -> dict[str, Any]:
    """QueryChatappBindWaba: the WABA that is bound to a space."""
    waba = space_of(world, parameters).waba
    if waba is None:
        raise RefusalError("Unknown.ResourceOwnerId")
    return {
        "AccountReviewStatus": waba.account_review_status,
        "AuthInternationalRateEligibility": waba.auth_international_rate_eligibility,
        "BusinessId": waba.business_id,
        "BusinessName": waba.business_name,
        "Currency": waba.currency,
        "Id": waba.id,
        "IsOnBizApp": waba.is_on_biz_app,
        "MarketingMessageLiteStatus": waba.marketing_message_lite_status,
        "MessageTemplateNamespace": waba.message_template_namespace,
        "Name": waba.name,
        "PrimaryBusinessLocation": waba.primary_business_location,
    }


def _is_wanted(space: Space, parameters: Parameters) -> bool:
    instance_id, channel_type = parameters.get("InstanceId", ""), parameters.get("ChannelType", "")
    return (
        parameters.get("InstanceName", "").casefold() in space.name.casefold()
        and instance_id in {"", space.instance_id}
        and channel_type in {"", space.channel_type}
    )


def _count(parameters: Parameters, name: str, default: int) -> int:
    text = parameters.get(name) or str(default)
    if COUNT.fullmatch(text) is None:
        raise _page_invalid(name, text)
    return int(text)


def _page_invalid(parameter: str, value: str) -> RefusalError:
    # Inferred.
    return product("InvalidParameter.PageInvalid", f"{parameter} {value} is invalid.")


def _listed(space: Space) -> dict[str, str]:
    return {
        "ChannelType": space.channel_type,
        "ContactMail": space.contact_mail,
        "CountryId": space.country_id,
        "CustSpaceId": space.id,
        "FacebookBmId": space.waba.business_id if space.waba else "",
        "InstanceDescription": "",
        "InstanceId": space.instance_id,
        "InstanceName": space.name,
        "IsvTerms": "",
        "OfficeAddress": "",
        "ResourceGroupId": "",
        "ResourceRegionId": REGION,
        "State": space.state,
        "SubmitTime": "",
    }
