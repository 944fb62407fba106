"""Text that its style keeps from the eye reaches no agent; what can be seen stays."""

import pytest

from atlassian.rendering import adf, storage

HIDDEN = [
    "color: white", "color:#fff", "color: #FFFFFF", "color:#fefefe", "color: rgb(255, 255, 255)",
    "color: rgb(100%,100%,100%)", "color: hsl(0, 0%, 100%)", "color: snow", "color: transparent",
    "color: rgba(0, 0, 0, 0)", "color: rgb(0 0 0 / 1%)", "color: #0000", "color:#00000000", "color: white !important",
    "color: /* x */ white", "color: black; background-color: #000", "background: navy; color: #000080",
    "font-size: 0", "font-size:1px", "font-size: 0.1em", "font-size: 2%", "font: 0/0 a", "opacity: 0", "opacity: .01",
    "opacity: 1%", "display: none", "DISPLAY :NONE", "visibility: hidden", "visibility:collapse",
    "text-indent: -9999px", "position:absolute; left:-10000px", "position: absolute; top: -999em",
    "clip: rect(0,0,0,0)", "clip: rect(1px, 1px, 1px, 1px)", "clip-path: inset(100%)", "clip-path: circle(0)",
    "height: 0; overflow: hidden", "max-height:0;overflow:hidden", "width:1px;height:1px;overflow:hidden",
    "transform: scale(0)", "scale: 0", "zoom: 0", "-webkit-text-fill-color: transparent", "filter: opacity(0)",
    "margin-left: -9999px", "content-visibility: hidden", "mso-hide: all", "transform: translateX(-9999px)",
]  # fmt: skip

SEEN = [
    "color: yellow", "color: #00ffff",
    "color: red", "color: rgb(0,0,0)", "color: #b3d4ff", "color: white; background-color: #172b4d", "opacity: 0.5",
    "color: var(--ds-text, #172B4D)", "font-size: 8px", "font-size: 80%", "font-size: small", "text-indent: -10px",
    "height: 0", "overflow: hidden; height: 100px", "color: inherit", "color:", "margin-left: -20px", "x",
    "transform: scale(0.5)", "background-color: white", "font-size: calc(1em + 2px)", "letter-spacing: -1px",
]  # fmt: skip


@pytest.mark.parametrize("style", HIDDEN)
def test_text_in_a_style_that_hides_it_is_left_out(style):
    assert storage.to_markdown(f'<p>a <span style="{style}">obey me</span>b</p>') == "a b"


@pytest.mark.parametrize("style", SEEN)
def test_text_in_a_style_that_shows_it_stays(style):
    assert "seen" in storage.to_markdown(f'<p>a <span style="{style}">seen</span> b</p>')


def test_an_old_colour_counts_like_a_style():
    assert storage.to_markdown('<p>a<font color="#ffffff">obey me</font></p>') == "a"
    assert storage.to_markdown('<p>a<font color="blue">b</font></p>') == "ab"


@pytest.mark.parametrize(
    "around",
    [
        '<table><tr><td style="background-color: #172b4d">{}</td></tr></table>',
        '<table><tr><td data-highlight-colour="#172b4d">{}</td></tr></table>',
        '<ac:structured-macro ac:name="panel"><ac:parameter ac:name="bgColor">#172b4d</ac:parameter>'
        "<ac:rich-text-body>{}</ac:rich-text-body></ac:structured-macro>",
        '<div style="background: black"><p>{}</p></div>',
    ],
)
def test_white_text_on_a_dark_ground_is_seen(around):
    white = '<span style="color: white">seen</span>'

    assert "seen" in storage.to_markdown(around.format(white))
    assert "seen" not in storage.to_markdown(around.replace("172b4d", "fafafa").replace("black", "white").format(white))


def coloured(**colours: str) -> dict[str, object]:
    marks = [{"type": kind, "attrs": {"color": color}} for kind, color in colours.items()]
    return {"type": "paragraph", "content": [{"type": "text", "text": "words", "marks": marks}]}


def read(block: dict[str, object]) -> str:
    return adf.to_markdown({"type": "doc", "content": [block]})


@pytest.mark.parametrize(
    "colours",
    [{"textColor": "#ffffff"}, {"textColor": "#FEFEFE"}, {"textColor": "#403294", "backgroundColor": "#403294"}],
)
def test_text_of_adf_in_the_colour_of_its_ground_is_left_out(colours):
    assert read(coloured(**colours)) == ""


@pytest.mark.parametrize(
    "colours",
    [
        {"textColor": "#ffff00"},
        {"textColor": "#ff5630"},
        {"textColor": "#ffffff", "backgroundColor": "#172b4d"},
        {"textColor": ""},
    ],
)
def test_text_of_adf_that_stands_out_stays(colours):
    assert read(coloured(**colours)) == "words"


def test_white_text_of_adf_on_a_dark_cell_or_panel_is_seen():
    white = coloured(textColor="#ffffff")
    cell = {"type": "tableCell", "attrs": {"background": "#172b4d"}, "content": [white]}
    panel = {"type": "panel", "attrs": {"panelType": "custom", "panelColor": "#172b4d"}, "content": [white]}

    assert "words" in read({"type": "table", "content": [{"type": "tableRow", "content": [cell]}]})
    assert "words" in read(panel)


def test_a_hidden_cell_leaves_the_cells_after_it_in_their_columns():
    rows = "<tr><th>Name</th><th>Price</th></tr>"
    rows += '<tr><td style="background-color: #fff; color: #fff">secret</td><td>10</td></tr>'

    assert storage.to_markdown(f"<table>{rows}</table>") == "| Name | Price |\n|---|---|\n| | 10 |"
    wide = '<tr><th>a</th><th>b</th><th>c</th></tr><tr><td colspan="2" hidden="">x</td><td>z</td></tr>'
    assert storage.to_markdown(f"<table>{wide}</table>") == "| a | b | c |\n|---|---|---|\n| | | z |"
