from datetime import datetime, timedelta, UTC
import importlib.util, pathlib, pytest
from models.clocks.calendar import CITY_ZONE
HERE = pathlib.Path(__file__).parent
def load(n):
    spec = importlib.util.spec_from_file_location(f"sw_{n}", HERE/f"test_{n}.py"); m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m); return m
TESTS = [getattr(load(n), f) for n, f in (("unheeded","test_the_dispute_nobody_took_up"),("lamps","test_the_nine_street_lamps"),("pool","test_the_pool_railing"),("road","test_the_road_that_could_not_be_built_at_once"),("house","test_the_house_under_the_slope"))]
@pytest.mark.parametrize("fn", TESTS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("start", ["2026-11-23T08:00","2026-11-23T11:58:30","2026-11-23T17:59:30","2026-11-27T14:10","2026-11-27T23:59:20","2026-11-28T10:00","2026-12-31T16:00","2027-02-05T09:30"])
async def test_start(skipping, fn, start):
    at = datetime.fromisoformat(start).replace(tzinfo=CITY_ZONE)
    await skipping.later(at - await skipping.now())
    await fn(skipping)
