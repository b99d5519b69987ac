"""Which servers the public may know by name."""

from collections.abc import Collection
from ipaddress import ip_address

_INNER_ENDINGS = (".local", ".lan", ".internal", ".intranet")


def public_host(host: str, intranet: Collection[str]) -> str | None:
    """Return host:port where everybody may know it, None for a server of the inner network.

    `intranet` are the host:port pairs of the settings, in small letters.
    """
    if host.lower() in intranet:
        return None
    name = host.rpartition(":")[0].strip("[]") or host
    try:
        return host if ip_address(name).is_global else None
    except ValueError:
        return None if "." not in name or name.endswith(_INNER_ENDINGS) else host
