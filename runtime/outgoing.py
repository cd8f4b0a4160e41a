"""Messages to the world outside, through Apprise: chat robots, e-mail, webhooks."""

from __future__ import annotations


async def send_outside(address: str, text: str, *, urgent: bool) -> bool:
    """Send `text` to an Apprise address; whether the other side took it. Raises nothing."""
    import apprise  # a second of plugins, which only those pay who send something

    outlet = apprise.Apprise()
    if not outlet.add(address):
        return False
    title = "哨到 · 特急" if urgent else "哨到"
    kind = apprise.NotifyType.WARNING if urgent else apprise.NotifyType.INFO
    return bool(await outlet.async_notify(body=text, title=title, notify_type=kind))
