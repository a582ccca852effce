"""The page for everybody: with the keyboard, in both colour schemes, on a phone's width, and as axe-core judges it."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from parts import choose, entries, opener, part, press, row, table
from server import INVITES, busy

MOCK = "Mock organization"

# How the focused element is called, whether it can be seen, and whether its ring can.
FOCUSED = """() => {
    const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
    const label = node.labels?.length ? [...node.labels[0].childNodes].find((child) => child.data?.trim()).data : "";
    const name = node === document.body ? "" : (node.ariaLabel || label || node.innerText).trim();
    const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { name, seen, ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
}"""


def stops(page):
    """Every place that the tab key reaches, in its order."""
    found = []
    while len(found) < 100:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if not focused["name"]:
            break
        assert focused["seen"] and focused["ring"], focused
        found.append(focused["name"])
    return found


def test_the_tab_key_goes_through_everything_in_reading_order(mock, look):
    mock.call("GET", INVITES)
    mock.json("POST", "/_mock/faults", {"operation": "*", "delay": "1ms"})
    page = look(mock.url)
    parts = ["Organizations", "Requests", "State", "Time", "Faults", "Reset and download"]
    invite = [f"{what} pending@example.com" for what in ["accept", "expire", "delete"]]
    users = [f"remove {name}@example.com" for name in ["accepted", "billing", "developer", "admin"]]
    assert stops(page) == [
        *parts,
        "Table of organizations", "All organizations", MOCK,
        "Operation", "Status", "Reason", "Empty the journal", "Table of requests", f"GET {INVITES}",
        "Find an email, a name or an id",
        "Table of invites", *invite, "Table of users", *users, "Table of workspaces", "Table of API keys",
        "A day later", "A week later", "22 days later", "Freeze", "Back to the system's",
        "A step such as -3h, or a time", "Move",
        "Table of faults", "Operation", "Outcome", "Which", "Retry after, seconds", "Times, or always", "Let pass first",
        "Only for the id", "After the work is done", "Plan", "Clear all",
        "Reset", "Download as fixture",
    ]  # fmt: skip


def test_everything_is_done_with_the_keyboard(mock, look):
    mock.call("GET", INVITES)
    page = look(mock.url)
    table(page, "organizations").get_by_role("button", name=MOCK).focus()
    page.keyboard.press("Enter")
    expect(row(page, "organizations", MOCK)).to_have_attribute("aria-current", "true")
    expect(table(page, "organizations").get_by_role("button", name=MOCK)).to_be_focused()
    opener(entries(page)).focus()
    page.keyboard.press("Space")
    expect(entries(page).locator("pre")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy as cURL")).to_be_focused()
    # What is new leaves the focus where it was.
    page.get_by_role("button", name="expire pending@example.com").focus()
    mock.call("POST", INVITES, {"email": "ada@example.com", "role": "user"})
    expect(row(page, "invites", "ada@example.com")).to_be_visible()
    expect(page.get_by_role("button", name="expire pending@example.com")).to_be_focused()
    # A button that is gone leaves it to its table.
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="expire pending@example.com")).to_have_count(0)
    expect(table(page, "invites")).to_be_focused()
    part(page, "Faults").get_by_role("combobox", name="Outcome").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    look.expect_error("400")
    expect(page.get_by_role("alert")).to_contain_text("is not a delay")
    page.get_by_role("link", name="Reset and download").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Reset", exact=True)).to_be_focused()


def test_both_colour_schemes_are_what_they_are_called(mock, look):
    shades = {}
    for dark in [False, True]:
        page = look(mock.url, dark=dark)
        colours = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
        shades[dark] = [sum(int(part) for part in colour[4:-1].split(",")) / 765 for colour in colours]
    assert shades[False][0] > 0.9 and shades[False][1] < 0.2
    assert shades[True][0] < 0.15 and shades[True][1] > 0.8


# What is wider than its place, and what scrolls sideways within the page.
TOO_WIDE = """() => {
    const all = (selector, what) => [...document.querySelectorAll(selector)].filter(what);
    const wide = all(".scroll", (box) => box.scrollWidth > box.clientWidth).map((box) => box.ariaLabel);
    const out = all("body *", (node) => node.getBoundingClientRect().right > innerWidth + 0.5);
    return [document.documentElement.scrollWidth - innerWidth, wide, out.map((node) => node.outerHTML.slice(0, 80))];
}"""


def open_all(page):
    """Brings out everything that the page can show at one time."""
    choose(page, MOCK)
    for entry in entries(page).all()[:6]:
        opener(entry).click()
    page.get_by_label("A step such as -3h, or a time").fill("soon")
    press(page, "Move")
    expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 1000, 380, 320])
def test_nothing_scrolls_sideways(serve, look, width):
    mock = serve("--fixture", "fixtures/default.json", "--fixture", "fixtures/organizations.json")
    page = look(mock.url, width=width, height=800)
    expect(page.get_by_text("No request yet.")).to_be_visible()
    assert page.evaluate(TOO_WIDE) == [0, [], []]
    busy(mock)
    expect(entries(page, "usage_report")).to_be_visible()
    expect(row(page, "organizations", MOCK)).to_be_visible()
    assert page.evaluate(TOO_WIDE) == [0, [], []]
    look.expect_error("400")
    open_all(page)
    assert page.evaluate(TOO_WIDE) == [0, [], []]


@pytest.mark.parametrize("width", [1280, 380])
def test_long_names_do_not_widen_the_page(serve, look, tmp_path, width):
    long = "x" * 180
    fixture = {
        "name": long,
        "users": [{"id": f"user_{long}", "email": f"{long[:60]}@{long[:60]}.example.com", "name": long}],
        "invites": [{"id": f"invite_{long}", "email": f"{long[:60]}@example.com"}],
        "workspaces": [{"id": f"wrkspc_{long}", "name": long[:40], "members": [{"user": f"user_{long}"}]}],
        "api_keys": [{"id": f"apikey_{long}", "name": long, "partial_key_hint": long}],
    }
    path = tmp_path / "long.json"
    path.write_text(json.dumps(fixture))
    mock = serve("--fixture", str(path))
    mock.call("POST", f"{INVITES}/{long}?{long}={long}", json.dumps({"email": long}), user_agent=long, anthropic_version=long)
    page = look(mock.url, width=width, height=800)
    expect(row(page, "users", long[:60]).first).to_be_visible()
    opener(entries(page).first).click()
    sideways, _, out = page.evaluate(TOO_WIDE)
    assert sideways == 0
    if width < 700:
        assert out == []


def axe(page):
    """What axe-core objects to, by all of its rules."""
    page.evaluate(Path(os.environ["PAGE_AXE"]).read_text())
    result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(result["passes"]) > 20, "axe-core looked at the page"
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]) for rule in result["violations"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_violation(mock, look, dark):
    page = look(mock.url, dark=dark)
    assert axe(page) == []
    busy(mock)
    expect(entries(page, "usage_report")).to_be_visible()
    look.expect_error("400")
    open_all(page)
    expect(row(page, "faults", "users.list")).to_be_visible()
    assert axe(page) == []
    page.set_viewport_size({"width": 380, "height": 800})
    assert axe(page) == []
