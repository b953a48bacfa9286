"""One accent colour becomes a readable page, whatever the colour."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.pages.assets import static_files
from gateway.pages.colour import Colour, Oklch, contrast, parse_hex, to_colour, to_oklch
from gateway.pages.theme import DEFAULT_ACCENT, GROUNDS, Scheme, accent_colours, icon_svg, theme_css, theme_name

CSS = static_files()["stampbook.css"].content.decode()
channels = st.integers(0, 255)
accents = st.builds(Colour, channels, channels, channels).map(lambda colour: colour.hex)
schemes = st.sampled_from(["light", "dark"])


def tokens(scheme: Scheme) -> dict[str, str]:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)", 1)
    return dict(re.findall(r"--([\w-]+): ([^;]+);", light if scheme == "light" else dark.split("@supports")[0]))


def colour_of(token: str) -> Colour:
    if found := re.fullmatch(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", token):
        return to_colour(Oklch(*map(float, found.groups())))
    colour = parse_hex(token) or parse_hex("".join(2 * digit for digit in token[1:]))
    assert colour is not None
    return colour


@given(accent=accents, scheme=schemes)
@example(accent="#ffd400", scheme="light")
@example(accent="#777777", scheme="dark")
@example(accent="#000000", scheme="dark")
@example(accent="#ffffff", scheme="light")
def test_text_and_borders_keep_their_contrast_with_any_accent(accent: str, scheme: Scheme) -> None:
    colours = accent_colours(accent, scheme)
    grounds = [*GROUNDS[scheme].colours, colours.soft]
    assert contrast(colours.on, colours.fill) >= 4.5
    assert contrast(colours.on, colours.deep) >= 4.5
    assert min(contrast(colours.text, ground) for ground in grounds) >= 4.5
    assert min(contrast(colours.border, ground) for ground in grounds) >= 3
    assert contrast(to_colour(GROUNDS[scheme].ink), colours.soft) >= 4.5


@pytest.mark.parametrize("accent", ["#b3324a", "#ffd400", "#0044cc"])
def test_a_colour_that_already_carries_text_stays_the_store_s_own_in_light(accent: str) -> None:
    assert accent_colours(accent, "light").fill.hex == accent


@given(accent=accents)
def test_colour_spaces_lead_there_and_back(accent: str) -> None:
    colour = parse_hex(accent)
    assert colour is not None
    again = to_colour(to_oklch(colour))
    assert max(abs(again.red - colour.red), abs(again.green - colour.green), abs(again.blue - colour.blue)) <= 1


def test_contrast_is_the_one_of_wcag() -> None:
    assert contrast(Colour(0, 0, 0), Colour(255, 255, 255)) == pytest.approx(21)
    assert contrast(Colour(0x77, 0x77, 0x77), Colour(255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_sheet_lies_on_the_grounds_the_computation_assumes(scheme: Scheme) -> None:
    found, ground = tokens(scheme), GROUNDS[scheme]
    assert [found[name] for name in ("paper", "surface", "sunken", "ink")] == [
        shade.css() for shade in (ground.paper, ground.surface, ground.sunken, ground.ink)
    ]
    assert f"--accent-fill:{found['accent-fill']}" in theme_css(DEFAULT_ACCENT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_sheet_s_own_colours_keep_their_contrast(scheme: Scheme) -> None:
    found = {name: value for name, value in tokens(scheme).items() if value.startswith(("oklch", "#"))}
    grounds = GROUNDS[scheme].colours
    danger_grounds = [*grounds, colour_of(found["danger-soft"])]
    assert min(contrast(colour_of(found[name]), ground) for name in ("ink", "muted") for ground in grounds) >= 4.5
    assert min(contrast(colour_of(found["danger"]), ground) for ground in danger_grounds) >= 4.5
    assert min(contrast(colour_of(found[name]), ground) for name in ("line-strong", "focus") for ground in grounds) >= 3


def test_old_phones_get_the_same_colours() -> None:
    old = dict(re.findall(r"--([\w-]+): (#\w+);", CSS.split("@supports", 1)[1]))
    for name, value in old.items():
        ours, theirs = colour_of(tokens("light")[name]), colour_of(value)
        assert contrast(ours, theirs) < 1.06, name


@pytest.mark.parametrize("wrong", [None, "", "red", "#12345", "url(x)", "#b3324a;}*{display:none}"])
def test_what_is_no_colour_becomes_the_platform_s_own(wrong: str | None) -> None:
    assert theme_name(wrong) == DEFAULT_ACCENT[1:]
    assert theme_css(wrong or "") == theme_css(DEFAULT_ACCENT)


def test_a_theme_writes_nothing_but_colours() -> None:
    assert re.fullmatch(r"@layer tokens\{[\w\s:;#{}()@.-]+\}\n", theme_css("#ffd400"))
    assert "#ffd400" in icon_svg("#ffd400")


def test_the_style_sheet_is_small_and_layered() -> None:
    assert len(CSS.encode()) < 20_000
    assert "@layer reset, tokens, base, components, pages;" in CSS
    assert not re.search(r"https?:|@import|url\(", CSS)
