"""A hub that gave no answer to a command, as a fault with the next step."""

from __future__ import annotations

from agent.errors import Unavailable
from sync.calls import HubFault


def away(url: str, fault: HubFault) -> Unavailable:
    """The network, or a certificate that is not the hub's: who looks for a fault in the cable never finds the second."""
    if fault.cause == "tls":
        return Unavailable("hub-untrusted", url=url)
    return Unavailable("hub-away", url=url, problem=fault.cause or fault.problem or fault.code)
