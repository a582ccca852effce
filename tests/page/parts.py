"""The parts of the page, found as a person finds them: by their headings, labels and texts."""

import time

from playwright.sync_api import expect


def part(page, heading):
    """A section, by its heading."""
    return page.get_by_role("region", name=heading, exact=True)


def table(page, name):
    return page.get_by_role("region", name=f"Table of {name}", exact=True)


def row(page, name, text):
    return table(page, name).get_by_role("row").filter(has_text=text)


def entries(page, text=""):
    """Requests: each has rows of its own, for what was asked, what became of it, and the whole entry."""
    body = table(page, "requests").locator("tbody")
    return body.filter(has_text=text) if text else body


def opener(entry):
    return entry.locator("button[aria-expanded]")


def choose(page, name):
    """Looks at one organization, or at all."""
    table(page, "organizations").get_by_role("button", name=name, exact=True).click()
    expect(row(page, "organizations", name)).to_have_attribute("aria-current", "true")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def until_shown(mock, page, target, method="GET", body=None):
    """How long it takes from a request to its row."""
    begin = time.monotonic()
    mock.call(method, target, body)
    expect(entries(page).first).to_contain_text(f"{method} {target}")
    return time.monotonic() - begin
