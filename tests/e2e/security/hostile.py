# SPDX-License-Identifier: GPL-3.0-only
"""What the suites of this folder share: the server as a child, and clients that send just the bytes
they are given and look at what comes back."""

import argparse
import base64
import contextlib
import hashlib
import os
import pathlib
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "openapi"))

from runningserver import RunningServer  # noqa: E402

WAIT = 30

arguments = argparse.Namespace(server=None, long=False)


def main():
    """Runs the tests of the calling module against the program given with --server."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--long", action="store_true")
    parser.parse_known_args(namespace=arguments)
    rest = parser.parse_known_args()[1]
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2, warnings="ignore")


class Server(RunningServer):
    """The server under test; its numbers as the kernel tells them."""

    def __init__(self, *options):
        super().__init__(arguments.server, *options)

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    @property
    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process.poll() is None

    def reload(self):
        self._process.send_signal(signal.SIGHUP)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident(self):
        """Bytes of memory in use now."""
        return self._status("VmRSS")

    def peak(self):
        """Bytes of memory in use at most, since the start."""
        return self._status("VmHWM")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def logged(self, text):
        return any(text in line for line in self.log)

    def _status(self, name):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"no {name}")


def wait_until(condition, seconds=WAIT):
    """Whether `condition` came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class Answer:
    """One HTTP response: status, fields (names in lower case), body."""

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:200]!r}"


class Client:
    """A blocking connection, over TLS with a `context`."""

    def __init__(self, server, context=None, name="localhost", receive_buffer=None, source=None):
        # A small receive buffer has to be asked for before connecting.
        self.socket = socket.socket()
        self.socket.settimeout(WAIT)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", server.port))
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname=name)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_what_fits(self, data):
        """Sends until the kernel takes no more; how many bytes it took."""
        self.socket.setblocking(False)
        sent = 0
        with contextlib.suppress(BlockingIOError, ssl.SSLWantWriteError, OSError):
            while sent < len(data):
                sent += self.socket.send(data[sent : sent + 65536])
        self.socket.settimeout(WAIT)
        return sent

    def reset(self):
        """Ends the connection with a RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def request(self, method, target, body=None, fields=()):
        self.send(request_bytes(method, target, body, fields))
        return self.answer(method == "HEAD")

    def answer(self, head_only=False):
        """The next response; None when the connection ends before."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        lines = head[:-4].split(b"\r\n")
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            fields[name.decode().lower()] = value.strip().decode()
        status = int(lines[0].split(b" ")[1])
        body = b""
        if not head_only and status >= 200:
            body = self.exactly(int(fields.get("content-length", "0")))
        return Answer(status, fields, body)

    def exactly(self, size):
        while len(self.received) < size:
            if not self._more():
                return None
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    def until_closed(self):
        """Everything up to the end of the connection, however it ends. None when it does not."""
        try:
            while self._more():
                pass
        except TimeoutError:
            return None
        taken, self.received = self.received, b""
        return taken

    def is_closed(self, seconds=WAIT):
        """Whether the server ended the connection; what it sends before is dropped."""
        self.socket.settimeout(seconds)
        try:
            while self._more():
                self.received = b""
            return True
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(WAIT)

    def open_feed(self, target="/wal", fields=()):
        """The opening handshake of a WebSocket; its response."""
        self.send(
            request_bytes(
                "GET",
                target,
                None,
                [
                    ("Connection", "Upgrade"),
                    ("Upgrade", "websocket"),
                    ("Sec-WebSocket-Version", "13"),
                    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
                    *fields,
                ],
            )
        )
        return self.answer()

    def frame(self):
        """The next frame from the server: opcode and payload; None when the connection ends."""
        head = self.exactly(2)
        if head is None:
            return None
        size = head[1] & 0x7F
        if size == 126:
            size = struct.unpack(">H", self.exactly(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.exactly(8))[0]
        return head[0] & 0x0F, self.exactly(size)

    def close_code(self):
        """The code of the close frame that comes, after whatever else; None without one."""
        while (frame := self.frame()) is not None:
            if frame[0] == 8 and frame[1] and len(frame[1]) >= 2:
                return struct.unpack(">H", frame[1][:2])[0]
        return None

    def _until(self, end):
        while end not in self.received:
            if not self._more():
                return None
        at = self.received.index(end) + len(end)
        taken, self.received = self.received[:at], self.received[at:]
        return taken

    def _more(self):
        try:
            data = self.socket.recv(1 << 16)
        except (ConnectionError, ssl.SSLError):
            return False
        self.received += data
        return bool(data)


def request_bytes(method, target, body=None, fields=()):
    names = [name.lower() for name, _ in fields]
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in names:
        lines.append("Host: 127.0.0.1")
    lines += [f"{name}: {value}" for name, value in fields]
    if body is not None and "content-length" not in names and "transfer-encoding" not in names:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


def frame_bytes(opcode, payload, final=True, masked=True):
    """A WebSocket frame from a client."""
    mask_bit = 0x80 if masked else 0
    head = bytes([(0x80 if final else 0) | opcode])
    if len(payload) < 126:
        head += bytes([mask_bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([mask_bit | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([mask_bit | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return head + payload
    mask = b"\x01\x02\x03\x04"
    whole = (mask * (len(payload) // 4 + 1))[: len(payload)]
    coded = int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")
    return head + mask + coded.to_bytes(len(payload), "big")


class Certificates:
    """A folder with self-signed certificates for localhost."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.certificate = os.path.join(self._folder.name, "certificate.pem")
        self.key = os.path.join(self._folder.name, "key.pem")
        self.make()

    def make(self, certificate=None, key=None, new_key="ec"):
        options = {
            "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
            "rsa": ["-newkey", "rsa:2048"],
        }[new_key]
        subprocess.run(
            ["openssl", "req", "-x509", *options, "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", key or self.key, "-out", certificate or self.certificate],
            check=True, capture_output=True)  # fmt: skip

    def options(self):
        return ["--tls-cert", self.certificate, "--tls-key", self.key]

    def context(self):
        return ssl.create_default_context(cafile=self.certificate)

    def fingerprint(self):
        pem = pathlib.Path(self.certificate).read_text()
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def cleanup(self):
        self._folder.cleanup()


class Tokens:
    """A token file. Each line: role, token in the clear, prefix or None."""

    def __init__(self, *lines):
        self._folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._folder.name, "tokens")
        self.write(*lines)

    def write(self, *lines):
        text = "".join(
            f"{role} {hashlib.sha256(token.encode()).hexdigest()} {prefix or ''}\n"
            for role, token, prefix in lines
        )
        new = self.path + ".new"
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        os.replace(new, self.path)

    def cleanup(self):
        self._folder.cleanup()


def bearer(token):
    return ("Authorization", f"Bearer {token}")


def accept_of(key):
    """What a server answers to a Sec-WebSocket-Key (RFC 6455 4.2.2)."""
    magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return base64.b64encode(hashlib.sha1((key + magic).encode()).digest()).decode()
