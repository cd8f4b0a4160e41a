"""Facts of the whistle: called, signed, reported in, finished, rated."""

from __future__ import annotations

from typing import Literal

from models.base import Words
from models.case.facts.base import FactBase, Stamp
from models.case.state import Case, Ground, PartyState, Whistle
from models.city.units import UnitRef

GROUNDS: dict[Ground, Words] = {
    Ground.STRONG_ISSUE: Words(zh="群众反映强烈、镇街难以解决", en="a strong issue the street cannot solve"),
    Ground.JOINT_ENFORCEMENT: Words(zh="联合执法", en="joint enforcement"),
    Ground.EMERGENCY: Words(zh="应急处置", en="an emergency needing professionals"),
}


class Whistled(FactBase):
    """吹哨: departments are called up."""

    fact: Literal["whistled"] = "whistled"
    whistle: Whistle

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(whistles=(*case.whistles, self.whistle))

    def words(self) -> Words:
        names = "、".join(party.unit.name for party in self.whistle.parties)
        ground = GROUNDS[self.whistle.ground]
        return Words(
            zh=f"{self.whistle.by.name}吹哨 {names}（{ground.zh}）：{self.whistle.reason}",
            en=f"{self.whistle.by.name} whistled {names} ({ground.en}): {self.whistle.reason}",
        )


class PartyFact(FactBase):
    """A fact about one whistled department."""

    whistle: str
    unit: UnitRef

    def but_party(self, case: Case, **changes: object) -> Case:
        """The case with this fact's party changed."""
        return case.but(
            whistles=tuple(
                w.model_copy(
                    update={
                        "parties": tuple(
                            p.model_copy(update=changes) if p.unit.id == self.unit.id else p
                            for p in w.parties
                        )
                    }
                )
                if w.id == self.whistle
                else w
                for w in case.whistles
            )
        )


class Signed(PartyFact):
    """签收: the department has read the whistle."""

    fact: Literal["signed"] = "signed"

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return self.but_party(case, state=PartyState.SIGNED, person=stamp.actor.person)

    def words(self) -> Words:
        return Words(zh=f"{self.unit.name}签收哨令", en=f"{self.unit.name} signed for the whistle")


class ReportedIn(PartyFact):
    """报到: the department is there."""

    fact: Literal["reported_in"] = "reported_in"
    note: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return self.but_party(case, state=PartyState.REPORTED_IN, person=stamp.actor.person)

    def words(self) -> Words:
        note = f"：{self.note}" if self.note else ""
        return Words(zh=f"{self.unit.name}报到{note}", en=f"{self.unit.name} reported in{note}")


class Finished(PartyFact):
    """办结: the department has done its part."""

    fact: Literal["finished"] = "finished"
    note: str
    attachments: tuple[str, ...] = ()

    def apply(self, case: Case, stamp: Stamp) -> Case:
        handlers = tuple(sorted({*case.handlers, stamp.actor.person}))
        return self.but_party(case, state=PartyState.FINISHED, finished_at=stamp.at).but(handlers=handlers)

    def words(self) -> Words:
        return Words(zh=f"{self.unit.name}办结：{self.note}", en=f"{self.unit.name} finished: {self.note}")


class Rated(PartyFact):
    """评哨: the whistler scores the department, 1 to 5."""

    fact: Literal["rated"] = "rated"
    score: int
    note: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return self.but_party(case, state=PartyState.RATED, score=self.score)

    def words(self) -> Words:
        note = f"：{self.note}" if self.note else ""
        return Words(
            zh=f"评哨 {self.unit.name} {self.score} 分{note}", en=f"{self.unit.name} rated {self.score}{note}"
        )
