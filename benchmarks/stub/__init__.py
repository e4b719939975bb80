"""A server that is not what limits: C, one thread, TLS, the same answer for every request."""

import json
import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCE = Path(__file__).with_name("stub.c")
ANSWER = {
    "Code": "OK",
    "Message": "OK",
    "RequestId": "90E63D28-E31D-1EB2-8939-A94866411B20",
    "Success": True,
    "Data": {
        "Id": "104996122399160",
        "Name": "Harbour Coffee Roasters",
        "AccountReviewStatus": "APPROVED",
        "Currency": "USD",
        "MessageTemplateNamespace": "5b64ab8d_4b4b_4ac7_a8c2_f5f5c2c1c1a4",
        "BusinessId": "285961287312345",
        "BusinessName": "Harbour Coffee Roasters Pte. Ltd.",
        "PrimaryBusinessLocation": "SG",
        "IsOnBizApp": "false",
        "MarketingMessageLiteStatus": "ONBOARDED",
        "AuthInternationalRateEligibility": {"StartTime": "1720000000"},
    },
}
"""What QueryChatappBindWaba says of a space."""


@dataclass(frozen=True)
class Stub:
    """One that runs. ``environment`` makes a process trust it, by what OpenSSL reads, beside the usual authorities."""

    url: str
    environment: Mapping[str, str]
    pid: int

    def cpu_seconds(self) -> float:
        """Return how much processor time it has taken since its start."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        user, system = int(fields[11]), int(fields[12])
        return (user + system) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running() -> Iterator[Stub]:
    """Build one, start it, and stop it at the end. Needs gcc, OpenSSL's headers and the openssl command."""
    with TemporaryDirectory() as directory:
        place = Path(directory)
        binary, key, certificate, answer = (place / name for name in ("stub", "key.pem", "cert.pem", "answer.json"))
        _run(["gcc", "-O2", "-o", binary, SOURCE, "-lssl", "-lcrypto"])
        _certify(key, certificate)
        answer.write_text(json.dumps(ANSWER, separators=(",", ":")))
        command = [binary, certificate, key, answer]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
            # Leaving closes its standard input, and that ends it.
            port = int(process.stdout.readline()) if process.stdout else 0
            url = f"https://127.0.0.1:{port}"
            yield Stub(url, {"SSL_CERT_FILE": str(_trusting(certificate))}, process.pid)


def _certify(key: Path, certificate: Path) -> None:
    """Make a key and a certificate for 127.0.0.1 that is its own authority."""
    subject = ["-subj", "/CN=CAMS stub", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    _run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, *subject])


def _trusting(certificate: Path) -> Path:
    """Write the authorities that this machine trusts, and the stub's, to one file.

    So no client needs an option, and each reads as many authorities as it would anywhere.
    """
    usual = ssl.get_default_verify_paths().cafile
    bundle = certificate.with_name("authorities.pem")
    bundle.write_bytes((Path(usual).read_bytes() if usual else b"") + certificate.read_bytes())
    return bundle


def _run(command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - our own
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
