"""Drives one Python SDK: drive.py VERSION URL..., one for each server of tests/clients/run."""

import logging
import sys
import unittest

import anthropic

import credentials
import faults
import invites
import lists
import operations
import stories
from client import VERSION, Checks

MODULES = [operations, lists, stories, invites, credentials, faults]
DOORS = {"sync": (False, False), "sync beta": (False, True), "async": (True, False), "async beta": (True, True)}


def suite():
    """Every check of every module, through each of the doors."""
    checks = unittest.TestSuite()
    for module in MODULES:
        for kind in vars(module).values():
            if not (isinstance(kind, type) and issubclass(kind, Checks) and kind.__module__ == module.__name__):
                continue
            for door, (asynchronous, beta) in DOORS.items():
                flags = {"asynchronous": asynchronous, "beta": beta, "__module__": module.__name__}
                case = type(f"{kind.__name__} ({door})", (kind, unittest.IsolatedAsyncioTestCase), flags)
                checks.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    return checks


if __name__ == "__main__":
    if anthropic.__version__ != VERSION:
        sys.exit(f"anthropic {anthropic.__version__} is installed, not {VERSION}")
    # unittest turns on asyncio's debug mode, which would report every slow step among the failures.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite())
    failed = len({check.id() for check, _ in result.failures + result.errors})
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed")
    sys.exit(failed > 0)
