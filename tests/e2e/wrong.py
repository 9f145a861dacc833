"""What tests of wrong input share: a small organisation, and what a proper refusal looks like."""

import re

import journey

RECORD = {"external_id": "W-1", "department_code": "repair", "touchpoint": "web", "completed_at": "2026-09-27T10:00:00+08:00",
          "email": "w1@customers.example"}
HEADER = "external_id,department_code,touchpoint,completed_at,email"
GOOD = "OK-1,repair,web,2026-09-27T10:00,ok@customers.example"


def organisation(manyi):
    """Departments and staff, no services yet."""
    journey.write_files(manyi.home, [])
    manyi.run("import", "departments", "departments.csv")
    manyi.run("import", "staff", "staff.csv")
    return manyi


def refused(done, *, code=(1, 2), says=None):
    """A command that failed as it should: its code, a word on what is wrong, and no trace of the inside."""
    assert done.returncode in code, (done.args, done.returncode, done.stdout, done.stderr)
    told = done.stdout + done.stderr
    assert told.strip() and "RUST_BACKTRACE" not in told, done.args
    assert not says or re.search(says, told, re.I), (done.args, told)
    return told
