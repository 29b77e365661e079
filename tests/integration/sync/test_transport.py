"""The line against real sockets: servers that redirect without end, drip, cut, bomb, and speak no HTTP."""

import contextlib
import datetime as dt
import gzip
import ipaddress
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from raw_server import RawServer

from sync.transport import Call, HttpTransport, Limits, LineFault

SHORT = Limits(connect_s=2, read_s=0.4, total_s=0.8, answer=100_000)


def answering(*parts, wait_s=0.0, reset=False):
    def script(connection, _request):
        for part in parts:
            connection.sendall(part)
            if wait_s:
                time.sleep(wait_s)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    return script


def whole(body, *, status="200 OK", headers=""):
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def endless(connection, _request):
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n")
    with contextlib.suppress(OSError):
        for _ in range(3000):
            connection.sendall(b"x" * 100_000)


def transport(url, limits=SHORT, **more):
    return HttpTransport(url, monotonic=time.monotonic, limits=limits, **more)


def fault_of(script, call=None, **more):
    with RawServer(script) as server, pytest.raises(LineFault) as found:
        transport(server.url, **more).send(call or Call("GET", "/x"))
    return found.value.code


def test_a_call_goes_out_as_said_and_its_answer_comes_back():
    with RawServer(answering(whole(b"hello", headers="X-One: 1\r\nContent-Type: a/b\r\n"))) as server:
        reply = transport(server.url + "/base/").send(Call("POST", "/v1/push?x=1", b"\0body", {"Kopilka-Till": "T1"}))
    assert (reply.status, reply.body, reply.headers["x-one"], reply.headers["content-type"]) == (
        200,
        b"hello",
        "1",
        "a/b",
    )
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /base/v1/push?x=1 HTTP/1.1")
    assert b"Kopilka-Till: T1" in head
    assert body == b"\0body"


def test_errors_are_answers_too():
    with RawServer(answering(whole(b"no", status="503 Busy", headers="Retry-After: 7\r\n"))) as server:
        reply = transport(server.url).send(Call("GET", "/"))
    assert (reply.status, reply.headers["retry-after"]) == (503, "7")


def test_gzip_is_undone():
    with RawServer(answering(whole(gzip.compress(b"hello"), headers="Content-Encoding: gzip\r\n"))) as server:
        assert transport(server.url).send(Call("GET", "/")).body == b"hello"


def test_one_session_serves_many_calls_and_keeps_no_cookie():
    with RawServer(answering(whole(b"", headers="Set-Cookie: a=b\r\n"))) as server:
        line = transport(server.url)
        for _ in range(3):
            line.send(Call("GET", "/"))
    assert len(server.requests) == 3
    assert not any(b"ookie" in request for request in server.requests)


def test_environment_is_not_asked(monkeypatch, tmp_path):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with RawServer(answering(whole(b"hello"))) as server:
        assert transport(server.url).send(Call("GET", "/")).body == b"hello"
    assert b"Authorization" not in server.requests[0]


def test_a_redirect_is_not_followed():
    with RawServer(answering(whole(b"", status="302 Found", headers="Location: http://127.0.0.1:9/\r\n"))) as server:
        assert transport(server.url).send(Call("GET", "/")).status == 302


def test_a_redirect_without_end_is_cut_at_the_limit():
    assert fault_of(endless) == "answer-too-large"


def test_a_bomb_is_cut_at_the_limit():
    assert (
        fault_of(answering(whole(gzip.compress(b"\0" * 50_000_000), headers="Content-Encoding: gzip\r\n")))
        == "answer-too-large"
    )


def test_a_large_answer_is_cut_at_the_limit():
    assert fault_of(answering(whole(b"x" * 200_000))) == "answer-too-large"


def test_silence_is_a_timeout():
    assert fault_of(answering(b"", wait_s=1.0)) == "timeout"


def test_silence_in_the_middle_is_a_timeout():
    assert fault_of(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", b"", wait_s=1.0)) == "timeout"


def test_a_dripping_answer_is_a_timeout():
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert fault_of(answering(head, *[chunk] * 8, wait_s=0.2), limits=Limits(read_s=2, total_s=0.5)) == "timeout"


def test_dripping_headers_are_a_timeout():
    drips = [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 12]
    assert fault_of(answering(*drips, wait_s=0.15), limits=Limits(read_s=1, total_s=0.5)) == "timeout"


def test_dripping_headers_over_tls_are_a_timeout(tls):
    context, cert = tls
    drips = [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 12]
    with RawServer(answering(*drips, wait_s=0.15), tls=context) as server:
        line = transport(server.url, Limits(read_s=1, total_s=0.5), ca_file=cert)
        with pytest.raises(LineFault) as found:
            line.send(Call("GET", "/"))
    assert found.value.code == "timeout"


def test_a_long_poll_may_take_its_time():
    with RawServer(answering(b"", whole(b"late"), wait_s=0.6)) as server:
        assert transport(server.url).send(Call("GET", "/", wait_s=5)).body == b"late"


@pytest.mark.parametrize(
    "script",
    [
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"),
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", reset=True),
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
        answering(whole(b"no gzip at all", headers="Content-Encoding: gzip\r\n")),
        answering(),
        answering(reset=True),
        answering(b"\0\1\2 no HTTP\r\n\r\n"),
        answering(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n"),
        answering(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"),
        answering(b"HTTP/1.1 999999999999999999999 OK\r\n\r\n"),
    ],
)
def test_what_is_no_whole_answer_is_cut(script):
    assert fault_of(script) == "cut"


def test_headers_may_be_odd():
    with RawServer(
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: \xff\xfe\r\nLocation: ::::\r\n\r\nok")
    ) as server:
        assert transport(server.url).send(Call("GET", "/")).body == b"ok"


def test_nobody_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(LineFault) as found:
        transport(f"http://127.0.0.1:{port}").send(Call("GET", "/"))
    assert found.value.code == "unreachable"


def test_a_name_that_does_not_resolve_is_unreachable():
    with pytest.raises(LineFault) as found:
        transport("https://hub.invalid").send(Call("GET", "/"))
    assert found.value.code == "unreachable"


def certificate(folder, name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False, crl_sign=False, encipher_only=False, decipher_only=False), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, secret = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(cert), str(secret)


@pytest.fixture
def tls(tmp_path):
    cert, key = certificate(tmp_path, "hub")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


def test_the_pinned_authority_is_believed(tls):
    context, cert = tls
    with RawServer(answering(whole(b"secret")), tls=context) as server:
        assert transport(server.url, ca_file=cert).send(Call("GET", "/")).body == b"secret"


def test_any_other_authority_is_not(tls, tmp_path):
    context, _ = tls
    other, _ = certificate(tmp_path, "other")
    with RawServer(answering(whole(b"secret")), tls=context) as server:
        for ca_file in (other, None):
            with pytest.raises(LineFault) as found:
                transport(server.url, ca_file=ca_file).send(Call("GET", "/"))
            assert found.value.code == "tls"


def test_the_tills_certificate_is_shown(tls, tmp_path):
    context, cert = tls
    mine, key = certificate(tmp_path, "till")
    context.load_verify_locations(mine)
    context.verify_mode = ssl.CERT_REQUIRED
    with RawServer(answering(whole(b"secret")), tls=context) as server:
        line = transport(server.url, ca_file=cert, client_cert=(mine, key))
        assert line.send(Call("GET", "/")).body == b"secret"


def test_https_to_a_server_without_it_is_a_tls_fault():
    with RawServer(answering(whole(b"plain"))) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(LineFault) as found:
            transport(url).send(Call("GET", "/"))
    assert found.value.code in ("tls", "timeout", "cut")


def test_a_call_that_waits_is_hung_up_and_no_other_begins():
    asked = threading.Event()

    def silent(connection, _request):
        asked.set()
        with contextlib.suppress(OSError):
            connection.recv(1)

    with RawServer(silent) as server:
        line = transport(server.url, Limits(read_s=30, total_s=30))
        found = []

        def poll():
            try:
                line.send(Call("GET", "/x", wait_s=25))
            except LineFault as fault:
                found.append(fault.code)

        thread = threading.Thread(target=poll)
        thread.start()
        assert asked.wait(5)
        line.hang_up()
        thread.join(5)
        assert found == ["timeout"]
        poll()
        assert found == ["timeout", "cut"]
        # A push does not wait for news: one may still be sent on the way out.
        with pytest.raises(LineFault) as told:
            transport("http://127.0.0.1:9").send(Call("GET", "/x"))
        assert told.value.code == "unreachable"
