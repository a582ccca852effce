"""Makes docs/page.png, the picture of docs/control.md: the page after a program's first minutes."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from parts import choose, entries, row
from server import INVITES, busy

PICTURE = Path(__file__).parents[2] / "docs" / "page.png"
CLIP = {"x": 0, "y": 0, "width": 1280, "height": 1690}  # down to the invites


def test_make_the_picture(serve, look):
    fixtures = ["--fixture", "fixtures/default.json", "--fixture", "fixtures/organizations.json"]
    mock = serve(*fixtures, "--now", "2026-11-26T14:00:00Z")
    mock.call("GET", INVITES, key="sk-ant-admin01-acme-ci")
    busy(mock)
    page = look(mock.url, width=1280, height=800)
    choose(page, "Mock organization")
    expect(entries(page, "usage_report")).to_be_visible()
    expect(row(page, "invites", "grace@example.com")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    # Few colours are all that the page has; without a palette the file is three times as large.
    picture = Image.open(BytesIO(page.screenshot(full_page=True, clip=CLIP))).convert("RGB")
    picture = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(PICTURE, optimize=True)
    size = PICTURE.stat().st_size
    assert size < 200_000, size
