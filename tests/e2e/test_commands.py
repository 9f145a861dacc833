"""Commands as they are meant: help in the language of the terminal, JSON for programs."""

import re
import time


def test_help_is_in_the_language_of_the_terminal(manyi):
    chinese = {"LANG": "zh_CN.UTF-8", "LC_ALL": None}
    for settings in (chinese, {"MANYI_LOCALE": "zh-CN"}):
        assert "用法：manyi import" in manyi.run("import", "--help", **settings)
        assert "用法：manyi import" in manyi.run("help", "import", **settings)
    for settings in ({"LANG": "en_US.UTF-8", "LC_ALL": None}, {**chinese, "MANYI_LOCALE": "en"}):
        assert "Usage: manyi import" in manyi.run("import", "--help", **settings)


def test_a_program_reads_the_link_to_set_up_by(manyi):
    told = manyi.json("setup-url", "--json")
    assert told["link"].startswith(f"{manyi.url}/link/") and set(told) == {"link", "expires_at"}


def test_a_program_reads_whether_answers_are_taken(manyi):
    assert manyi.json("survey", "status", "--json") == {"paused": False}
    manyi.run("survey", "pause")
    assert manyi.json("survey", "status", "--json") == {"paused": True}


def test_a_server_at_rest_asks_for_little_memory(manyi):
    with manyi.serve() as server:
        time.sleep(2)
        with open(f"/proc/{server.process.pid}/status") as status:
            kilobytes = int(re.search(r"RssAnon:\s+(\d+) kB", status.read()).group(1))
    assert kilobytes < 20_000, "built without .cargo/config.toml (cargo clean -p libmimalloc-sys)?"
