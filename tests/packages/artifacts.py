"""Looks into what was built: artifacts.py REPO FOLDER, with wheel/, from-sdist/, sdist and npm tarballs in the folder.

Exact lists of files, modes, licences, one version everywhere, and no path of the machine that built them.
"""

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

repo, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
version = re.search(r'^version = "(.*)"$', (repo / "Cargo.toml").read_text(), re.MULTILINE)[1]
licence = (repo / "LICENSE").read_bytes()
# What the build has seen of this machine, none of which may stand in a text.
machine = {str(repo), str(folder), str(Path.home())} - {"/"}

good = bad = 0


def check(name, got, wanted):
    global good, bad
    if got == wanted:
        good += 1
        return
    bad += 1
    print(f"FAIL {name}")
    if isinstance(got, (set, frozenset)):
        print(f"  too much: {sorted(got - wanted)}\n  missing: {sorted(wanted - got)}")
    else:
        print(f"  got    {got!r}\n  wanted {wanted!r}"[:2000])


def only(pattern, place=folder):
    found = list(place.glob(pattern))
    check(f"one file {pattern}", len(found), 1)
    return found[0]


def no_machine(name, content):
    if b"\0" not in content:
        text = content.decode()
        check(f"{name} names no folder of this machine", [path for path in machine if path in text], [])


def wheel(path):
    """The contents by name, and the modes."""
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}, {
            info.filename: info.external_attr >> 16 & 0o7777 for info in archive.infolist()
        }


def tarball(path):
    with tarfile.open(path) as archive:
        members = [member for member in archive if member.isfile()]
        return {member.name: archive.extractfile(member).read() for member in members}, {member.name: member.mode for member in members}


# The wheel.

modules = ["__init__", "__main__", "_binary", "_checks", "_organization", "_server", "pytest_plugin"]
info, data = f"anthropic_admin_mock-{version}.dist-info", f"anthropic_admin_mock-{version}.data"
binary = f"{data}/scripts/anthropic-admin-mock"
path = only("*.whl", folder / "wheel")
files, modes = wheel(path)
wanted = {f"anthropic_admin_mock/{module}.py" for module in modules} | {"anthropic_admin_mock/py.typed", binary}
wanted |= {f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}
check("the wheel's files", set(files), wanted)
check("the binary's mode", modes[binary], 0o755)
check("the wheel's licence", files[f"{info}/licenses/LICENSE"], licence)
metadata = files[f"{info}/METADATA"].decode()
check("the wheel's version", re.findall(r"^Version: (.*)$", metadata, re.MULTILINE), [version])
check("the wheel's Python", re.findall(r"^Requires-Python: (.*)$", metadata, re.MULTILINE), [">=3.10"])
check("what the wheel needs", re.findall(r"^Requires-Dist: .*$", metadata, re.MULTILINE), [])
page = metadata.split("\n\n", 1)[1]
check("the page is the Python package's", page.strip(), (repo / "packages/python/README.md").read_text().strip())
check("the page says in its first line that this is unofficial", "nofficial" in page.lstrip("# ").splitlines()[0], True)
check("the tag is that of any Python", path.name.split("-")[2:4], ["py3", "none"])
for name, content in files.items():
    no_machine(f"the wheel's {name}", content)

# The sdist.

root = f"anthropic_admin_mock-{version}/"
files, _ = tarball(only("*.tar.gz"))
listed = subprocess.run(
    ["cargo", "package", "--list", "--allow-dirty", "--locked", "--offline"], cwd=repo, capture_output=True, text=True, check=True
).stdout.split("\n")
wanted = {name for name in listed if name and name not in (".cargo_vcs_info.json", "Cargo.toml.orig")}
wanted |= {f"packages/python/anthropic_admin_mock/{module}.py" for module in modules}
wanted |= {"packages/python/anthropic_admin_mock/py.typed", "packages/python/README.md", "pyproject.toml", "PKG-INFO"}
check("the sdist's files", {name.removeprefix(root) for name in files}, wanted)
check("the sdist's licence", files[f"{root}LICENSE"], licence)
check("nothing of the Python package is in the crate", [name for name in listed if name.startswith("packages") or name == "pyproject.toml"], [])
for name, content in files.items():
    no_machine(f"the sdist's {name}", content)

# The wheel that the sdist makes.

tree, tree_modes = wheel(path)
again, again_modes = wheel(only("*.whl", folder / "from-sdist"))
# The binary's own bytes may differ, since it was built in another folder, and the record has their digest.
for contents in (tree, again):
    contents[binary] = contents[f"{info}/RECORD"] = b""
check("the wheel from the sdist", again, tree)
check("the modes of the wheel from the sdist", again_modes, tree_modes)

# The npm packages.

files, modes = tarball(only(f"anthropic-admin-mock-{version}.tgz"))
wanted = {"package.json", "README.md", "LICENSE", "bin.js", "binary.js", "index.js", "index.d.ts"}
check("the main package's files", {name.removeprefix("package/") for name in files}, wanted)
check("the launcher's mode", modes["package/bin.js"], 0o755)
main = json.loads(files["package/package.json"])
platforms = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"]
check("the main package's version", main["version"], version)
check("its platforms", main["optionalDependencies"], {f"@anthropic-admin-mock/{name}": version for name in platforms})
check("no script runs when it is installed", main.get("scripts"), None)
check("nothing else is installed with it", main.get("dependencies"), None)
first_line = files["package/README.md"].decode().lstrip("# ").splitlines()[0]
check("its page says in the first line that this is unofficial", "nofficial" in first_line, True)
for name, content in files.items():
    no_machine(f"the main package's {name}", content)
check("its licence", files["package/LICENSE"], licence)

for platform in platforms:
    files, modes = tarball(only(f"anthropic-admin-mock-{platform}-{version}.tgz"))
    binary = f"bin/anthropic-admin-mock{'.exe' if platform.startswith('win32') else ''}"
    check(f"the files of {platform}", {name.removeprefix("package/") for name in files}, {"package.json", "README.md", "LICENSE", binary})
    check(f"the binary's mode of {platform}", modes[f"package/{binary}"], 0o755)
    manifest = json.loads(files["package/package.json"])
    system, processor = platform.split("-")
    wanted = {"name": f"@anthropic-admin-mock/{platform}", "version": version, "os": [system], "cpu": [processor], "preferUnplugged": True}
    check(f"the manifest of {platform}", {name: manifest.get(name) for name in wanted}, wanted)
    check(f"the licence of {platform}", files["package/LICENSE"], licence)
    for name, content in files.items():
        no_machine(f"{platform}'s {name}", content)

# The sources: the version stands in Cargo.toml alone, and no lock file has an address to download from.

sources = subprocess.run(["git", "ls-files", "packages", "pyproject.toml"], cwd=repo, capture_output=True, text=True, check=True).stdout.split()
for name in sources:
    if name.endswith("README.md"):
        page = (repo / name).read_text(encoding="utf-8")
        check(f"{name} has no line of more than 200 characters", [line for line in page.splitlines() if len(line) > 200], [])
        check(f"{name} says where it stands how sure each point is", "docs/fidelity.md" in page, True)
        check(f"{name} promises no more than that", "is never kinder" in " ".join(page.split()), False)
check("no manifest repeats the version", [name for name in sources if f'"{version}"' in (repo / name).read_text()], [])
lock = (repo / "tests/packages/node/package-lock.json").read_text()
check("no address in the lock file", '"resolved"' in lock, False)

print(f"{good} passed, {bad} failed")
sys.exit(bad > 0)
