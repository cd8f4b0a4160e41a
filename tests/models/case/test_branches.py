"""Two tellings of one case, held against each other."""

from __future__ import annotations

import pytest

from models.case.branches import TooLate, Unprovable, compare
from models.case.commands import Accept, Annotate, Dispatch
from models.case.sealing import SealedFact
from tests.support import world
from tests.support.play import Play

NUMBER = "20261012-000001"


def play() -> Play:
    return Play.reported(world.dossier(number=NUMBER)).send(world.OFFICER, Accept())


def facts(played: Play) -> tuple[SealedFact, ...]:
    return tuple(played.facts)


def test_what_agrees_lacks_nothing() -> None:
    told = facts(play())
    same = compare(NUMBER, told, told)
    assert (same.agreed, same.lacking, same.behind, same.forked) == (told, (), 0, False)
    alone = compare(NUMBER, told, ())
    assert (alone.agreed, alone.lacking, alone.behind) == (told, (), 0)
    assert compare(NUMBER, (), ()).agreed == ()


def test_the_shorter_one_goes_on_where_the_longer_one_says() -> None:
    told = facts(play())
    behind = compare(NUMBER, told, told[:-2])
    assert (behind.agreed, behind.behind, behind.lacking) == (told, 2, ())
    lacking = compare(NUMBER, told[:2], told[1:])
    assert (lacking.agreed, lacking.lacking, lacking.behind) == (told, told[2:], 0)
    unknown = compare(NUMBER, (), told)
    assert unknown.lacking == told


def test_holes_in_the_records_are_filled_from_the_workflow() -> None:
    told = facts(play())
    filled = compare(NUMBER, (*told[:1], *told[3:]), told)
    assert (filled.agreed, filled.lacking) == (told, told[1:3])
    # The workflow may lack what comes behind the hole.
    both = compare(NUMBER, (*told[:1], *told[3:]), told[:3])
    assert (both.agreed, both.lacking, both.behind) == (told, told[1:3], len(told) - 3)


def test_a_fork_begins_with_the_first_fact_that_differs() -> None:
    common = facts(play())
    mine = facts(play().send(world.OFFICER, Dispatch(lead=world.GRID)))
    other = facts(play().send(world.OFFICER, Annotate(note="另一个说法")))
    fork = compare(NUMBER, mine, other)
    assert fork.forked
    assert not fork.echo
    assert fork.agreed == common
    assert (fork.records, fork.workflow) == (mine[len(common) :], other[len(common) :])
    # A hole before the fork is filled all the same.
    assert compare(NUMBER, (*mine[:1], *mine[2:]), other).lacking == mine[1:2]


def test_clocks_alone_are_an_echo() -> None:
    common = facts(play())
    mine = facts(play().send(world.OFFICER, Annotate(note="处理中")))
    late = facts(play().wait(days=30))
    assert len(late) > len(common)
    fork = compare(NUMBER, mine, late)
    assert fork.echo
    assert not compare(NUMBER, late, mine).echo


def test_what_cannot_be_proven_is_not_joined() -> None:
    told = facts(play())
    changed = told[1].model_copy(update={"command": "x"})
    with pytest.raises(Unprovable, match="fact 2 was changed"):
        compare(NUMBER, (told[0], changed, *told[2:]), told)
    with pytest.raises(Unprovable, match="fact 2 is in neither"):
        compare(NUMBER, (told[0], *told[2:]), ())
    with pytest.raises(TooLate, match="only the facts from 4 on") as late:
        compare(NUMBER, told[:1], told[3:])
    assert late.value.before == 4
    other = facts(play().send(world.OFFICER, Annotate(note="甲")).send(world.OFFICER, Annotate(note="乙")))
    mine = facts(play().send(world.OFFICER, Annotate(note="丙")).send(world.OFFICER, Annotate(note="丁")))
    with pytest.raises(TooLate):
        compare(NUMBER, mine, other[-1:])
    with pytest.raises(Unprovable, match="behind fact"):
        compare(NUMBER, (*mine[: len(told)], mine[-1]), (*other[: len(told)], mine[-2], other[-1])[-2:])
