"""The stories of tests/clients/calls: calls of the SDK and of the tester's door in a row, each with what it must give."""

import json
import re

from client import (
    CALLS, DEFAULT_URL, EVERY_STATUS_URL, GENERATION, POLICIES_URL, TABLE, TIME, UUID, Checks, each, filled,
)

SERVERS = {"default": DEFAULT_URL, "every-status": EVERY_STATUS_URL, "policies": POLICIES_URL}

# What stands in a story for a value that is not known before.
SHAPES = {
    "~time": TIME,
    "~uuid": UUID,
    "~color": r"\A#[0-9A-Fa-f]{6}\Z",
    "~hint": r"\Ask-ant-api03-[1-9A-HJ-NP-Za-km-z]{3}\.\.\.[1-9A-HJ-NP-Za-km-z]{4}\Z",
    **{f"~{kind}": rf"\A{kind}_01[1-9A-HJ-NP-Za-km-z]{{22}}\Z" for kind in ("invite", "user", "wrkspc", "apikey")},
}


def stories():
    for path in sorted(CALLS.glob("*.json")):
        document = json.loads(path.read_text())
        for story in document.get("stories", []):
            yield path.stem, story


class Stories(Checks):
    @each(stories(), lambda of: f"{of[0]}: {of[1]['name']}")
    async def test_story(self, of):
        _, story = of
        url, names = SERVERS[story.get("server", "default")], dict(TABLE["names"])
        key = story.get("key")
        if "state" in story:
            self.door("PUT", "state", filled(story["state"], names), url)
        organization = self.organization(url, **({"api_key": key} if key else {}))
        for number, step in enumerate(story["steps"], 1):
            try:
                await self.step(organization, url, key, filled(step, names), names)
            except Exception as problem:
                problem.add_note(f"in step {number}: {json.dumps(step)}")
                raise

    async def step(self, organization, url, key, step, names):
        if "door" in step:
            answer = self.door(*step["door"].split(" "), step.get("send"), url, key)
        elif "refused" in step:
            answer = await self.refusal(organization, step)
        else:
            answer = await self.call(organization, step["call"], step.get("with", {}), step.get("tries", 1))
        if "is" in step:
            self.matches(answer, step["is"] | self.old(step))
        if "has" in step:
            wanted = step["has"] | self.old(step)
            self.matches({name: answer.get(name) for name in wanted}, wanted)
        if "ids" in step:
            ids = [item["id"] if "id" in item else item["user_id"] for item in answer["data"]]
            ends = {"has_more": step.get("has_more", False), "first_id": (ids or [None])[0], "last_id": (ids or [None])[-1]}
            self.assertEqual((ids, {name: answer[name] for name in ends}), (step["ids"], ends))
        for name, field in step.get("keep", {}).items():
            names[name] = answer[field]

    async def refusal(self, organization, step):
        method = self.method(organization, step["call"])
        message = re.compile(step["says"], re.IGNORECASE) if "says" in step else step["message"]
        await self.fails(
            step["refused"], message, method, code=step.get("code"), tries=step.get("tries", 1),
            **self.arguments(method, step["call"], step.get("with", {})),
        )

    def old(self, step):
        """The fields that only the older versions of the API send."""
        return step.get("old", {}) if GENERATION["old_fields"] else {}

    def matches(self, value, wanted):
        if isinstance(wanted, dict):
            self.assertIsInstance(value, dict)
            self.assertEqual(list(value), list(wanted))
            for name, item in wanted.items():
                self.matches(value[name], item)
        elif isinstance(wanted, str) and wanted.startswith("~"):
            self.assertRegex(value, SHAPES[wanted])
        else:
            self.assertEqual(value, wanted)
