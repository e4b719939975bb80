import pytest

from bot.access import Person, Role, decide, role_of

NOBODY: frozenset[str] = frozenset()
OPERATORS = frozenset({"U_OPERATOR", "S_OPERATORS"})
ADMINS = frozenset({"U_ADMIN", "S_ADMINS"})

VIEWER = Person("U_VIEWER")
OPERATOR = Person("U_OPERATOR")
ADMIN = Person("U_ADMIN")
OPERATOR_BY_GROUP = Person("U_1", groups=frozenset({"S_OPERATORS"}))
ADMIN_BY_GROUP = Person("U_2", groups=frozenset({"S_ADMINS", "S_OPERATORS"}))
IN_ANOTHER_GROUP = Person("U_3", groups=frozenset({"S_OTHERS"}))
GUEST_ADMIN = Person("U_ADMIN", is_guest=True)
STRANGER_ADMIN = Person("U_ADMIN", is_stranger=True)


@pytest.mark.parametrize(
    ("person", "may"),
    [
        (VIEWER, {Role.VIEWER}),
        (IN_ANOTHER_GROUP, {Role.VIEWER}),
        (OPERATOR, {Role.VIEWER, Role.OPERATOR}),
        (OPERATOR_BY_GROUP, {Role.VIEWER, Role.OPERATOR}),
        (ADMIN, set(Role)),
        (ADMIN_BY_GROUP, set(Role)),
        (GUEST_ADMIN, set()),
        (STRANGER_ADMIN, set()),
    ],
)
def test_a_role_may_do_what_the_ones_before_it_may(person: Person, may: set[Role]) -> None:
    assert {role for role in Role if decide(person, role, OPERATORS, ADMINS).allowed} == may


@pytest.mark.parametrize("person", [VIEWER, OPERATOR, ADMIN, ADMIN_BY_GROUP])
def test_with_nobody_set_everybody_may_look_and_no_more(person: Person) -> None:
    assert {role for role in Role if decide(person, role, NOBODY, NOBODY).allowed} == {Role.VIEWER}


@pytest.mark.parametrize(
    ("needed", "operators", "admins", "says"),
    [
        (Role.OPERATOR, NOBODY, NOBODY, "nobody has it: BOT_OPERATORS is not set"),
        (Role.ADMIN, NOBODY, NOBODY, "nobody has it: BOT_ADMINS is not set"),
        (Role.ADMIN, OPERATORS, NOBODY, "nobody has it: BOT_ADMINS is not set"),
        (Role.OPERATOR, OPERATORS, NOBODY, "can add you, or a group of yours, to BOT_OPERATORS"),
        (Role.OPERATOR, NOBODY, ADMINS, "can add you, or a group of yours, to BOT_OPERATORS"),
        (Role.ADMIN, OPERATORS, ADMINS, "can add you, or a group of yours, to BOT_ADMINS"),
    ],
)
def test_a_refusal_names_the_role_and_the_variable(
    needed: Role, operators: frozenset[str], admins: frozenset[str], says: str
) -> None:
    reason = decide(VIEWER, needed, operators, admins).reason

    assert f"the role {needed.name.lower()}" in reason
    assert says in reason


@pytest.mark.parametrize(
    ("person", "says"), [(GUEST_ADMIN, "Guests may not"), (STRANGER_ADMIN, "own workspace"), (ADMIN, "")]
)
def test_outsiders_are_told_why(person: Person, says: str) -> None:
    assert says in decide(person, Role.VIEWER, OPERATORS, ADMINS).reason


def test_who_is_in_both_lists_has_the_higher_role() -> None:
    assert role_of(ADMIN, OPERATORS | {"U_ADMIN"}, ADMINS) is Role.ADMIN
