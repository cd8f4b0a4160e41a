"""Something for an administrator to look at: a code list that has come, and rules that are still to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from models.city.data_files import DATA
from models.clocks.policy_files import load_policies
from tests.support.product import DEMO_PASSWORD, Product

POLICY: Final = "135"
_NEW: Final = "500120001990,新桥社区居民委员会,community,500120001\n"


async def something_to_administer(product: Product) -> dict[str, str]:
    """Do it; the id of the import that waits for its confirmation, and the version that is scheduled."""
    return {"import": await _bring_units(product), "version": await _schedule(product)}


async def _bring_units(product: Product) -> str:
    """Upload the shipped code list with one community more."""
    listed = (DATA / "units" / "chongqing.csv").read_text(encoding="utf-8-sig") + _NEW
    transport = httpx.ASGITransport(product.app)
    ours = {"Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://shaodao.test", headers=ours) as http:
        await http.post("/sign-in", data={"login": "admin", "password": DEMO_PASSWORD})
        answer = await http.post("/admin/units/import", files={"file": ("units.csv", listed, "text/csv")})
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text[:600]
    return answer.headers["location"].rpartition("/")[2]


async def _schedule(product: Product) -> str:
    """Publish the next version of a policy, for a month from now."""
    policy = load_policies()[POLICY]
    newer = policy.model_copy(update={"version": policy.version + 1})
    body = {
        "policy": newer.model_dump(mode="json"),
        "reason": "下月起按新版执行",
        "in_force_from": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
    }
    answer = await (await product.person("admin")).post("/policies", body)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return str(newer.version)
