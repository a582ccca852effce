"""The five lists: paging by the SDK's own iterators over 45 objects, single pages, and queries that are refused."""

import re

from client import GENERATION, Checks, each, settle

COUNT, PAGE = 45, 20
WORKSPACE = "wrkspc_of_all"

# The operation, what it is given, what its ids begin with, and a cursor that another organization has.
LISTS = [
    ("invites.list", {}, "invite", "invite_01AcmePendingAcmePendin1"),
    ("users.list", {}, "user", "user_01AcmeBobAcmeBobAcmeBobAc"),
    ("workspaces.list", {}, "wrkspc", "wrkspc_01AcmeRobotsAcmeRobotsAc"),
    ("workspaces.members.list", {"workspace_id": WORKSPACE}, "user", "user_01AcmeBobAcmeBobAcmeBobAc"),
    ("api_keys.list", {}, "apikey", "apikey_01AcmeBobAcmeBobAcmeBobA"),
]


def ids_of(kind):
    """The ids of a kind, newest first."""
    return [f"{kind}_{number}" for number in reversed(range(COUNT))]


def world():
    """An organization that has 45 of everything. Of what has one time the later is the newer."""
    users = [{"id": f"user_{n}", "email": f"user{n}@example.com", "added_at": f"-{COUNT - n}d"} for n in range(COUNT)]
    workspaces = [{"id": f"wrkspc_{n}", "name": "One of many"} for n in range(COUNT - 1)]
    # The newest, so that it stands first in the list.
    workspaces.append({"id": WORKSPACE, "name": "All", "members": [user["id"] for user in users]})
    return {
        "users": users,
        "invites": [{"id": f"invite_{n}", "email": f"invited{n}@example.com"} for n in range(COUNT)],
        "workspaces": workspaces,
        "api_keys": [{"id": f"apikey_{n}", "name": f"key {n}"} for n in range(COUNT)],
    }


def id_of(item):
    return item.id if hasattr(item, "id") else item.user_id


class Lists(Checks):
    def arrange(self, of):
        """The list's method, and all ids, newest first."""
        operation, given, kind, _ = of
        self.door("PUT", "state", world())
        ids = [WORKSPACE, *ids_of(kind)[1:]] if kind == "wrkspc" else ids_of(kind)
        method = self.method(self.organization(), operation)
        return lambda **query: method(**given, **query), ids

    async def all(self, pages):
        """The ids of all pages, by the SDK's own iterator."""
        if self.asynchronous:
            return [id_of(item) async for item in pages]
        return [id_of(item) for item in pages]

    def asked(self, name):
        return [request.url.params.get(name) for request in self.sent]

    @each(LISTS, lambda of: of[0])
    async def test_forwards(self, of):
        lists, ids = self.arrange(of)
        self.assertEqual(await self.all(lists()), ids)
        self.assertEqual(self.asked("after_id"), [None, ids[19], ids[39]])
        self.assertEqual(self.asked("limit"), [None] * 3)

    @each(LISTS, lambda of: of[0])
    async def test_forwards_from_a_cursor(self, of):
        lists, ids = self.arrange(of)
        self.assertEqual(await self.all(lists(after_id=ids[4], limit=20)), ids[5:])
        self.assertEqual(self.asked("after_id"), [ids[4], ids[24]])  # exactly two pages, and no third to find the end
        self.assertEqual(self.asked("limit"), ["20"] * 2)

    @each(LISTS, lambda of: of[0])
    async def test_backwards(self, of):
        # Every page is still newest first, and the pages come from old to new.
        lists, ids = self.arrange(of)
        wanted = ids[24:44] + ids[4:24] + ids[:4]
        self.assertEqual(await self.all(lists(before_id=ids[44], limit=20)), wanted)
        self.assertEqual(self.asked("before_id"), [ids[44], ids[24], ids[4]])

    @each(LISTS, lambda of: of[0])
    async def test_page_by_page(self, of):
        lists, ids = self.arrange(of)
        page, got = await settle(lists(limit=30)), []
        while True:
            got.append([id_of(item) for item in page.data])
            self.is_answer(page, self.received[-1].json(), of[0])
            if not page.has_next_page():
                break
            page = await settle(page.get_next_page())
        self.assertEqual(got, [ids[:30], ids[30:]])

    @each(LISTS, lambda of: of[0])
    async def test_the_ends_of_a_page(self, of):
        lists, ids = self.arrange(of)
        for wanted, has_more, query in (
            (ids[:20], True, {}),
            (ids[:1], True, {"limit": 1}),
            (ids, False, {"limit": 45}),
            (ids[:44], True, {"limit": 44}),
            (ids, False, {"limit": 1000}),
            ([], False, {"after_id": ids[44]}),
            ([], False, {"before_id": ids[0]}),
            (ids[43:44], True, {"before_id": ids[44], "limit": 1}),
            (ids[:1], False, {"before_id": ids[1], "limit": 1}),
            (ids[44:], False, {"after_id": ids[43], "limit": 1}),
        ):
            page = await settle(lists(**query))
            ends = (wanted[0], wanted[-1]) if wanted else (None, None)
            got = [id_of(item) for item in page.data]
            self.assertEqual((got, page.has_more, page.first_id, page.last_id), (wanted, has_more, *ends), query)

    @each(LISTS, lambda of: of[0])
    async def test_queries_that_are_refused(self, of):
        lists, ids = self.arrange(of)
        for message, query in (
            ("limit: Input should be greater than or equal to 1", {"limit": 0}),
            ("limit: Input should be greater than or equal to 1", {"limit": -1}),
            ("limit: Input should be less than or equal to 1000", {"limit": 1001}),
            (re.compile("^limit: Input should be a valid integer"), {"limit": "many"}),
            (re.compile("(?=.*after_id)(?=.*before_id)"), {"after_id": ids[0], "before_id": ids[9]}),
            (re.compile("(?=.*after_id)(?=.*before_id)"), {"after_id": "nobody", "before_id": "nobody", "limit": 0}),
            ("Invalid pagination cursor for 'after_id'", {"after_id": "nobody"}),
            ("Invalid pagination cursor for 'before_id'", {"before_id": "nobody"}),
            ("Invalid pagination cursor for 'after_id'", {"after_id": ""}),
            ("Invalid pagination cursor for 'before_id'", {"before_id": ""}),
            ("Invalid pagination cursor for 'after_id'", {"after_id": of[3]}),
        ):
            await self.fails(400, message, lists, **query)

    @each([of for of in LISTS if of[1]], lambda of: of[0])
    async def test_the_list_of_a_workspace_that_does_not_exist(self, of):
        method = self.method(self.organization(), of[0])
        await self.fails(404, "Workspace `nothing` not found.", method, workspace_id="nothing")

    @each(
        [("invites.list", "statuses", "pending"), ("users.list", "roles", "user"), ("workspaces.list", "ids", "nothing")],
        lambda of: of[0],
    )
    async def test_a_list_in_a_query_is_written_with_brackets(self, of):
        operation, name, value = of
        await self.call(self.organization(), operation, {name: [value, value]})
        beta = [f"{name}={value}" for name, value in GENERATION["beta_query"].items() if self.beta]
        self.assertEqual(self.sent[0].url.query.decode(), "&".join(beta + [f"{name}%5B%5D={value}"] * 2))
