"""The hub ends TLS by itself: real certificates, a pinned authority, and tills that must show one of their own."""

import ssl
import time

import pytest
from certificates import BORN, Authority
from joined_till import settings
from served_hub import ServedHub, signer_of

from agent.errors import ConfigFault, Unavailable
from agent.runtime.enrolling import enrol
from agent.runtime.settings import HubSettings
from sync.calls import HubCalls, HubFault
from sync.hub import wiring
from sync.hub.settings import TlsFiles
from sync.transport import HttpTransport


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A hub that asks for certificates, two authorities, a good leaf and a foreign one."""

    class Site:
        folder = tmp_path_factory.mktemp("tls")
        ours, theirs = Authority(folder, "ours"), Authority(folder, "theirs")
        till, foreign = ours.issue("till"), theirs.issue("foreign")
        old = ours.issue("old", until=BORN)
        cert, key = ours.issue("hub")
        hub = ServedHub(folder, tls=TlsFiles(cert=cert, key=key, client_ca=ours.ca))

    Site.hub.enrol("t1")
    yield Site
    Site.hub.stop()


def calls(site, **how):
    nonces = (f"{time.monotonic_ns()}-{n}" for n in range(99))
    return HubCalls(
        HttpTransport(site.hub.base, monotonic=time.monotonic, **how),
        till="t1", signer=signer_of("t1"), now_ms=wiring.clock, nonce=nonces.__next__,
    )  # fmt: skip


def test_a_till_with_both_is_served(site):
    pen = site.hub.pen("t1")
    pen.sale("m1", earn=5)
    line = calls(site, ca_file=site.ours.ca, client_cert=site.till)
    assert line.push(*pen.batch()).wm == 1
    assert line.changes("").members[0].member == "m1"


@pytest.mark.parametrize(
    "how",
    [
        lambda site: {"ca_file": site.theirs.ca, "client_cert": site.till},
        lambda site: {"ca_file": None, "client_cert": site.till},
        lambda site: {"ca_file": site.ours.ca},
        lambda site: {"ca_file": site.ours.ca, "client_cert": site.foreign},
        lambda site: {"ca_file": site.ours.ca, "client_cert": site.old},
    ],
    ids=["another authority pinned", "none pinned", "no certificate", "a foreign certificate", "one out of date"],
)
def test_anybody_else_is_not(site, how):
    before = site.hub.tables()
    with pytest.raises(HubFault) as found:
        calls(site, **how(site)).changes("")
    assert (found.value.code, found.value.status) == ("away", 0)
    assert site.hub.tables() == before


def test_plain_http_is_not_served(site):
    line = HttpTransport(site.hub.base.replace("https", "http"), monotonic=time.monotonic)
    with pytest.raises(HubFault):
        HubCalls(line, till="t1", signer=signer_of("t1"), now_ms=wiring.clock, nonce=str).health()


def test_old_tls_is_not_spoken(site):
    context = ssl.create_default_context(cafile=site.ours.ca)
    context.load_cert_chain(*site.till)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)), site.hub.connect() as line:
        context.wrap_socket(line, server_hostname="localhost").sendall(b"x")


def test_a_till_enrols_over_it_by_its_configuration(site, tmp_path):
    code = site.hub.invite("T1", store="S1")
    given = settings(tmp_path)
    hub = HubSettings(ca=site.ours.ca, cert=site.till[0], key=site.till[1])
    assert enrol(type(given)(till=given.till, hub=hub), code, site.hub.base).till == "T1"
    other = settings(tmp_path / "other") if (tmp_path / "other").mkdir() is None else None
    with pytest.raises(Unavailable) as told:
        enrol(type(given)(till=other.till, hub=HubSettings(ca=site.theirs.ca)), code, site.hub.base)
    assert (told.value.code, told.value.fields) == ("hub-untrusted", {"url": site.hub.base})


@pytest.mark.parametrize("wrong", ["missing.pem", "hub.key"])
def test_certificates_that_cannot_be_used_are_told(site, tmp_path, wrong):
    files = TlsFiles(cert=str(site.folder / wrong), key=site.key)
    with pytest.raises(ConfigFault) as found:
        ServedHub(tmp_path, tls=files)
    assert wrong in found.value.faults[0]
