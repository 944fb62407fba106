"""What a page says beyond plain text: each kind of thing as its reader sees it, in either format."""

import base64
import json
import zlib
from html import escape
from urllib.parse import quote

import pytest

from atlassian.rendering import adf, storage

SITE = "https://acme.atlassian.net"
SOURCE = "@startuml\nclient -> gateway : ask\n@enduml"


def page(xhtml: str) -> str:
    return storage.to_markdown(xhtml, site_url=SITE)


def doc(*content: object) -> str:
    return adf.to_markdown({"type": "doc", "content": list(content)}, site_url=SITE)


def node(kind: str, *content: object, **attributes: object) -> dict[str, object]:
    return {"type": kind, "attrs": attributes, "content": list(content)}


def text(words: str, **marks: dict[str, str]) -> dict[str, object]:
    found = [{"type": kind, "attrs": attributes} for kind, attributes in marks.items()]
    return {"type": "text", "text": words, "marks": found}


def macro(name: str, body: str = "", **parameters: str) -> str:
    written = "".join(f'<ac:parameter ac:name="{key}">{value}</ac:parameter>' for key, value in parameters.items())
    return f'<ac:structured-macro ac:name="{name}">{written}{body}</ac:structured-macro>'


def test_capitals_of_html_mean_what_small_letters_do():
    assert page("<P>so <STRONG>it</STRONG> is</P><UL><LI>one</LI></UL>") == "so **it** is\n\n- one"


@pytest.mark.parametrize(
    "value",
    [
        "{x}^{2}",
        "[x]",
        "[2024] Goals [draft]",
        "{not json}",
        "年度計画の詳細についてはこのページを参照してください。質問がある場合は担当者まで連絡してください。よろしくお願いします。どうぞよろしく",
        "Quarterly_Report_2024_Final_Version_Approved_By_The_Whole_Board_v12.pdf",
        "https://files.example/a/very/long/path/that/has/no/blank/in/it/and/goes/on/and/on/2024",
    ],
)
def test_a_parameter_that_a_person_wrote_is_shown_whatever_its_shape(value):
    assert page(f"<p>{macro('formula', latex=value)}</p>") == f"[macro: formula latex={value}]"


def test_a_parameter_with_signs_of_markdown_is_shown_to_the_letter():
    assert page(macro("formula", latex=r"\sum_{i=1}^n a_i*b_")) == r"[macro: formula latex=`\sum_{i=1}^n a_i*b_`]"


@pytest.mark.parametrize(
    "value",
    [
        '{"a": 1}',
        '[{"a": 1}]',
        quote('{"a": 1}'),
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "3F2504E04F8941D39A0C0305E82C3301",
        "ari:cloud:confluence:site/1",
        "data:image/png;base64,AAAA",
        base64.b64encode(bytes(range(90))).decode(),
    ],
)
def test_a_parameter_for_programs_alone_is_left_out(value):
    assert page(macro("widget", setting=value.replace('"', "&quot;"))) == "[macro: widget]"


@pytest.mark.parametrize(
    ("written", "seen"),
    [("info", "INFO"), ("note", "WARNING"), ("warning", "ERROR"), ("tip", "SUCCESS"), ("panel", "PANEL")],
)
def test_a_panel_is_as_grave_as_people_see_it(written, seen):
    body = "<ac:rich-text-body><p>Mind.</p></ac:rich-text-body>"
    extension = (
        f'<ac:adf-extension><ac:adf-node type="panel"><ac:adf-attribute key="panel-type">{seen.lower()}'
        "</ac:adf-attribute><ac:adf-content><p>Mind.</p></ac:adf-content></ac:adf-node></ac:adf-extension>"
    )

    assert page(macro(written, body)) == f"> [!{seen}]\n> Mind."
    assert page(extension) == f"> [!{seen}]\n> Mind."
    assert doc(node("panel", node("paragraph", text("Mind.")), panelType=seen.lower())) == f"> [!{seen}]\n> Mind."


def test_blanks_of_inline_code_tell_its_levels_and_others_are_one():
    assert page("<p>a   b <code>if x:</code><br/><code>    y(1,  2)</code></p>") == "a b `if x:`\\\n`    y(1,  2)`"
    assert doc(node("paragraph", text("a   b "), text("    y(1,  2)", code={}))) == "a b `    y(1,  2)`"


def test_blanks_before_a_line_of_code_by_entities_stay():
    assert page("<p><code>&nbsp;&nbsp;return 1</code></p>") == "`  return 1`"


@pytest.mark.parametrize(
    ("name", "read"),
    [("excerpt", "Release 4.2 is current."), ("footnote", "Release [macro: footnote] 4.2 is current.")],
)
def test_a_macro_with_a_body_goes_on_in_its_sentence(name, read):
    body = "<ac:rich-text-body><p>4.2</p></ac:rich-text-body>"

    assert page(f"<p>Release {macro(name, body)} is current.</p>") == read


def test_a_formula_in_the_body_of_a_macro_goes_on_in_its_sentence():
    formula = macro("mathinline", r"<ac:plain-text-body><![CDATA[\frac{a}{b}]]></ac:plain-text-body>")

    assert page(f"<p>so {formula} holds</p>") == r"so [macro: mathinline] `\frac{a}{b}` holds"


def test_a_macro_of_several_paragraphs_stands_on_lines_of_its_own():
    body = "<ac:rich-text-body><p>one</p><p>two</p></ac:rich-text-body>"

    assert page(f"<p>before {macro('excerpt', body)} after</p>") == "before\n\none\n\ntwo\n\nafter"


def link(target: str, body: str = "", anchor: str = "") -> str:
    inside = f"<ac:link-body>{body}</ac:link-body>" if body else ""
    return f'<p><ac:link ac:anchor="{anchor}">{target}{inside}</ac:link></p>'


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            link('<ri:page ri:content-title="Run book" ri:space-key="OPS"/>', "the steps", "Rollback"),
            f"[the steps]({SITE}/wiki/display/OPS/Run+book#Rollback)",
        ),
        (
            link('<ri:page ri:content-title="Run book" ri:space-key="~ann"/>'),
            f"[Run book]({SITE}/wiki/display/~ann/Run+book)",
        ),
        (link('<ri:page ri:content-title="Run book"/>', "steps", "End"), "steps [page: Run book#End]"),
        (link('<ri:page ri:content-title="Run book"/>', "Run book"), "[page: Run book]"),
        (
            link('<ri:blog-post ri:content-title="News" ri:space-key="OPS" ri:posting-day="2026/11/02"/>'),
            f"[News]({SITE}/wiki/display/OPS/2026/11/02/News)",
        ),
        (link('<ri:content-entity ri:content-id="42"/>', "it"), f"[it]({SITE}/wiki/pages/viewpage.action?pageId=42)"),
    ],
)
def test_a_link_to_a_page_leads_to_it(written, read):
    assert page(written) == read


def test_a_link_names_no_space_where_it_is_the_pages_own():
    written = link('<ri:page ri:content-title="Run book"/>')

    assert (
        storage.to_markdown(written, site_url=SITE, space_key="OPS") == f"[Run book]({SITE}/wiki/display/OPS/Run+book)"
    )
    assert storage.to_markdown(written) == "[page: Run book]"


def test_an_included_page_is_named_with_its_space():
    target = '<ac:link><ri:page ri:content-title="Shared" ri:space-key="OPS"/></ac:link>'

    assert page(macro("include", x=target).replace('"x"', '""')) == "[macro: include OPS:Shared]"


def packed(source: str, compressed: bool) -> str:
    data = quote(source).encode()
    return base64.b64encode(zlib.compress(data)[2:-4] if compressed else data).decode()


@pytest.mark.parametrize("compressed", [True, False])
def test_a_diagram_packed_in_a_parameter_is_read(compressed):
    written = macro(
        "plantumlcloud", data=packed(SOURCE, compressed), compressed=str(compressed).lower(), filename="a.svg"
    )

    assert page(written) == f"```plantuml\n{SOURCE}\n```"


def test_a_packed_diagram_that_would_blow_up_is_bounded():
    written = macro("plantumlcloud", data=packed("@startuml\n" + "a " * 5_000_000, True))

    assert len(page(written)) < 1_100_000


@pytest.mark.parametrize(
    "body",
    ["graph TD\n  A-->B", json.dumps([{"body": "graph TD\n  A-->B"}]), '{"config": {"code": "graph TD\n  A-->B"}}'],
)
def test_the_source_of_a_mermaid_diagram_is_read_out_of_its_body(body):
    written = macro("confluence-mermaid-macro", f"<ac:plain-text-body><![CDATA[{body}]]></ac:plain-text-body>")

    assert page(written) == "```mermaid\ngraph TD\n  A-->B\n```"


def test_a_diagram_without_its_source_is_named():
    written = macro("drawio", diagramName="Flow.drawio", diagramDisplayName="The flow", pageId="12", width="700")

    assert page(written) == "[macro: drawio diagramName=Flow.drawio diagramDisplayName=The flow]"


def test_a_chart_has_its_title_and_no_identifier():
    settings = (
        '<ac:adf-parameter key="field"><ac:adf-parameter key="chart-title">Sales</ac:adf-parameter></ac:adf-parameter>'
    )
    stored = (
        '<ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="extension-key">chart:default'
        f'</ac:adf-attribute><ac:adf-attribute key="parameters">{settings}</ac:adf-attribute>'
        '<ac:adf-mark key="data-consumer"><ac:adf-source>3f2504e0-4f89-41d3-9a0c-0305e82c3301</ac:adf-source>'
        "</ac:adf-mark></ac:adf-node></ac:adf-extension>"
    )
    parameters = {"chartGroup": {"titlesField": {"chartTitle": "Sales"}}, "localId": "3f2504e0"}

    assert page(stored) == "[macro: chart:default Sales]"
    assert doc(node("extension", extensionKey="chart:default", parameters=parameters)) == "[macro: chart:default Sales]"


@pytest.mark.parametrize(
    ("style", "read"),
    [
        ("text-decoration: line-through", "~~old~~ new"),
        ("TEXT-DECORATION-LINE:underline line-through", "~~old~~ new"),
        ("font-weight: bold", "**old** new"),
        ("font-style: italic; color: red", "*old* new"),
        ("vertical-align: super", "<sup>old</sup> new"),
    ],
)
def test_a_mark_written_as_a_style_counts(style, read):
    assert page(f'<p><span style="{style}">old</span> new</p>') == read


def test_a_whole_paragraph_can_be_struck_through():
    assert page('<p style="text-decoration: line-through">old <b>price</b></p>') == "~~old **price**~~"


@pytest.mark.parametrize(
    ("kind", "start", "first", "second"),
    [("a", 1, "a", "b"), ("A", 26, "Z", "AA"), ("i", 3, "iii", "iv"), ("I", 9, "IX", "X"), ("1", 3, "3", "4")],
)
def test_points_of_a_list_keep_their_letters(kind, start, first, second):
    marker = "" if kind == "1" else "- "

    read = page(f'<ol type="{kind}" start="{start}"><li>one</li><li>two</li></ol>')

    assert read == f"{marker}{first}. one\n{marker}{second}. two"


def test_letters_by_style_count_too():
    assert page('<ol style="list-style-type: lower-alpha;"><li>one</li></ol>') == "- a. one"


@pytest.mark.parametrize(
    ("attributes", "character"),
    [
        ('ac:name="tick"', "✅"),
        ('ac:name="cross"', "❌"),
        ('ac:name="light-on"', "💡"),
        ('ac:name="blue-star" ac:emoji-shortname=":check_mark:" ac:emoji-fallback=":check_mark:"', "✅"),
        ('ac:name="blue-star" ac:emoji-fallback="??" ac:emoji-id="1f44d-1f3fd"', "👍🏽"),
        ('ac:name="blue-star" ac:emoji-id="0031-fe0f-20e3"', "1️⃣"),
        (
            'ac:name="blue-star" ac:emoji-shortname=":our_logo:" ac:emoji-id="8fa0-11" ac:emoji-fallback=":our_logo:"',
            ":our_logo:",
        ),
    ],
)
def test_an_emoticon_is_the_character_that_it_shows(attributes, character):
    assert page(f"<p><ac:emoticon {attributes}/> x</p>") == f"{character} x"


def test_an_emoji_of_adf_is_the_character_that_it_shows():
    assert doc(node("paragraph", node("emoji", shortName=":cross_mark:", text=":cross_mark:"))) == "❌"
    assert doc(node("paragraph", node("emoji", shortName=":bug:", id="1f41b"))) == "🐛"


def cell(*content: object) -> dict[str, object]:
    return node("tableCell", *content)


def test_a_column_of_numbers_is_counted_as_the_page_counts():
    head = node("tableRow", node("tableHeader", node("paragraph", text("Step"))))
    rows = [node("tableRow", cell(node("paragraph", text(words)))) for words in ("open", "close")]

    table = node("table", head, *rows, isNumberColumnEnabled=True)

    assert doc(table) == "| | Step |\n|---|---|\n| 1 | open |\n| 2 | close |"


def test_a_table_within_a_cell_keeps_its_rows_cells_and_spans_apart():
    inner = "<table><tr><td rowspan='2'>a</td><td><p>b</p><p>c</p></td></tr><tr><td>d</td></tr></table>"

    assert page(f"<table><tr><td>{inner}</td></tr></table>") == "| |\n|---|\n| a \\| b / c<br>a \\| d |"


@pytest.mark.parametrize("name", ["adf", "nestedContent"])
@pytest.mark.parametrize("written", [json.dumps, dict])
def test_a_document_in_a_parameter_is_read(name, written):
    inner = {"type": "doc", "content": [node("paragraph", text("inner"))]}

    assert doc(node("extension", extensionKey="nested-table", parameters={name: written(inner)})) == "inner"


def test_what_an_editor_did_not_know_is_read_from_what_it_kept():
    assert doc(node("unsupportedBlock", originalValue=node("paragraph", text("kept")))) == "kept"


def test_an_extension_says_its_fallback():
    assert doc(node("paragraph", node("inlineExtension", extensionKey="forms", text="Form: access"))) == (
        "[macro: forms Form: access]"
    )


def test_an_extension_with_settings_needs_no_fallback():
    settings = {"macroParams": {"title": {"value": "Flow"}}}

    assert doc(node("extension", extensionKey="drawio", text="A diagram", parameters=settings)) == (
        "[macro: drawio title=Flow]"
    )


def test_an_address_that_is_an_identifier_is_left_out():
    assert doc(node("paragraph", text("see!"), text("plan", link={"href": "media:3f2504e0"}))) == "see!plan"


def test_an_exclamation_before_an_address_that_is_no_link_needs_no_backslash():
    assert doc(node("paragraph", text("see!"), text("plan", link={"href": "ftp://a.example"}))) == (
        "see!plan (`ftp://a.example`)"
    )


def test_a_decision_that_is_open_is_a_question():
    items = [node("decisionItem", text(words), state=state) for words, state in (("a", "DECIDED"), ("b", "UNDECIDED"))]

    assert doc(node("decisionList", *items)) == "- Decision: a\n- Decision? b"


def test_a_caption_with_breaks_names_its_picture_on_one_line():
    caption = node("caption", text("Admin"), node("hardBreak"), text("> Users"), node("hardBreak"))

    assert doc(node("mediaSingle", node("media", type="file", id="u", alt=""), caption)) == "[image: Admin > Users]"


@pytest.mark.parametrize(
    "address", ["ftp://files.example/a_b_", "file:///share/plan.doc", "slack://channel?id=1", "tel:+4930"]
)
def test_an_address_that_is_no_web_page_stands_beside_its_words(address):
    assert page(f'<p><a href="{address}">logs</a></p>') == f"logs (`{address}`)"
    assert doc(node("paragraph", text("logs", link={"href": address}))) == f"logs (`{address}`)"


def test_a_bare_address_has_no_backslash():
    assert doc(node("paragraph", text("see https://ex.com/a_b_/*x*?q=1, please"))) == (
        "see <https://ex.com/a_b_/*x*?q=1>, please"
    )
    assert doc(node("paragraph", text("see https://ex.com/a_b?q=1."))) == "see https://ex.com/a_b?q=1."


@pytest.mark.parametrize(
    "read",
    [
        page('<p><ac:image ac:alt="x"><ri:url ri:value="https://evil.example/?q=1"/></ac:image></p>'),
        page('<p><img src="https://evil.example/?q=1" alt="x"/></p>'),
        doc(node("mediaSingle", node("media", type="external", url="https://evil.example/?q=1", alt="x"))),
        doc(node("image", src="https://evil.example/?q=1", alt="x")),
    ],
)
def test_a_picture_elsewhere_is_named_and_never_live(read):
    assert read == "[image: x] (`https://evil.example/?q=1`)"


def test_the_name_of_a_picture_is_taken_from_who_knows_it():
    picture = node("mediaSingle", node("media", type="file", id="m1", collection=""))
    document = {"type": "doc", "content": [picture]}

    assert adf.unnamed(document)[1] == ["m1"]
    assert adf.to_markdown(document, files={"m1": "shot.png"}) == "[image: shot.png]"


@pytest.mark.parametrize(
    "table",
    [
        '<table><tr><td style="text-decoration: line-through">old</td></tr></table>',
        '<table><tr style="text-decoration: line-through"><td>old</td></tr></table>',
    ],
)
def test_a_struck_cell_or_row_is_shown_struck(table):
    assert page(table) == "| |\n|---|\n| ~~old~~ |"


def test_a_struck_point_is_shown_struck_and_the_one_after_it_is_not():
    points = '<ul><li style="text-decoration: line-through">old</li><li>new</li></ul>'

    assert page(points) == "- ~~old~~\n- new"


def test_what_an_editor_did_not_support_shows_its_text():
    assert doc(node("confluenceUnsupportedBlock", cxhtml="<p>older text</p>")) == "older text"
    unsupported = node("confluenceUnsupportedInline", cxhtml="<p>older text</p>")
    within = node("paragraph", text("An "), unsupported, text("."))
    assert doc(within) == "An older text."


def test_a_nested_table_may_stand_as_a_bare_list_of_nodes():
    inner = node("table", node("tableRow", node("tableCell", node("paragraph", text("inner")))))

    assert "| inner |" in doc(node("extension", extensionKey="nested-table", parameters={"adf": json.dumps([inner])}))


def test_an_issue_in_a_page_of_old_is_named():
    assert doc(node("paragraph", node("confluenceJiraIssue", issueKey="OPS-1"))) == "[Jira: OPS-1]"


@pytest.mark.parametrize("name", ["plantuml-diagram", "mermaid-for-pages", "Graphviz-Cloud"])
def test_a_diagram_is_known_by_the_language_in_its_macros_name(name):
    assert "client -> gateway : ask\n" in page(macro(name, source=SOURCE))
    assert f"[macro: {name}" not in page(macro(name, source=SOURCE))


@pytest.mark.parametrize("pack", [lambda data: data, lambda data: zlib.compress(data)[2:-4]])
def test_a_diagram_packed_in_the_body_is_unpacked(pack):
    body = base64.b64encode(pack(SOURCE.encode())).decode()

    shown = page(macro("plantuml", f"<ac:plain-text-body><![CDATA[{body}]]></ac:plain-text-body>"))

    assert shown == f"```plantuml\n{SOURCE}\n```"


def test_a_sentence_goes_on_past_a_macro_that_holds_a_line_of_plain_text():
    formula = macro("mathinline", "<ac:plain-text-body><![CDATA[{a}^{2}]]></ac:plain-text-body>")

    assert page(f"<p>Area {formula} is squared.</p>") == "Area [macro: mathinline] `{a}^{2}` is squared."
    parameters = {"macroParams": {"__bodyContent": {"value": "{a}^{2}"}}}
    within = node("inlineExtension", extensionKey="mathinline", parameters=parameters)
    assert doc(node("paragraph", text("Area "), within, text("."))) == "Area [macro: mathinline] `{a}^{2}`."


def test_a_file_of_another_page_is_named_with_that_page():
    file = '<ri:attachment ri:filename="a.pdf"><ri:page ri:content-title="Files" ri:space-key="OPS"/></ri:attachment>'

    assert page(f"<p><ac:link>{file}</ac:link></p>") == "[attachment: a.pdf of page OPS:Files]"
    assert page(f"<ac:image>{file}</ac:image>") == "[image: a.pdf of page OPS:Files]"
    assert page(macro("view-file", attachment=file)) == "[attachment: a.pdf of page OPS:Files]"


def test_a_shortcut_link_keeps_what_it_leads_to():
    link = '<ac:link><ri:shortcut ri:key="jira" ri:parameter="OPS-1"/><ac:link-body>the outage</ac:link-body></ac:link>'

    assert page(f"<p>{link}</p>") == "the outage [shortcut: OPS-1@jira]"


def test_a_panel_of_the_authors_own_keeps_its_sign():
    panel = macro("panel", "<ac:rich-text-body><p>x</p></ac:rich-text-body>", panelIconText="🚀", title="Launch")

    assert page(panel) == "> [!PANEL] 🚀 Launch\n> x"


@pytest.mark.parametrize(
    "torn",
    [
        node("status", text="in\nwork"),
        node("mention", text="@in\nwork", id="1"),
        node("inlineCard", data={"name": "in\nwork", "url": "https://x.example"}),
        node("inlineExtension", extensionKey="jira", parameters={"macroParams": {"key": {"value": "in\nwork"}}}),
    ],
)
def test_a_label_stays_on_one_line(torn):
    assert "in work" in doc(node("paragraph", torn))


def test_a_caption_that_begins_with_a_break_names_its_picture():
    caption = node("caption", node("hardBreak"), text("Users"), node("hardBreak"))

    assert doc(node("mediaSingle", node("media", type="file", id="u"), caption)) == "[image: Users]"


@pytest.mark.parametrize("address", ["https://x.example/a_b*c*?q=[1]", "https://x.example/_A*b*_(c)"])
def test_a_bracket_of_an_address_stays_in_it(address):
    assert doc(node("paragraph", text(f"See {address}."))) == f"See <{address}>."


def parameter_of_an_extension(key: str, value: str) -> str:
    return page(
        '<ac:adf-extension><ac:adf-node type="extension">'
        '<ac:adf-attribute key="extension-key">nested-table</ac:adf-attribute>'
        f'<ac:adf-attribute key="parameters"><ac:adf-parameter key="{key}">{escape(value)}</ac:adf-parameter>'
        "</ac:adf-attribute></ac:adf-node></ac:adf-extension>"
    )


@pytest.mark.parametrize("key", ["adf", "nested-content"])
def test_a_document_in_a_parameter_of_a_pages_extension_is_read(key):
    inner = {"type": "doc", "content": [node("paragraph", text("inner", strong={}))]}

    assert parameter_of_an_extension(key, json.dumps(inner)) == "**inner**"
    assert parameter_of_an_extension("cxhtml", "<p>inner</p>") == "inner"
    assert parameter_of_an_extension(key, "{not JSON") == "[macro: nested-table]"


def test_points_with_numbers_of_their_own_keep_them():
    assert page('<ol><li>a</li><li value="5">b</li><li>c</li></ol>') == "1. a\n\n5) b\n6) c"
    assert page('<ol start="3"><li value="3">a</li><li value="4">b</li></ol>') == "3. a\n4. b"
    assert page('<ol type="a"><li>a</li><li value="4">b</li></ol>') == "- a. a\n- d. b"
    assert page('<ul><li value="3">a</li></ul>') == "- a"


def test_a_list_that_counts_down_shows_the_numbers_that_people_see():
    assert page("<ol reversed=''><li>a</li><li>b</li><li>c</li></ol>") == "3. a\n\n2) b\n\n1. c"
    assert page('<ol reversed="" start="9"><li>a</li><li value="5">b</li><li>c</li></ol>') == "9. a\n\n5) b\n\n4. c"
    assert page('<ol reversed="" type="a"><li>a</li><li>b</li></ol>') == "- b. a\n- a. b"
    assert page('<ol reversed="" start="0"><li>a</li><li>b</li></ol>') == "0. a\n\n0) b"  # Markdown knows no -1
    assert page('<ul reversed=""><li>a</li></ul>') == "- a"


def embedded(kind: str, content: str = "", **attributes: str) -> str:
    written = "".join(f'<ac:adf-attribute key="{key}">{value}</ac:adf-attribute>' for key, value in attributes.items())
    body = f"<ac:adf-content>{content}</ac:adf-content>" if content else ""
    return page(f'<ac:adf-extension><ac:adf-node type="{kind}">{written}{body}</ac:adf-node></ac:adf-extension>')


def test_nodes_of_adf_within_a_page_say_what_they_would_say_in_a_document():
    assert embedded("nested-expand", "<p>body</p>", title="More") == "**▸ More**\n\nbody"
    assert embedded("embed-card", url="https://ex.com/a") == "<https://ex.com/a>"
    assert embedded("of-tomorrow", title="A title") == "A title"
    assert embedded("sync-block") == doc(node("syncBlock")) == "[unsupported: syncBlock]"


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u3000", "  ", "\t"])
def test_a_space_of_any_width_is_one_space_in_either_format(space):
    assert page(f"<p>a{space}b</p>") == doc(node("paragraph", text(f"a{space}b"))) == "a b"
    assert doc(node("paragraph", text(f"a{space}b", strong={}))) == "**a b**"


def test_a_file_whose_name_comes_from_elsewhere_is_a_picture_by_it():
    picture = {"type": "doc", "content": [node("mediaGroup", node("media", id="m", type="file"))]}

    assert adf.to_markdown(picture, files={"m": "photo.jpg"}) == "[image: photo.jpg]"
    assert adf.to_markdown(picture, files={"m": "plan.pdf"}) == "[attachment: plan.pdf]"


def test_the_foot_of_a_table_is_read_last():
    rows = "<tfoot><tr><td>sum</td></tr></tfoot><tbody><tr><td>1</td></tr></tbody>"

    assert page(f"<table><thead><tr><th>n</th></tr></thead>{rows}</table>") == "| n |\n|---|\n| 1 |\n| sum |"


def test_a_formula_of_many_lines_is_whole_and_a_longer_value_says_that_it_goes_on():
    formula = "a + {b} " * 200

    assert page(macro("mathblock", latex=formula)) == f"[macro: mathblock latex={formula.strip()}]"
    assert page(macro("mathblock", latex=formula * 2)).endswith("…]")


def test_text_that_stands_in_a_macro_beside_its_parts_is_kept():
    assert page(macro("info", "Mind the gap")) == "> [!INFO]\n> Mind the gap"


@pytest.mark.parametrize(
    "written",
    [
        macro("mermaid-app", f"<ac:plain-text-body>{json.dumps({'mermaidCode': 'graph TD; A'})}</ac:plain-text-body>"),
        macro("mermaid-app", diagramCode="graph TD; A"),
    ],
)
def test_a_diagrams_source_is_found_by_whatever_its_app_calls_it(written):
    assert page(written) == "```mermaid\ngraph TD; A\n```"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<table><tr><td>a<td>b<tr><td>c</table>", "| | |\n|---|---|\n| a | b |\n| c | |"),
        ("<table><tr><th><p>a<tr><td><p>b</table>", "| a |\n|---|\n| b |"),
        ("<ul><li><p>a<li><p>b<ul><li>c</ul><li>d</ul>", "- a\n- b\n  - c\n- d"),
    ],
)
def test_tags_that_html_lets_end_by_themselves_do(written, read):
    assert page(written) == read


def test_a_macro_of_styles_shows_nothing():
    assert page(macro("style", "<ac:plain-text-body>p { color: red }</ac:plain-text-body>") + "<p>text</p>") == "text"
