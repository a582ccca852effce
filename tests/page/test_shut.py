"""That the page is as shut as the door: no text runs, no other site reaches it, no GET changes anything."""

import json
import re
import time

import pytest
from playwright.sync_api import expect

from elsewhere import site
from parts import choose, entries, opener, row, table
from server import INVITES, KEY, busy

IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "<script>alert(1)</script>"
HTML = {"accept": "text/html,*/*"}


def nothing_came_to_life(page):
    """A text that became an element would be one of these; the one script is the page's own."""
    expect(page.locator("img, svg, b")).to_have_count(0)
    expect(page.locator("script")).to_have_count(1)


def test_hostile_texts_of_requests_are_shown_and_never_run(mock, look):
    page = look(mock.url)
    status, _, text = mock.call("POST", INVITES, {"email": IMAGE + "@example.com", "role": "user"})
    assert status == 400 and json.loads(text)["error"]["message"].startswith("email: ")
    mock.call("POST", INVITES, {"email": "ada@example.com", "role": IMAGE})
    # A path and a query come as they were encoded; these marks may stand in them as they are.
    target = "/v1/%3Cscript%3Ealert(1)%3C/script%3E/\"onload='alert(1)'?x='onmouseover=`alert(1)`//{}"
    assert "404 Not Found" in mock.raw(f"GET {target} HTTP/1.1\nhost: x\nconnection: close\n\n")
    agent = f"an \"agent\" with 'quotes', `ticks` and {SCRIPT}"
    mock.call("DELETE", INVITES + "/%3Cimg%20src=x%20onerror=alert(1)%3E", user_agent=agent, anthropic_version=IMAGE)
    mock.json("POST", "/_mock/faults", {"operation": "users.list", "error": "api_error", "message": IMAGE})
    mock.call("GET", "/v1/organizations/users")
    expect(entries(page)).to_have_count(5)
    for entry in entries(page).all():
        opener(entry).click()
    expect(table(page, "requests")).to_contain_text(f'{{\\"email\\": \\"{IMAGE}@example.com\\"')
    expect(table(page, "requests")).to_contain_text(f"The answer said: {IMAGE}.")
    expect(table(page, "requests")).to_contain_text(f"GET {target}")
    expect(table(page, "requests")).to_contain_text(f"DELETE {INVITES}/%3Cimg%20src=x%20onerror=alert(1)%3E")
    expect(table(page, "requests")).to_contain_text(json.dumps(agent))
    expect(row(page, "faults", "users.list")).to_contain_text(f"message: {IMAGE}")
    nothing_came_to_life(page)
    page.get_by_role("combobox", name="Reason").select_option("fault")
    expect(entries(page)).to_have_count(1)


def test_hostile_names_of_a_fixture_are_shown_and_never_run(serve, look, tmp_path):
    names = [f"{kind} {IMAGE}\"'`" for kind in ["org", "user", "workspace", "key", "hint", "invite"]]
    org, user, workspace, key, hint, invite = names
    fixture = {
        "name": org,
        "users": [
            {"id": "__proto__", "email": "proto@example.com"},
            {"id": user, "email": "user@example.com", "name": user},
            {"id": "constructor", "email": "last@example.com"},
        ],
        "invites": [{"id": invite, "email": "a'b`c@example.com"}, {"id": "../../reset?", "email": "dots@example.com"}],
        "workspaces": [{"id": workspace, "name": workspace, "members": [{"user": user}]}],
        "api_keys": [{"id": key, "name": key, "partial_key_hint": hint, "workspace": workspace}],
        "organizations": [{"id": SCRIPT, "name": SCRIPT, "keys": [f"a key '{SCRIPT}'"], "users": ["x@example.com"]}],
    }
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(fixture))
    mock = serve("--fixture", str(path))
    mock.call("GET", INVITES)
    page = look(mock.url)
    choose(page, SCRIPT)
    expect(row(page, "organizations", SCRIPT)).to_have_attribute("aria-current", "true")
    expect(row(page, "users", "x@example.com")).to_be_visible()
    choose(page, org)
    for name, text in [("users", user), ("workspaces", workspace), ("API keys", key), ("API keys", hint), ("invites", invite)]:
        expect(row(page, name, text)).to_be_visible()
    expect(row(page, "API keys", key)).to_contain_text(workspace)
    expect(row(page, "workspaces", workspace)).to_contain_text("user@example.com")
    nothing_came_to_life(page)
    # Ids are no part of a path's shape, either.
    row(page, "users", "user@example.com").get_by_role("button", name="remove").click()
    expect(row(page, "users", "user@example.com")).to_have_count(0)
    row(page, "invites", invite).get_by_role("button", name="delete").click()
    expect(row(page, "invites", invite)).to_contain_text("deleted")
    row(page, "invites", "dots@example.com").get_by_role("button", name="expire").click()
    expect(row(page, "invites", "dots@example.com")).to_contain_text("expired")
    row(page, "users", "proto@example.com").get_by_role("button", name="remove").click()
    expect(row(page, "users", "proto@example.com")).to_have_count(0)


def test_the_policy_lets_nothing_else_run_load_or_leave(mock, look):
    with site("<p>elsewhere</p>") as (port, asked):
        page = look(mock.url)
        other = f"http://127.0.0.1:{port}/"
        wanted = ["img-src", "frame-src", "style-src-elem", "base-uri", "require-trusted-types-for", "connect-src"]
        refused = page.evaluate(
            """async ([other, wanted]) => {
                const seen = [];
                const until = async (what) => {
                    for (let turn = 0; turn < 100 && !what(); turn++) await new Promise((wake) => setTimeout(wake, 50));
                };
                document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
                // The browser lets the code that a test brings do more, but not what that leaves for later.
                const later = (what) => new Promise((wake) => setTimeout(wake)).then(what);
                const add = (tag, attributes, text = "") => {
                    const node = document.createElement(tag);
                    try {
                        for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
                        node.textContent = text;
                    } catch {}
                    document.body.append(node);
                    return node;
                };
                add("script", {}, "document.title = 'run'");
                add("style", {}, "body { display: none }");
                add("img", { src: other + "a.png" });
                add("iframe", { src: other });
                add("link", { rel: "stylesheet", href: other + "a.css" });
                add("base", { href: other });
                add("object", { data: other });
                add("div", { onclick: "document.title = 'run'" }).click();
                for (const attempt of [
                    () => { document.body.innerHTML += "<b>html</b>"; },
                    () => { document.body.insertAdjacentHTML("beforeend", "<b>html</b>"); },
                    () => later(() => eval("document.title = 'run'")),
                    () => later(() => new Function("document.title = 'run'")()),
                    () => fetch(other),
                    () => import(other + "a.js"),
                    () => new Worker(other + "a.js"),
                ]) {
                    try { await attempt(); seen.push("ALLOWED " + attempt); } catch {}
                }
                new WebSocket(other.replace("http", "ws"));
                navigator.sendBeacon(other, "x");
                const connections = () => seen.filter((word) => word === "connect-src").length;
                await until(() => wanted.every((word) => seen.includes(word)) && connections() === 3);
                if (!document.title.startsWith("anthropic-admin-mock") || document.querySelector("b")) seen.push("ALLOWED something");
                add("form", { action: other, method: "post" }).submit();
                await until(() => seen.includes("form-action"));
                return seen;
            }""",
            [other, wanted],
        )
        assert not [word for word in refused if word.startswith("ALLOWED")]
        assert {*wanted, "form-action"} <= set(refused), refused
        assert refused.count("connect-src") == 3
        look.expect_error("Content Security Policy|Trusted|Failed to load")
    assert asked == []


def test_the_headers_say_so(mock):
    status, headers, text = mock.call("GET", "/_mock", key=None, **HTML)
    assert status == 200 and headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    digests = {name: policy.pop(name) for name in ["style-src", "script-src"]}
    assert all(re.fullmatch(r"'sha256-[\w+/]{43}='", digest) for digest in digests.values())
    assert policy == {
        "default-src": "'none'", "connect-src": "'self'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'",
        "frame-ancestors": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "'none'",
    }  # fmt: skip
    others = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store", "vary": "accept"}
    assert {name: headers[name] for name in others} == others
    assert len(text.encode()) < 40_000
    assert not re.search(r"https?:|//[a-z]|\bstyle=|\son\w+=|innerHTML|insertAdjacentHTML|document\.write|eval\(", text)


def test_no_frame_holds_it(mock, look):
    look.hosts.add("localhost")
    address = mock.url.replace("127.0.0.1", "localhost")
    with site(f"<iframe src='{mock.url}/_mock'></iframe><iframe src='{address}/_mock'></iframe>") as (port, _):
        page = look(f"http://127.0.0.1:{port}/", wait=False)
        for number in range(2):
            body = page.locator("iframe").nth(number).content_frame.locator("body")
            expect(body).to_contain_text("web pages of other origins may not use the control routes")
            expect(body).not_to_contain_text("Organizations")
        # A document of the same origin may call the door, so the page's own header alone keeps it from framing the page.
        page.goto(mock.url + "/_mock/health")
        page.evaluate("address => { document.body.innerHTML = `<iframe src='${address}'></iframe>`; }", "/_mock")
        end = time.monotonic() + 5
        while page.frames[1].url == "" and time.monotonic() < end:
            page.wait_for_timeout(50)
        assert page.frames[1].url.startswith("chrome-error:")
        assert "Organizations" not in page.frames[1].content()
    look.expect_error("frame-ancestors|Failed to load")


ATTACKS = """async (door) => {
    const told = [];
    const attempt = async (method, path, options = {}) => {
        try {
            const answer = await fetch(door + path, { method, ...options });
            told.push(`${answer.type} ${answer.status}`);
        } catch { told.push("error"); }
    };
    for (const mode of ["no-cors", "cors"]) {
        await attempt("POST", "/_mock/reset", { mode });
        await attempt("POST", "/_mock/faults", { mode, body: '{"operation": "*", "drop": true}' });
        await attempt("POST", "/_mock/invites/invite_015gWxCN9Hfg2QhZwTK7Mdeu/accept", { mode });
        await attempt("POST", "/_mock/users/user_01DeveDeveDeveDeveDeveDe/remove", { mode, keepalive: true });
        await attempt("GET", "/_mock/state", { mode, credentials: "include" });
        await attempt("GET", "/_mock", { mode, headers: { accept: "text/html" } });
    }
    await attempt("PUT", "/_mock/clock", { mode: "cors", body: '{"advance": "22d"}' });
    await attempt("DELETE", "/_mock/requests", { mode: "cors" });
    await attempt("DELETE", "/_mock/faults", { mode: "cors" });
    navigator.sendBeacon(door + "/_mock/reset", "x");
    const frame = document.createElement("iframe");
    frame.name = "frame";
    document.body.append(frame);
    for (const enctype of ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]) {
        const form = document.createElement("form");
        Object.assign(form, { method: "post", action: door + "/_mock/reset", enctype, target: "frame" });
        document.body.append(form);
        form.submit();
        await new Promise((wake) => setTimeout(wake, 150));
    }
    return told;
}"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "rebound.example"])
def test_a_page_of_another_origin_cannot_make_it_do_anything(mock, look, host):
    look.hosts.update(["localhost", "rebound.example"])
    busy(mock)
    before = mock.world()
    with site("<p>elsewhere</p>") as (port, _):
        # Of the same machine, of the same name with another port, and of a public name.
        page = look(f"http://{host}:{port}/", wait=False)
        told = page.evaluate(ATTACKS, mock.url)
        # No answer is to be read; those that may not be sent at all are errors.
        assert set(told) <= {"opaque 0", "error"}, told
        # Nor does a link lead there.
        page.evaluate("door => { location.href = door; }", mock.url + "/_mock")
        page.wait_for_url(mock.url + "/_mock")
        assert "web pages of other origins" in page.inner_text("body")
    assert mock.world() == before
    look.expect_error("CORS|Failed to load")


def test_a_host_that_public_dns_could_hold_is_refused(mock, look):
    look.hosts.add("rebound.example")
    before = mock.world()
    page = look(f"http://rebound.example:{mock.port}/_mock", wait=False)
    assert "could be a public name that was re-bound to this machine" in page.inner_text("body")
    # To the browser it is one origin, so the door alone stands there.
    told = page.evaluate(
        """async () => {
            const told = [];
            for (const [method, path] of [["GET", "state"], ["GET", "requests"], ["POST", "reset"], ["DELETE", "requests"]]) {
                told.push((await fetch("/_mock/" + path, { method })).status);
            }
            return told;
        }"""
    )
    assert told == [403] * 4
    page.goto(f"http://rebound.example:{mock.port}/")
    assert "could be a public name" in page.inner_text("body")
    assert mock.world() == before
    look.expect_error("Failed to load")


def test_nothing_by_get_changes_anything(mock):
    busy(mock)
    before = mock.world()
    routes = json.loads(mock.call("GET", "/_mock", key=None)[2])["routes"]
    paths = {route["path"] for route in routes} | {"/", "/_mock/"}
    for path in sorted(paths):
        path = path.replace("{invite_id}", "invite_015gWxCN9Hfg2QhZwTK7Mdeu")
        path = path.replace("{user_id}", "user_01DeveDeveDeveDeveDeveDe")
        for method in ["GET", "HEAD"]:
            for headers in [HTML, {"accept": "*/*"}]:
                for key in [None, KEY] if path != "/" else []:
                    mock.call(method, path, key=key, **headers)
        mock.call("GET", path, key=None, **HTML)
    assert mock.world() == before


def test_without_control_there_is_no_page(serve):
    mock = serve("--no-control")
    status, headers, text = mock.call("GET", "/", key=None, **HTML)
    assert (status, headers["x-mock-reason"], headers["content-type"]) == (404, "route-unknown", "application/json")
    assert json.loads(text)["error"] == {"type": "not_found_error", "message": "Not found"}
    for path in ["/_mock", "/_mock/", "/_mock/organizations"]:
        status, headers, text = mock.call("GET", path, key=None, **HTML)
        assert status == 404 and "<" not in text
