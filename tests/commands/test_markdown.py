import time

import pytest

from minikeras.commands.markdown import to_html


@pytest.mark.parametrize(
    "text, expected",
    [
        ("# One\n### Three ###", "<h1>One</h1>\n<h3>Three</h3>"),
        ("a\nb\n\nc", "<p>a\nb</p>\n<p>c</p>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("**b** *i* _i_ ~~d~~ a_b_c", "<p><strong>b</strong> <em>i</em> <em>i</em> <del>d</del> a_b_c</p>"),
        ("`a*b*<c>` $x_1*y*z_2$", "<p><code>a*b*&lt;c&gt;</code> $x_1*y*z_2$</p>"),
        ("1. a\n2. b\n   - in\n   - in\n3. c", "<ol><li>a</li><li>b<ul><li>in</li><li>in</li></ul></li><li>c</li></ol>"),
        ("* a\n\n* b\n  more", "<ul><li>a</li><li>b\nmore</li></ul>"),
        ("```python\nx < 1\n# no head\n```\nend", "<pre><code>x &lt; 1\n# no head</code></pre>\n<p>end</p>"),
        ("```\nopen", "<pre><code>open</code></pre>"),
        ("    x = 1\n\n    y", "<pre><code>x = 1\n\ny</code></pre>"),
        ("> a\n> b", "<blockquote><p>a\nb</p></blockquote>"),
        (
            "| a | b |\n|---|:-:|\n| 1 | `2` |",
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td><code>2</code></td></tr></table>",
        ),
        ("---", "<hr>"),
        ("[t](https://a/b_c_d)", "<p><a href='https://a/b_c_d'>t</a></p>"),
        ("![t](x.png)", "<p><img src='x.png' alt='t'></p>"),
        ("<https://a.b>", "<p><a href='https://a.b'>https://a.b</a></p>"),
    ],
)
def test_what_text_cells_use(text, expected):
    assert to_html(text) == expected


def test_nothing_in_the_text_becomes_a_tag_or_a_script():
    texts = "<script>x</script>", "[a](javascript:alert(1))", "[a](x' onclick='y)", "![a](data:text/html,x)", "<b onload=x>"
    for text in texts:
        page = to_html(text)
        assert not any(tag in page for tag in ("<script", "<b", "href='j", "data:", "' o"))


def test_hostile_texts_end_soon():
    start = time.perf_counter()
    deep = ["> " * 900 + "x", "- " * 900 + "x"]
    for text in [c * 9000 for c in ("*", "[", "`", "|-", "$")] + ["~~a " * 3000, "[a](" * 3000, *deep]:
        assert to_html(f"{text}\n{text}")
    assert time.perf_counter() - start < 30
