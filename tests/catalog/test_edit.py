"""Records for contributors, and differences between catalogs."""

import shutil
import tomllib
from pathlib import Path

from bot.answers.knowledge import Knowledge
from bot.catalog.edit import differences, model_as_toml
from bot.catalog.load import load
from bot.catalog.pages import errors_page
from bot.catalog.records import Model
from tests.support import ROOT


def test_every_model_survives_as_toml(knowledge: Knowledge) -> None:
    for model in list(knowledge.catalog.models.values())[::25]:
        rows = tomllib.loads(model_as_toml(model))["model"]
        assert [Model.model_validate(row) for row in rows] == [model]


def test_what_changed_is_told(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "tools", tmp_path / "tools")
    path = tmp_path / "tools" / "training.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('name = "TRL"', 'name = "TRL!"').replace('id = "mergekit"', 'id = "mergekit2"'))
    old, new = load(ROOT / "data"), load(tmp_path)
    tools = [str(change) for change in differences(old, new) if change.kind == "tool"]
    assert tools == [
        "removed tool mergekit",
        "added tool mergekit2",
        "changed tool trl: name: TRL → TRL!",
    ]


def test_the_page_of_errors_is_up_to_date(knowledge: Knowledge) -> None:
    page = errors_page(list(knowledge.catalog.errors.values()))
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == page, "run: python -m bot catalog pages"
