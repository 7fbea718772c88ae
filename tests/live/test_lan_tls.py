"""`--lan-tls` as people run it: a device learns to trust it, comes in, and is known later on."""

from __future__ import annotations

import asyncio
import re
import ssl
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import aiohttp

from tests.live.server import free_port

ARGUMENTS = ("-m", "api", "serve", "--lan-tls", "--lan-name", "menu")


async def start(folder: Path, port: int, setup_port: int) -> tuple[Process, str]:
    """The server, and what it printed until it was ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *ARGUMENTS, "--port", str(port), "--lan-http-port", str(setup_port),
        "--database", str(folder / "mirepoix.db"),
        cwd=Path(__file__).parents[2], stdout=PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(30):
        while "Fingerprint" not in said:
            line = await process.stdout.readline()
            assert line, said
            said += line.decode()
    return process, said


async def stop(process: Process) -> None:
    process.terminate()
    async with asyncio.timeout(30):
        assert await process.wait() == 0


async def test_device_sets_itself_up_comes_in_and_is_known_after_a_restart(tmp_path: Path) -> None:
    port, setup_port = free_port(), free_port()
    base = f"https://127.0.0.1:{port}"
    process, said = await start(tmp_path, port, setup_port)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as device:
        async with device.get(f"http://127.0.0.1:{setup_port}/ca.crt") as answer:
            trust = ssl.create_default_context(cadata=await answer.text())
        link = re.search(r"/enter\?ticket=(\S+)", said)
        assert link is not None
        form, ours = {"ticket": link[1]}, {"Origin": base}
        async with device.post(
            f"{base}/enter", data=form, headers=ours, ssl=trust, allow_redirects=False
        ) as answer:
            assert answer.status == 303
            assert all("Secure" in line for line in answer.headers.getall("Set-Cookie"))
        async with device.get(f"{base}/api/v1/me", ssl=trust) as answer:
            me = await answer.json()
        assert me["roles"] == ["owner"] and me["secure_url"].startswith("https://")
        await stop(process)
        process, said = await start(tmp_path, port, setup_port)
        assert "enter?ticket" in said  # nothing was made yet
        async with device.post(f"{base}/api/v1/token", headers=ours, ssl=trust) as answer:
            assert answer.status == 201
        async with device.get(f"{base}/api/v1/me", ssl=trust) as answer:
            again = await answer.json()
        assert (again["user"], again["server_id"]) == (me["user"], me["server_id"])
    await stop(process)
