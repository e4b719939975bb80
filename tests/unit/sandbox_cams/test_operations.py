import pytest

from sandbox.cams.errors import RefusalError
from sandbox.cams.operations import OPERATIONS
from sandbox.cams.operations.codes import MESSAGE_LIMIT, QR_CODES_PER_NUMBER
from sandbox.cams.world import ListedImages, World
from tests.unit.sandbox_cams.support import NOON, PHONE, PLACE, refusal, run


@pytest.fixture
def world() -> World:
    return World.small()


def create(world: World, message: str = "Hello", image: str = "PNG") -> object:
    return run(world, "CreatePhoneMessageQrdl", PhoneNumber=PHONE, PrefilledMessage=message, GenerateQrImage=image)


def verify(world: World, method: str = "sms", locale: str = "en") -> object:
    return run(world, "GetChatappVerifyCode", **PLACE, Method=method, Locale=locale)


def test_a_created_code_is_in_the_world(world: World) -> None:
    made = create(world, "Hi there")

    assert isinstance(made, dict)
    assert world.spaces["cams-demo1"].numbers[PHONE].qr_codes[made["QrdlCode"]].message == "Hi there"


def test_a_qrdl_code_is_fourteen_capitals_and_digits_and_part_of_the_link(world: World) -> None:
    made = create(world)

    assert isinstance(made, dict)
    assert len(made["QrdlCode"]) == 14
    assert set(made["QrdlCode"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    assert made["DeepLinkUrl"] == f"https://wa.me/message/{made['QrdlCode']}"


def test_a_message_may_be_as_long_as_the_limit(world: World) -> None:
    assert create(world, "🍰" * MESSAGE_LIMIT)


def test_a_longer_message_is_refused(world: World) -> None:
    with pytest.raises(RefusalError, match="MessageInvalid"):
        create(world, "x" * (MESSAGE_LIMIT + 1))


def test_a_number_full_of_codes_takes_no_more(world: World) -> None:
    number = world.spaces["cams-demo1"].numbers[PHONE]
    while len(number.qr_codes) < QR_CODES_PER_NUMBER:
        number.add_qr_code("Hello", "PNG")

    with pytest.raises(RefusalError, match="CreateError"):
        create(world)


def test_a_picture_type_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(RefusalError, match="InvalidGenerateQrImage"):
        create(world, image="JPG")


@pytest.mark.parametrize(("images", "shown"), [("omitted", None), ("empty", "")])
def test_a_list_shows_no_picture_address(world: World, images: ListedImages, shown: str | None) -> None:
    world.listed_images = images
    listed = run(world, "ListPhoneMessageQrdl", PhoneNumber=PHONE)

    assert isinstance(listed, list)
    assert [code.get("QrImageUrl") for code in listed] == [shown]


def test_a_number_without_codes_has_an_empty_list(world: World) -> None:
    assert run(world, "ListPhoneMessageQrdl", PhoneNumber="6591234567") == []


def test_a_deleted_code_is_in_the_world_no_more(world: World) -> None:
    kept = create(world)
    answer = run(world, "DeletePhoneMessageQrdl", PhoneNumber=PHONE, QrdlCode="HARBOUR0COFFEE")

    assert isinstance(kept, dict)
    assert answer is None
    assert list(world.spaces["cams-demo1"].numbers[PHONE].qr_codes) == [kept["QrdlCode"]]


@pytest.mark.parametrize(
    "asked",
    [
        {"PhoneNumber": PHONE, "QrdlCode": "NOBODY00000000"},
        {"PhoneNumber": PHONE, "QrdlCode": "harbour0coffee"},
        {"PhoneNumber": "6591234567", "QrdlCode": "HARBOUR0COFFEE"},
    ],
)
def test_deleting_a_code_that_is_not_the_numbers_is_refused(world: World, asked: dict[str, str]) -> None:
    answer = refusal(world, "DeletePhoneMessageQrdl", **asked)

    assert answer == ("InvalidParameter.QrdlCodeError", 200)
    assert list(world.spaces["cams-demo1"].numbers[PHONE].qr_codes) == ["HARBOUR0COFFEE"]


def test_deleting_a_code_twice_is_refused_the_second_time(world: World) -> None:
    gone = {"PhoneNumber": PHONE, "QrdlCode": "HARBOUR0COFFEE"}
    run(world, "DeletePhoneMessageQrdl", **gone)

    assert refusal(world, "DeletePhoneMessageQrdl", **gone) == ("InvalidParameter.QrdlCodeError", 200)


def test_a_code_of_a_number_in_another_space_is_not_deleted(world: World) -> None:
    asked = {"CustSpaceId": "cams-demo2", "PhoneNumber": PHONE, "QrdlCode": "HARBOUR0COFFEE"}

    assert refusal(world, "DeletePhoneMessageQrdl", **asked) == ("InvalidParameter.PhoneNumberError", 200)
    assert "HARBOUR0COFFEE" in world.spaces["cams-demo1"].numbers[PHONE].qr_codes


def test_a_number_of_another_space_is_refused_by_the_product(world: World) -> None:
    answer = refusal(world, "ListPhoneMessageQrdl", PhoneNumber=PHONE, CustSpaceId="cams-demo2")

    assert answer == ("InvalidParameter.PhoneNumberError", 200)


def test_an_unknown_space_is_refused(world: World) -> None:
    answer = refusal(world, "QueryChatappBindWaba", CustSpaceId="cams-nobody")

    assert answer == ("Unknown.ResourceOwnerId", 400)


def test_without_a_space_it_is_the_accounts_own(world: World) -> None:
    waba = run(world, "QueryChatappBindWaba")

    assert isinstance(waba, dict)
    assert waba["Name"] == "Harbour Coffee"


def test_a_review_shows_at_once(world: World) -> None:
    world.review("cams-demo2", "REJECTED")
    waba = run(world, "QueryChatappBindWaba", CustSpaceId="cams-demo2")

    assert isinstance(waba, dict)
    assert waba["AccountReviewStatus"] == "REJECTED"


def test_a_space_without_a_waba_cannot_be_reviewed(world: World) -> None:
    world.add_space("cams-new", "New")

    with pytest.raises(KeyError, match="no WABA"):
        world.review("cams-new", "APPROVED")


@pytest.mark.parametrize(
    ("operation", "left_out"),
    [(operation.name, name) for operation in OPERATIONS.values() for name in operation.required],
)
def test_what_is_required_is_asked_for_by_name(world: World, operation: str, left_out: str) -> None:
    given = {name: "x" for name in OPERATIONS[operation].required if name != left_out}

    assert refusal(world, operation, **given) == (f"Missing{left_out}", 400)


def test_a_verification_code_goes_to_the_telephone(world: World) -> None:
    verify(world, "voice", "pt_BR")
    sent = world.sent_codes[-1]

    assert (sent.at, sent.phone_number, sent.method, sent.locale) == (NOON, PHONE, "voice", "pt_BR")
    assert len(sent.code) == 6


def test_a_verification_code_does_not_show_in_a_repr(world: World) -> None:
    verify(world)

    assert world.sent_codes[-1].code not in repr(world.sent_codes)


@pytest.mark.parametrize(("method", "locale"), [("SMS", "en"), ("pigeon", "en"), ("sms", "xx")])
def test_a_method_or_language_that_is_not_documented_sends_nothing(world: World, method: str, locale: str) -> None:
    with pytest.raises(RefusalError):
        verify(world, method, locale)

    assert not world.sent_codes


def test_a_profile_shows_every_documented_field(world: World) -> None:
    profile = run(world, "QueryPhoneBusinessProfile", **PLACE)

    assert isinstance(profile, dict)
    assert all(profile.values())
    assert isinstance(profile["Websites"], list)
