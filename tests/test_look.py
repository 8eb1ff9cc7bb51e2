"""The shipped settings: closed to other machines, and readable in light and dark."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

CONFIG: dict[str, Any] = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text("utf-8"))
HUES = ["red", "orange", "yellow", "blue", "green", "violet", "gray"]
READABLE = 4.5  # WCAG 2.2 AA, text
VISIBLE = 3.0  # WCAG 2.2 AA, parts of controls


def channels(color: str) -> list[int]:
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]


def luminance(color: str) -> float:
    shares = [channel / 255 for channel in channels(color)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def tinted(ground: str, tint: str, share: float) -> str:
    mixed = [
        round(below * (1 - share) + above * share)
        for below, above in zip(channels(ground), channels(tint), strict=True)
    ]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def test_contrast_is_what_the_standard_defines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_only_this_computer_reaches_the_app_and_nothing_is_reported() -> None:
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"


def test_no_tick_of_a_tab_pays_for_a_full_garbage_collection() -> None:
    assert CONFIG["runner"]["postScriptGC"] is False


def test_the_look_fetches_nothing() -> None:
    assert "://" not in str(CONFIG["theme"])


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("text", ["textColor", "linkColor", "codeTextColor"])
def test_text_is_readable_on_every_ground(mode: str, text: str) -> None:
    theme = CONFIG["theme"][mode]
    grounds = [
        place[key] for place in (theme, theme["sidebar"]) for key in ("backgroundColor", "secondaryBackgroundColor")
    ]
    assert min(contrast(theme[text], ground) for ground in grounds) >= READABLE


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_captions_are_readable_though_streamlit_fades_them(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["sidebar"]["backgroundColor"]):
        assert contrast(tinted(ground, theme["textColor"], 0.6), ground) >= READABLE


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("hue", HUES)
def test_coloured_text_is_readable_on_the_page_and_in_its_message_box(mode: str, hue: str) -> None:
    theme = CONFIG["theme"][mode]
    box = tinted(theme["backgroundColor"], theme[f"{hue}Color"], 0.1 if mode == "light" else 0.2)  # as Streamlit tints
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"], box):
        assert contrast(theme[f"{hue}TextColor"], ground) >= READABLE


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_main_button_is_readable_and_its_colour_stands_out(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    assert contrast("#ffffff", theme["primaryColor"]) >= READABLE
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= VISIBLE
