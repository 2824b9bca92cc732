"""A chat's webhook and a mail server that really listen, and keep what they get."""

import json
import socket
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass
class Webhook:
    """Answers with the next of `answers`, and repeats the last one."""

    answers: list[int]
    url: str = ""
    got: list[dict] = field(default_factory=list)


@contextmanager
def webhook(*answers: int):
    hook = Webhook(list(answers) or [200])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            hook.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0])
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hook.url = f"http://127.0.0.1:{server.server_port}/secret-token"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Mailbox:
    """What arrived, and who logged in."""

    port: int
    got: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):
        self.got.append(message_from_bytes(envelope.content, policy=default))
        self.recipients.append(envelope.rcpt_tos)
        return "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 known"


@contextmanager
def mail_server(tls=None):
    """Without `tls` (a server's SSLContext) it takes mail from everybody, with it only after STARTTLS and a login."""
    mailbox = Mailbox(unused_port())

    def log_in(server, session, envelope, mechanism, credentials):
        name, password = credentials.login.decode(), credentials.password.decode()
        mailbox.logins.append((name, password))
        return AuthResult(success=password == "pass word")

    secured = {"tls_context": tls, "require_starttls": True, "auth_required": True, "authenticator": log_in}
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **(secured if tls else {}))
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def unused_port():
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate_of_127_0_0_1(folder):
    """Paths of a certificate that the machine of the test signed for itself, and of its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key
