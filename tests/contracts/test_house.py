"""What must be true of the house itself: its files, its arrows, its locks, its settings."""

import hashlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from catalog.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("catalog", "checks", "dashboards", "sample_data")
#: Pieces of the host names of package indexes, kept apart so that this file holds none.
INDEXES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.deb" + "ian.org",
]


def tracked() -> list[Path]:
    """Return every file of the project that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def test_no_room_imports_the_door() -> None:
    importing = re.compile(r"^\s*(?:from|import) app\b", re.MULTILINE)
    found = [
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if importing.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_file_names_a_package_index_or_a_lock_with_addresses() -> None:
    names = {path.name for path in tracked()}
    assert names.isdisjoint({"uv.lock", "pylock.toml", "package-lock.json", "poetry.lock"})
    for path in tracked():
        content = path.read_bytes()
        for host in INDEXES:
            assert host.encode() not in content, f"{path} names {host}"


@pytest.mark.parametrize("name", ["run.lock.txt", "test.lock.txt"])
def test_every_locked_package_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if entry]
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_locks_hold_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for name, declared in (
        ("run.lock.txt", project["dependencies"]),
        ("test.lock.txt", project["dependencies"] + extras["test"]),
    ):
        locked = set(
            re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements" / name).read_text(), re.M)
        )
        wanted = {re.split(r"[\[<>=;, ]", line)[0].lower() for line in declared}
        assert wanted <= {each.lower() for each in locked}


def test_a_package_is_locked_at_one_version() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / name).read_text()
        return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.M))

    run, test = pins("run.lock.txt"), pins("test.lock.txt")
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize("folder", sorted(ROOT.glob("*/static/vendor/*/")), ids=lambda f: f.name)
def test_vendored_files_are_what_they_say(folder: Path) -> None:
    stated = json.loads((folder / "vendor.json").read_text())
    assert {"name", "version", "licence", "file", "sha256"} <= set(stated)
    there = {path.name for path in folder.iterdir()}
    assert there == {"vendor.json", "LICENSE.txt", stated["file"]}
    found = hashlib.sha256((folder / stated["file"]).read_bytes()).hexdigest()
    assert found == stated["sha256"]


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for field in Settings.model_fields:
        assert f"`{PREFIX}{field.upper()}`" in readme


def test_the_readme_begins_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.index("./mutakhir demo") < readme.index("./mutakhir test") < 2_000


def test_no_source_file_grows_past_its_noun() -> None:
    """Most modules stay under 300 lines; none may pass 420."""
    sizes = {
        path: len(path.read_text("utf-8").splitlines())
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
    }
    assert max(sizes.values()) <= 420, max(sizes, key=lambda path: sizes[path])
    over = [path for path, n in sizes.items() if n > 300]
    assert len(over) <= len(sizes) // 20, over
