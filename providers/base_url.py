"""A base URL that a person typed: made regular, and refused where a key must never be sent."""

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, urlsplit, urlunsplit

from handai_errors import SpecError
from providers.specs import ProviderSpec, get_provider

_METADATA_NAMES = {
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.azure.com",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "metadata.platformequinix.com",
}
# Metadata services that are not link-local: Alibaba, Oracle's old one, Azure's wire server, AWS and Google by IPv6.
_METADATA_ADDRESSES = {
    ipaddress.ip_address("100.100.100.200"),
    ipaddress.ip_address("192.0.0.192"),
    ipaddress.ip_address("168.63.129.16"),
    ipaddress.ip_address("fd00:ec2::254"),
    ipaddress.ip_address("fd20:ce::254"),
}
# IPv6 addresses whose last four bytes are an IPv4 address that a gateway connects to: NAT64, its local form, SIIT.
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")))
# Names that wildcard DNS services resolve to the address inside them: 169.254.169.254.nip.io, a9fea9fe.nip.io,
# fe80--1.sslip.io.
_WILDCARD_DNS = re.compile(
    r"(?:(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})|(?:^|[.-])([0-9a-f]{8})|(?:^|\.)([0-9a-f-]*--[0-9a-f-]*))"
    r"\.(?:nip\.io|sslip\.io|xip\.io)$"
)
_NUMBER = re.compile(r"^(?:0x[0-9a-f]*|\d+)$", re.IGNORECASE)

_EXAMPLE = "It looks like http://localhost:8000/v1."


def resolve_base_url(provider_id: str, base_url: str | None) -> str:
    """The base URL to use for this provider, checked and without a trailing slash; SpecError if it can't be used."""
    spec = get_provider(provider_id)
    given = (base_url or "").strip() or spec.base_url
    if not given:
        raise SpecError(f"{spec.name} needs a base URL.", _needs_url_remedy(spec))
    return azure_base_url(given) if spec.id == "azure" else check_base_url(given)


def check_base_url(url: str) -> str:
    """`url` in regular form; SpecError if it isn't a plain http(s) address or points at a metadata service."""
    text = url.strip()
    if not text or any(c.isspace() or not c.isprintable() for c in text) or "\\" in text:
        raise SpecError("The base URL contains spaces or characters that no address has.", _EXAMPLE)
    parts = _split(text if "://" in text else f"http://{text}" if _is_local(text) else f"https://{text}")
    if parts.scheme not in {"http", "https"}:
        raise SpecError(f"The base URL begins with {parts.scheme}://, but must begin with http:// or https://.")
    if parts.username is not None or parts.password is not None:
        raise SpecError("The base URL contains a user name or password.", "Put the key in the key field instead.")
    if parts.query or parts.fragment:
        raise SpecError("The base URL contains “?” or “#”.", f"Give only the part before it. {_EXAMPLE}")
    host = unicodedata.normalize("NFKC", parts.hostname or "").replace("。", ".").rstrip(".")
    if not host or ("%" in host and ":" not in host):
        raise SpecError("The base URL has no host name that can be used.", _EXAMPLE)
    if _is_forbidden(host):
        raise SpecError(
            "The base URL points at an address that Handai never sends keys to (link-local or cloud metadata).",
            "Use the address of your model server.",
        )
    path = re.sub(r"/+", "/", parts.path).rstrip("/").removesuffix("/chat/completions")
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


def azure_base_url(url: str) -> str:
    """An Azure resource's address in the form that chat completions need: …/openai/v1."""
    parts = urlsplit(check_base_url(url))
    if not parts.path or parts.path in {"/openai", "/openai/v1"}:
        return urlunsplit((parts.scheme, parts.netloc, "/openai/v1", "", ""))
    if parts.path.startswith("/openai/deployments/"):
        return urlunsplit((parts.scheme, parts.netloc, "/openai/v1", "", ""))
    return urlunsplit(parts)


def is_loopback(url: str) -> bool:
    """Whether `url` is on this computer."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def is_nearby(url: str) -> bool:
    """Whether `url` is on this computer or in its own network, as far as its spelling tells."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    address = _address(host)
    if address is not None:
        return address.is_private or address.is_loopback
    return is_loopback(url) or "." not in host or host.endswith((".local", ".docker.internal"))


def is_forbidden_address(text: str) -> bool:
    """Whether a numeric address, in any spelling or wrapping, is one that keys are never sent to."""
    try:
        readings = {ipaddress.ip_address(text.partition("%")[0]), _address(text)}
    except ValueError:
        readings = {_address(text)}
    return any(a and (a.is_link_local or a.is_multicast or a in _METADATA_ADDRESSES) for a in readings)


def host_of(url: str) -> str:
    """The host and port that `url` leads to, in one spelling; what a key is bound to."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{(parts.hostname or '').rstrip('.').lower()}:{port}"


def missing_v1_hint(url: str) -> str:
    """What to tell about a base URL that a server doesn't know; nothing if it already ends in /v1."""
    path = urlsplit(url).path.rstrip("/")
    return "" if re.search(r"/v\d+(?:/|$|beta)", path) else f"The base URL should end in /v1: {url.rstrip('/')}/v1."


def _needs_url_remedy(spec: ProviderSpec) -> str:
    if spec.id == "azure":
        return f"Give the address of your resource (https://NAME.openai.azure.com) or set {spec.base_url_variable}."
    return f"Give it with the base URL setting (--base-url). {_EXAMPLE}"


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port, parts.hostname  # both are parsed on access
    except ValueError as problem:
        raise SpecError(f"The base URL can't be read: {problem}.", _EXAMPLE) from None
    return parts


def _is_local(text: str) -> bool:
    return text.startswith(("localhost", "127.", "[::1]", "0.0.0.0", "192.168.", "10."))  # noqa: S104 - nothing is bound


def _is_forbidden(host: str) -> bool:
    name = host.lower()
    if name in _METADATA_NAMES:
        return True
    wildcard = _WILDCARD_DNS.search(name)
    return is_forbidden_address(_address_inside(wildcard) if wildcard else name)


def _address_inside(wildcard: re.Match[str]) -> str:
    *parts, in_hex, in_ipv6 = wildcard.groups()
    return f"0x{in_hex}" if in_hex else in_ipv6.replace("-", ":") if in_ipv6 else ".".join(parts)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a socket would connect to, in any spelling that inet_aton knows."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _legacy_ipv4(host)
    if isinstance(address, ipaddress.IPv6Address):
        return _embedded_ipv4(address) or address
    return address


def _embedded_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    packed = address.packed
    translated = any(address in network for network in _TRANSLATED)
    compatible = packed[:12] == bytes(12) and int(address) > 1
    isatap = packed[8:12] in {bytes.fromhex("00005efe"), bytes.fromhex("02005efe")}
    return ipaddress.IPv4Address(packed[12:]) if translated or compatible or isatap else None


def _legacy_ipv4(host: str) -> ipaddress.IPv4Address | None:
    """Decimal, octal and hexadecimal spellings, with one to four parts, as C's inet_aton reads them."""
    parts = host.split(".")
    if not 1 <= len(parts) <= 4 or not all(_NUMBER.match(part) for part in parts):
        return None
    try:
        numbers = [int(p, 16 if p[:2].lower() == "0x" else 8 if p[0] == "0" and len(p) > 1 else 10) for p in parts]
    except ValueError:
        return None
    value = numbers[-1] + sum(number << (24 - 8 * i) for i, number in enumerate(numbers[:-1]))
    return ipaddress.IPv4Address(value) if 0 <= value < 2**32 else None
