"""The scripts are stories that run as they stand."""

import runpy
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"


def test_overnight_repo(capsys):
    runpy.run_path(str(SCRIPTS / "overnight_repo.py"), run_name="__main__")
    assert capsys.readouterr().out.splitlines() == [
        "R1 opens against 9,974,250.00 USD",
        "dealer has 9,976,250.00 USD and no T-2035",
        "R1 closes at 9,975,441.37 USD",
        "of which interest 1,191.37",
        "register = chain = book: True",
    ]
