"""An unofficial local mock of Anthropic's Admin API, for the tests of programs that manage an organization.

With pytest the fixtures ``admin_mock`` and ``admin_mock_env`` are there by themselves; other runners start a
:class:`MockServer`. ``python -m anthropic_admin_mock`` is the command.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._binary import find_binary
    from ._checks import ERROR_TYPES, OPERATIONS
    from ._organization import JournalEntry, MockError, Organization, PlannedFault
    from ._server import MockServer

__all__ = [
    "ERROR_TYPES",
    "OPERATIONS",
    "JournalEntry",
    "MockError",
    "MockServer",
    "Organization",
    "PlannedFault",
    "find_binary",
]

_HOMES = {
    "ERROR_TYPES": "_checks",
    "OPERATIONS": "_checks",
    "JournalEntry": "_organization",
    "MockError": "_organization",
    "MockServer": "_server",
    "Organization": "_organization",
    "PlannedFault": "_organization",
    "find_binary": "_binary",
}


if not TYPE_CHECKING:  # which would believe that every name is there

    def __getattr__(name: str) -> Any:
        # Imported when first used: pytest loads the plugin, and this package with it, also in a run without a mock.
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
