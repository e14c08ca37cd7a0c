"""How long the HTML report of 100,000 findings takes to write, to open in Chromium, to leaf through and to search.

    python -m tests.benchmarks.html_report [--findings 100000] [--keep FILE.html]

Budgets: the report of a return with a finding of most rules in 0.3 seconds of a processor, in a process of its own,
the template engine's import included.
Of the 100,000 findings: first paint within a second, the end of the page within another, each page of findings within
half of one (the first reads all of the rule's data), a search over all of them within two, and 500 MB of memory for the
page's process. It measures; nothing here fails.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from crt_return.reports.html import page_bytes
from crt_return.standard import load_standard
from crt_return.validate import run
from tests.benchmarks.acceptance import memory_of
from tests.benchmarks.episodes import make_return
from tests.website.conftest import ALONE, CHROMIUM

BUDGETS = {
    "an ordinary report": 0.3,
    "first paint": 1.0,
    "to the end of the page": 1.0,
    "the last page of a rule": 0.5,
    "the next finding": 0.5,
    "a search of every finding": 2.0,
    "memory": 500.0,
}
ORDINARY = """
import time
from crt_return.standard import load_standard
from crt_return.validate import run
made = run("sample_data/invalid/rich", prior="sample_data/previous", thresholds=False)
began = time.process_time()
from crt_return.reports.html import page_bytes
page_bytes(made, load_standard())
print(time.process_time() - began)
"""


def ordinary_seconds() -> float:
    """What the form adds to a return with a finding of most rules, in seconds of a processor; the best of three."""
    command = [sys.executable, "-c", ORDINARY]
    return min(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(3))


def make_faulty(folder: Path, findings: int) -> Path:
    """A return whose episodes each break two rules."""
    made = make_return(folder, findings // 2)
    with (made / "episodes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (made / "episodes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "priority_code": "7", "contacts_f2f": "0", "contacts_home": "0"} for row in rows)
    return made


def seconds(work: Callable[[], object]) -> float:
    """The seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def drawn(page: Page, script: str) -> float:
    """The seconds from a step until the browser has drawn what it leads to."""
    twice = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    return seconds(lambda: page.evaluate(f"async () => {{ {script}; await {twice}; }}"))


def in_chromium(file: Path) -> dict[str, float]:
    """What it takes to open the page, leaf through it and search it."""
    (chromium, *_) = [path for path in CHROMIUM if Path(path).is_file()]
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as profile:
        browser = driver.chromium.launch_persistent_context(profile, executable_path=chromium, args=list(ALONE))
        page = browser.new_page()
        opened = seconds(lambda: page.goto(file.as_uri()))
        paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
        last = "document.querySelector('.pages button:last-child').click()"
        search = "const box = document.getElementById('words'); box.value = '{}'; box.dispatchEvent(new Event('input'))"
        found = {
            "first paint": float(page.evaluate(paint)),
            "opened": opened,
            "to the end of the page": drawn(page, "scrollTo(0, document.body.scrollHeight)"),
            "the last page of a rule": drawn(page, last),
            "the next finding": drawn(page, "document.getElementById('next').click()"),
            "elements": float(page.evaluate("document.getElementsByTagName('*').length")),
            "a search of every finding": seconds(lambda: searched(page, search.format("nothing like it"))),
            "memory": renderer_memory(profile),
        }
        browser.close()
    return found


def searched(page: Page, script: str) -> None:
    """Search, and wait until the page says what was found."""
    told = "document.getElementById('where').textContent.startsWith('0 findings')"
    page.evaluate(f"async () => {{ {script}; while (!{told}) await new Promise(requestAnimationFrame); }}")


def renderer_memory(profile: str) -> float:
    """The megabytes of the browser's largest page process."""
    own = [one for one in Path("/proc").iterdir() if one.name.isdigit() and is_renderer(one, profile)]
    return max(memory_of(int(one.name)) for one in own)


def is_renderer(process: Path, profile: str) -> bool:
    """Whether a process draws the pages of the browser that keeps its profile there."""
    try:
        command = (process / "cmdline").read_text()
    except OSError:
        return False
    return "--type=renderer" in command and profile in command


def main() -> None:
    """Make the reports, open the large one, and print what each step took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="Keep the page of the many findings.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = run(make_faulty(Path(folder) / "return", given.findings), all_rows=True, thresholds=False)
        file = given.keep or Path(folder) / "report.html"
        writing = seconds(lambda: file.write_bytes(page_bytes(made, load_standard())))
        size = file.stat().st_size / 2**20
        print(f"{len(made.report.findings):,} findings: written in {writing:.2f} s, {size:.1f} MiB", flush=True)
        measured = {"an ordinary report": ordinary_seconds(), **in_chromium(file)}
    for name, value in measured.items():
        budget = f"   (budget {BUDGETS[name]:g})" if name in BUDGETS else ""
        print(f"{name:28}{value:12,.2f}{budget}")


if __name__ == "__main__":
    main()
