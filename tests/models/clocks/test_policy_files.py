"""Every shipped policy says what its source says; a bad file is refused by file and key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.base import Urgency, Words
from models.clocks.budget import Budget
from models.clocks.files import DataFileError
from models.clocks.policy import ClockStage, Policy, RedAction, Rules, StageRule, Standing, resolve
from models.clocks.policy_files import load_policies, parse_policies

POLICIES = load_policies()
ORDINARY, URGENT, CRITICAL = Urgency.ORDINARY, Urgency.URGENT, Urgency.CRITICAL
STAGE = ClockStage


def rules(name: str, urgency: Urgency = ORDINARY, variant: str | None = None) -> Rules:
    return resolve(POLICIES[name], POLICIES, urgency, variant)


def rule(name: str, stage: ClockStage, urgency: Urgency = ORDINARY, variant: str | None = None) -> StageRule:
    found = rules(name, urgency, variant).rule(stage)
    assert found is not None
    return found


def own(found: Rules) -> dict[str, tuple[Budget, str]]:
    """The steps whose limit the policy itself sets: budget, and from when it counts."""
    return {rule.stage.value: (rule.budget, rule.starts) for rule in found.stages if rule.source is None}


def test_all_presets_ship() -> None:
    assert set(POLICIES) == {
        "loop",
        "135",
        "yunan-1530",
        "xian-1130",
        "gaotai-4level-7wd",
        "gulou-whistle",
        "pinggu-whistle",
        "beijing-12345",
        "shandong-12345",
        "sichuan-12345",
        "daying-burst-main",
    }


def test_only_published_rules_are_shown_as_official() -> None:
    official = {name for name, policy in POLICIES.items() if policy.provenance.official}
    assert official == {"gaotai-4level-7wd", "beijing-12345", "shandong-12345", "sichuan-12345"}
    ours = {n for n, p in POLICIES.items() if p.provenance.standing is Standing.PROJECT_DEFAULT}
    assert ours == {"loop", "135"}
    assert "非官方定义" in POLICIES["135"].provenance.source.zh
    assert "not an official definition" in POLICIES["135"].provenance.source.en


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("name", POLICIES)
def test_every_step_of_the_loop_has_a_limit_under_every_policy(name: str, urgency: Urgency) -> None:
    steps = set(STAGE) - {STAGE.CONTACT, STAGE.FEEDBACK, STAGE.LEVEL, STAGE.MILESTONE}
    for variant in (None, *POLICIES[name].variants):
        found = rules(name, urgency, variant)
        assert steps <= {rule.stage for rule in found.stages}
        assert None not in (found.return_limit, found.extension_limit, found.extensions_max)


@pytest.mark.parametrize("urgency", Urgency)
def test_the_loop_supervises_at_red_and_hands_up_where_the_holder_is_late(urgency: Urgency) -> None:
    handed_up = {STAGE.ACCEPT, STAGE.DISPATCH, STAGE.HANDLE}
    substituted = {STAGE.ACCEPT, STAGE.CLAIM, STAGE.SIGN}
    for found in rules("loop", urgency).stages:
        assert found.yellow == 0.8
        assert found.substitute == (0.5 if found.stage in substituted else None)
        escalate = (RedAction.ESCALATE,) if found.stage in handed_up else ()
        assert found.at_red == (RedAction.SUPERVISE, *escalate)


def test_what_the_database_gives_back_resolves_alike() -> None:
    """PostgreSQL's jsonb does not keep the order of keys."""
    stored = {
        name: Policy.model_validate(json.loads(json.dumps(policy.model_dump(mode="json"), sort_keys=True)))
        for name, policy in POLICIES.items()
    }
    for name, policy in POLICIES.items():
        for urgency in Urgency:
            for variant in (None, *policy.variants):
                assert resolve(stored[name], stored, urgency, variant) == rules(name, urgency, variant)


def test_135_critical() -> None:
    assert own(rules("135", CRITICAL)) == {
        "accept": (Budget.minutes(1), "report"),
        "dispatch": (Budget.minutes(3), "report"),
        "arrive": (Budget.minutes(5), "report"),
        "handle": (Budget.hours(2), "report"),
    }


def test_135_urgent() -> None:
    assert own(rules("135", URGENT)) == {
        "accept": (Budget.hours(1), "report"),
        "arrive": (Budget.hours(3), "report"),
        "handle": (Budget.hours(5), "report"),
    }


def test_135_ordinary() -> None:
    assert own(rules("135", ORDINARY)) == {
        "accept": (Budget.working_days(1), "report"),
        "arrive": (Budget.working_days(3), "report"),
        "handle": (Budget.working_days(5), "report"),
    }


def test_135_inherits_the_thresholds_of_the_loop() -> None:
    accept = rule("135", STAGE.ACCEPT, CRITICAL)
    assert (accept.yellow, accept.substitute) == (0.8, 0.5)
    assert accept.at_red == (RedAction.SUPERVISE, RedAction.ESCALATE)


def test_yunan_1530_is_for_emergencies() -> None:
    found = rules("yunan-1530", CRITICAL)
    assert own(found) == {
        "accept": (Budget.minutes(1), "report"),
        "dispatch": (Budget.minutes(1), "report"),
    }
    assert [(m.key, m.budget, m.starts) for m in found.milestones] == [
        ("control", Budget.minutes(5), "report"),
        ("assemble", Budget.minutes(30), "report"),
    ]
    assert own(rules("yunan-1530", ORDINARY)) == {}


def test_xian_1130() -> None:
    assert own(rules("xian-1130")) == {
        "contact": (Budget.hours(1), "report"),
        "feedback": (Budget.days(1), "report"),
        "handle": (Budget.days(3), "report"),
    }


def test_gaotai_four_levels_seven_days() -> None:
    levels = rules("gaotai-4level-7wd").levels
    assert [(found.level, found.budget) for found in levels] == [
        ("grid", Budget.working_days(1)),
        ("community", Budget.working_days(2)),
        ("street", Budget.working_days(2)),
        ("district", Budget.working_days(2)),
    ]
    assert sum(found.budget.amount for found in levels) == 7
    assert all(found.at_red == (RedAction.ESCALATE,) for found in levels)
    assert levels[3].label == Words(zh="街道中心", en="street centre")
    whole = rules("gaotai-4level-7wd").rule(ClockStage.HANDLE)
    assert whole is not None
    assert (whole.budget, whole.starts) == (Budget.working_days(7), "report")


@pytest.mark.parametrize(("variant", "days"), [("three-days", 3), ("five-days", 5)])
def test_gulou_whistle(variant: str, days: int) -> None:
    assert own(rules("gulou-whistle", variant=variant)) == {
        "sign": (Budget.hours(1), "step"),
        "contact": (Budget.hours(24), "step"),
        "report_in": (Budget.working_days(days), "step"),
    }


@pytest.mark.parametrize("urgency", Urgency)
def test_pinggu_whistle(urgency: Urgency) -> None:
    assert own(rules("pinggu-whistle", urgency)) == {"report_in": (Budget.minutes(30), "step")}


@pytest.mark.parametrize(
    ("variant", "dispatch", "handle"),
    [
        ("class-1", Budget.hours(1), Budget.hours(2)),
        ("class-2", Budget.hours(2), Budget.hours(24)),
        ("class-3", Budget.hours(24), Budget.days(7)),
        ("class-4", Budget.hours(24), Budget.days(15)),
    ],
)
def test_beijing_12345_by_class(variant: str, dispatch: Budget, handle: Budget) -> None:
    found = own(rules("beijing-12345", variant=variant))
    assert found == {"dispatch": (dispatch, "step"), "handle": (handle, "step")}


def test_beijing_12345_takes_the_class_from_the_urgency() -> None:
    classes = {urgency: rules("beijing-12345", urgency).variant for urgency in Urgency}
    assert classes == {CRITICAL: "class-1", URGENT: "class-2", ORDINARY: "class-3"}


def test_shandong_12345() -> None:
    found = rules("shandong-12345")
    assert own(found) == {"handle": (Budget.working_days(5), "step")}
    assert found.extension_limit == Budget.working_days(10)
    assert found.return_limit == Budget.working_days(2)


@pytest.mark.parametrize(("variant", "days"), [("enquiry", 3), ("request", 7), ("complaint", 15), (None, 7)])
def test_sichuan_12345_by_kind(variant: str | None, days: int) -> None:
    assert own(rules("sichuan-12345", variant=variant)) == {"handle": (Budget.working_days(days), "step")}


def test_daying_has_several_clocks_in_one_case() -> None:
    assert [(m.key, m.budget, m.starts) for m in rules("daying-burst-main").milestones] == [
        ("fence", Budget.hours(3), "report"),
        ("repair", Budget.hours(8), "report"),
        ("restore", Budget.working_days(5), "report"),
    ]


GOOD = """
id = "good"
default = "all"
version = 1
name = { zh = "好", en = "Good" }
[provenance]
standing = "reported"
source = { zh = "某地", en = "Somewhere" }
[variants.all]
name = { zh = "通用", en = "All" }
[variants.all.stages]
accept = { budget = "1 hour" }
"""


def test_a_good_file_is_read_from_its_directory(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    assert list(load_policies(tmp_path)) == ["good"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"1 hour"',
            '"1 fortnight"',
            r"good\.toml: variants\.all\.stages\.accept\.budget: “1 fortnight” is not",
        ),
        ("accept =", "acept =", r"good\.toml: variants\.all\.stages\.acept: Input should be 'accept'"),
        ("budget =", "bugdet =", r"good\.toml: variants\.all\.stages\.accept\.bugdet: Extra inputs"),
        ("budget", "yellow = 1.5, budget", r"variants\.all\.stages\.accept\.yellow: Input should be less"),
        (
            "budget",
            "substitute = 2, budget",
            r"variants\.all\.stages\.accept\.substitute: Input should be less",
        ),
        ("version = 1", "version = 0", r"good\.toml: version: Input should be greater"),
        ('"reported"', '"hearsay"', r"good\.toml: provenance\.standing: Input should be 'official'"),
        (', en = "Good"', "", r"good\.toml: name\.en: Field required"),
        ('"good"', '"better"', r"good\.toml: id: says “better”, which belongs in better\.toml"),
        ("version = 1", "version = ", r"good\.toml: not TOML: .*line 4"),
        ("version", 'extends = "gone"\nversion', r"good\.toml: good extends “gone”, which is not a known"),
        ("version", 'extends = "good"\nversion', r"good\.toml: extends itself in a circle: good → good"),
        ('budget = "1 hour"', "yellow = 0.5", r"good\.toml: accept has terms, but neither here nor below"),
    ],
)
def test_a_bad_file_is_named_with_its_key(old: str, new: str, problem: str) -> None:
    assert old in GOOD
    with pytest.raises(DataFileError, match=problem):
        parse_policies({"good.toml": GOOD.replace(old, new, 1)})


def test_every_problem_of_a_file_is_told_at_once() -> None:
    bad = GOOD.replace("version = 1", "version = 0").replace('"1 hour"', '"soon"')
    with pytest.raises(DataFileError) as told:
        parse_policies({"good.toml": bad})
    assert len(str(told.value).splitlines()) == 2
