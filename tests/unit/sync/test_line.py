"""The line's shapes: any object with `send` is a transport, and a fault says what it is."""

from sync.line import Call, Limits, LineFault, Reply, Transport


class Echo:
    def send(self, call: Call) -> Reply:
        return Reply(200, call.body)


def test_a_simulated_line_stands_in():
    line: Transport = Echo()
    assert line.send(Call("POST", "/", b"x")) == Reply(200, b"x", {})


def test_a_fault_says_code_and_detail():
    assert str(LineFault("tls", "SSLError")) == "tls: SSLError"
    assert (str(LineFault("cut")), LineFault("cut").code) == ("cut", "cut")


def test_every_wait_and_size_has_a_limit():
    limits = Limits()
    assert all(0 < getattr(limits, name) < 10**9 for name in limits.__dataclass_fields__)
