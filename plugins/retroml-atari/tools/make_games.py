"""Write `retroml_atari/games.json` from the ROMs bundled with ale-py and the tables beside this file.

    python plugins/retroml-atari/tools/make_games.py

Run it when ale-py brings other games; a test compares the file with what ale-py says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ale_py import ALEInterface, LoggerMode, roms

HERE = Path(__file__).parent


def describe(name: str) -> dict[str, Any] | None:
    """What ale-py says of the game `name`; None when its ROM is only for several players."""
    path = roms.get_rom_path(name)
    if path is None or ALEInterface.isSupportedROM(path) is None:
        return None
    ale = ALEInterface()
    ale.setInt("random_seed", 0)
    ale.loadROM(path)
    ale.reset_game()
    return {"actions": [action.name for action in ale.getMinimalActionSet()], "lives": ale.lives()}


def main() -> None:
    """Write the file, one game a line."""
    ALEInterface.setLoggerMode(LoggerMode.Error)
    summaries = json.loads((HERE / "summaries.json").read_text(encoding="utf-8"))
    titles = json.loads((HERE / "titles.json").read_text(encoding="utf-8"))
    scores = json.loads((HERE / "scores.json").read_text(encoding="utf-8"))
    carry_over = json.loads((HERE / "carry_over.json").read_text(encoding="utf-8"))
    difficulty = json.loads((HERE / "difficulty.json").read_text(encoding="utf-8"))["levels"]
    lines = []
    for name in sorted(roms.get_all_rom_ids()):
        found = describe(name)
        if found is None:
            continue
        random_score, human_score = scores["scores"].get(name, (None, None))
        title = titles.get(name, name.replace("_", " ").title())
        entry = {"name": name, "title": title, "summary": summaries.get(name, "")}
        entry["difficulty"] = difficulty.get(name, "")
        entry |= {"random": random_score, "human": human_score, **found}
        entry["carries_over"] = name in carry_over
        lines.append(json.dumps(entry, ensure_ascii=False))
    text = ",\n".join(f"    {line}" for line in lines)
    source = json.dumps(scores["source"])
    target = HERE.parent / "retroml_atari" / "games.json"
    target.write_text(f'{{\n  "scores_source": {source},\n  "games": [\n{text}\n  ]\n}}\n', encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
