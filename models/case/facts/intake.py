"""Facts of the way in: report, accept, decline, merge."""

from __future__ import annotations

from typing import Literal

from models.base import Words
from models.case.dossier import Dossier
from models.case.facts.base import FactBase, Stamp
from models.case.state import Case, Channel, Link, Milestone, Reporter, Stage
from models.city.units import UnitRef


class Reported(FactBase):
    """上报: the case exists."""

    fact: Literal["reported"] = "reported"
    dossier: Dossier
    channel: Channel
    text: str
    address: str
    latitude: float | None = None
    longitude: float | None = None
    attachments: tuple[str, ...] = ()
    contact: str | None = None
    on_the_spot: bool = False
    drill: bool = False
    link: Link | None = None

    def open(self, stamp: Stamp) -> Case:
        """The case as it begins."""
        dossier = self.dossier
        rules = dossier.book.rules.get(dossier.urgency)
        person = None if self.channel is Channel.SENSOR else stamp.actor.person
        return Case(
            number=dossier.number,
            stage=Stage.REPORTED,
            stage_since=stamp.at,
            urgency=dossier.urgency,
            matter=dossier.matter,
            channel=self.channel,
            chain=dossier.chain,
            ladder=dossier.ladder,
            rung=dossier.entry,
            held_since=stamp.at,
            reporters=(Reporter(person=person, contact=self.contact, number=dossier.number),),
            reported_by=stamp.actor,
            reported_at=stamp.at,
            round_at=stamp.at,
            text=self.text,
            address=self.address,
            latitude=self.latitude,
            longitude=self.longitude,
            attachments=self.attachments,
            on_the_spot=self.on_the_spot,
            drill=self.drill,
            links=(self.link,) if self.link else (),
            milestones=tuple(
                Milestone(key=rule.key, name=rule.name.zh, budget=rule.budget, planned_at=stamp.at, round=1)
                for rule in (rules.milestones if rules else ())
            ),
            book=dossier.book,
        )

    def words(self) -> Words:
        place, matter = self.dossier.place.name, self.dossier.matter.name
        drill = Words(zh="（演练）", en=" (drill)") if self.drill else Words(zh="", en="")
        return Words(
            zh=f"上报{drill.zh}：{place}，{matter.zh}", en=f"Reported{drill.en}: {matter.en}, {place}"
        )


class Accepted(FactBase):
    """受理: the holder takes the case on."""

    fact: Literal["accepted"] = "accepted"
    holder: UnitRef
    triage: str | None = None
    note: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        stage = Stage.ACCEPTED if case.stage is Stage.REPORTED else case.stage
        return case.at_stage(stage, stamp.at, accepted=True, triage=self.triage or case.triage)

    def words(self) -> Words:
        triage = (
            Words(zh=f"，三事分流：{self.triage}", en=f"; triage: {self.triage}") if self.triage else None
        )
        note = f"：{self.note}" if self.note else ""
        return Words(
            zh=f"{self.holder.name}受理{triage.zh if triage else ''}{note}",
            en=f"Accepted by {self.holder.name}{triage.en if triage else ''}{note}",
        )


class Declined(FactBase):
    """不予受理: the case ends, with a ground."""

    fact: Literal["declined"] = "declined"
    reason: str

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.at_stage(Stage.DECLINED, stamp.at, closed_at=stamp.at, requests=())

    def words(self) -> Words:
        return Words(zh=f"不予受理：{self.reason}", en=f"Declined: {self.reason}")


class Merged(FactBase):
    """并入重复件: this case is a duplicate; its reporters follow the first case."""

    fact: Literal["merged"] = "merged"
    into: str
    reason: str = ""

    def apply(self, case: Case, stamp: Stamp) -> Case:
        return case.at_stage(Stage.MERGED, stamp.at, closed_at=stamp.at, requests=(), merged_into=self.into)

    def words(self) -> Words:
        why_zh, why_en = (f"：{self.reason}", f": {self.reason}") if self.reason else ("", "")
        return Words(zh=f"并入重复件 {self.into}{why_zh}", en=f"Merged into {self.into}{why_en}")


class Absorbed(FactBase):
    """A duplicate was merged into this case: its reporters hear when this one closes."""

    fact: Literal["absorbed"] = "absorbed"
    number: str
    reporters: tuple[Reporter, ...]

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(
            reporters=case.reporters + self.reporters,
            links=(*case.links, Link(number=self.number, relation="duplicate")),
        )

    def words(self) -> Words:
        return Words(zh=f"重复件 {self.number} 并入本件", en=f"Duplicate {self.number} merged into this case")


class Linked(FactBase):
    """Another case belongs to this one."""

    fact: Literal["linked"] = "linked"
    link: Link

    def apply(self, case: Case, stamp: Stamp) -> Case:
        del stamp
        return case.but(links=(*case.links, self.link))

    def words(self) -> Words:
        return Words(zh=f"关联案件 {self.link.number}", en=f"Linked case {self.link.number}")
