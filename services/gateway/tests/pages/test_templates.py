"""No template holds a word of its own, and none needs an inline script or style."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from gateway.pages.render import TEMPLATES

NAMES = sorted(path.name for path in TEMPLATES.glob("*.html"))
EXPRESSION = "\ufffc"
SPOKEN_ATTRIBUTES = {"alt", "title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "label"}
WORD = re.compile(r"[^\W\d_]")


class Words(HTMLParser):
    """Collects letters that a reader would see or hear; expressions have been replaced before."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: list[str] = []
        self.tags: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        described = dict(attrs)
        spoken = SPOKEN_ATTRIBUTES | ({"content"} if described.get("name") == "description" else set())
        spoken |= {"value"} if described.get("type") in {"submit", "button"} else set()
        self.found += [value for name, value in attrs if name in spoken and value and WORD.search(value)]

    def handle_data(self, data: str) -> None:
        if WORD.search(data):
            self.found.append(data.strip())


def written(source: str) -> str:
    """The template as HTML: statements gone, expressions one mark, a constant inside an expression as it is."""
    tree = Environment(autoescape=True).parse(source)
    return "".join(piece for output in tree.find_all(nodes.Output) for piece in pieces(output))


def pieces(output: nodes.Output) -> Iterator[str]:
    for node in output.nodes:
        yield node.data if isinstance(node, nodes.TemplateData) else EXPRESSION + "".join(constants(node))


def constants(node: nodes.Node) -> Iterator[str]:
    """Strings that an expression may print; arguments, comparisons and look-ups are not printed."""
    if isinstance(node, nodes.Const):
        yield str(node.value)
    elif isinstance(node, nodes.CondExpr):
        yield from constants(node.expr1)
        yield from constants(node.expr2) if node.expr2 else ()
    elif isinstance(node, nodes.Concat | nodes.Add | nodes.Or | nodes.Filter):
        for child in node.iter_child_nodes():
            yield from constants(child)


def source_of(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_no_template_holds_literal_text(name: str) -> None:
    assert Words(written(source_of(name))).found == []


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Home</p>",
        '<img alt="Logo">',
        '<a aria-label="Menü">{{ x }}</a>',
        "{{ 'Home' }}",
        "{{ t('a.b') if x else 'Home' }}",
        '<input type="submit" value="Send">',
        "{% if x %}<b>né</b>{% endif %}",
        '<meta name="description" content="A shop">',
        "{{ x ~ ' points' }}",
    ],
)
def test_planted_literal_text_is_found(planted: str) -> None:
    assert Words(written(planted)).found


@pytest.mark.parametrize("name", NAMES)
def test_arguments_in_templates_are_names_and_not_sentences(name: str) -> None:
    tree = Environment(autoescape=True).parse(source_of(name))
    paths = {str(node.value) for found in tree.find_all(nodes.Dict) for node in found.find_all(nodes.Const)}
    strings = {node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, str)} - paths
    assert [text for text in strings if not re.fullmatch(r"[a-z0-9_./ :-]*", text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_strict_policy_needs_no_exception(name: str) -> None:
    words = Words(written(source_of(name)))
    assert "style" not in words.tags
    assert [name for name in words.attributes if name == "style" or name.startswith("on")] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_language_of_a_page_is_never_written_down(name: str) -> None:
    assert re.findall(r'\blang="(?!\{\{)', source_of(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_field_is_left_to_the_browser_s_date_format(name: str) -> None:
    assert re.search(r"type=['\"](date|month|datetime-local|time|week)", source_of(name)) is None
