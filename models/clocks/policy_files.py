"""The policies that ship in `data/policies`: one TOML file each, named for the policy's id."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from models.base import Urgency
from models.clocks.files import DATA, DataFileError, parse, read
from models.clocks.policy import Policy, PolicyError, resolve

POLICIES: Final = DATA / "policies"


def load_policies(directory: Path = POLICIES) -> dict[str, Policy]:
    """Every policy of the directory by id. Raises DataFileError naming file and key of what is wrong."""
    return parse_policies(read(directory))


def parse_policies(files: Mapping[str, str]) -> dict[str, Policy]:
    """The policies written in `files` (text by file name), each tried with every urgency and variant."""
    policies: dict[str, Policy] = {}
    for file, text in files.items():
        policy = parse(Policy, text, file)
        if file != f"{policy.id}.toml":
            raise DataFileError(f"{file}: id: says “{policy.id}”, which belongs in {policy.id}.toml")
        policies[policy.id] = policy
    for policy in policies.values():
        for urgency in Urgency:
            for variant in (None, *policy.variants):
                try:
                    resolve(policy, policies, urgency, variant)
                except PolicyError as error:
                    problem = str(error).removeprefix(f"{policy.id}: ")
                    raise DataFileError(f"{policy.id}.toml: {problem}") from error
    return policies
