"""`mortise serve --lan` as a clinic starts it: a phone that trusts it has worker, store and sensors."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.chromium import FLAGS
from tests.support.leaving_out import chromium_path

pytestmark = pytest.mark.browser
START = [sys.executable, "-c", "import sys; from mortise.cli import main; sys.exit(main())", "serve", "--lan"]


def key_hash(chain: Path) -> str:
    """Return what Chromium calls the certificate's key, so that this browser trusts this one and nothing else."""
    public = subprocess.run(
        ["openssl", "x509", "-in", chain, "-pubkey", "-noout"], capture_output=True, check=True
    ).stdout
    return base64.b64encode(
        hashlib.sha256(
            ssl.PEM_cert_to_DER_cert(public.decode().replace("PUBLIC KEY", "CERTIFICATE"))
        ).digest()
    ).decode()


def test_a_phone_on_the_clinics_network_is_ready(tmp_path: Path, browser: Browser) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MORTISE_", "DJANGO_"))}
    process = subprocess.Popen(
        [*START, "--host", "localhost", "--port", str(port), "--workers", "1"],
        env=kept | {"MORTISE_DATA_DIR": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        said = ""
        assert process.stdout is not None
        while f"https://localhost:{port}/phone/ready/" not in said and time.monotonic() < until:
            said += process.stdout.readline()
        assert "█" in said  # the code to scan
        trusted = browser.browser_type.launch(
            executable_path=chromium_path(), headless=True,
            args=[*FLAGS, f"--ignore-certificate-errors-spki-list={key_hash(tmp_path / 'tls' / 'server.pem')}"],
        )  # fmt: skip
        page = trusted.new_page(viewport={"width": 390, "height": 844})
        page.goto(f"https://localhost:{port}/phone/ready/")
        for line in ("secure", "worker", "store", "sound"):
            expect(page.locator(f"[data-ready={line}]")).to_have_attribute("data-is", "yes")
        page.get_by_role("button", name="Try the sensors").click()
        expect(page.locator("[data-ready=sensors]")).to_have_attribute(
            "data-is", "no"
        )  # this machine has none
        expect(page.get_by_text("Nothing arrives from them.")).to_be_visible()
        if os.environ.get("PICTURES"):
            page.screenshot(path=Path(os.environ["PICTURES"]) / "ready.png", full_page=True)
        answer = page.request.get(f"https://localhost:{port}/phone/authority.crt", ignore_https_errors=True)
        assert answer.body() == (tmp_path / "tls" / "authority.pem").read_bytes()
        trusted.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
