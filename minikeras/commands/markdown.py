"""Markdown as HTML: what the text cells of notebooks use of it. HTML in the text is shown, not obeyed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

DEEPEST = 20  # lists in lists, quotes in quotes
_RULE = re.compile(r"\s{0,3}([-*_])(\s*\1){2,}\s*$")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"(\s*)([-*+]|\d{1,9}[.)])\s+(.*)")
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_QUOTE = re.compile(r"\s{0,3}>\s?")
_LINE = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?\s*)?$")  # between the head of a table and its rows
_SAFE = re.compile(r"(https?://|mailto:|#|attachment:|[\w./%-]+$)", re.I)
_SPAN = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)|(?P<math>\$\$[^$]+\$\$|\$[^$\s][^$\n]*\$)"
    r"|(?P<image>!?)\[(?P<text>[^\[\]]*)\]\((?P<to>[^()\s]*(?:\([^()\s]*\)[^()\s]*)?)(?:\s+\"[^\"]*\")?\)|<(?P<url>https?://[^<>\s]+)>"
)
_STYLES = (
    (re.compile(r"\*\*(?=\S)(.{1,999}?)(?<=\S)\*\*|__(?=\S)(.{1,999}?)(?<=\S)__"), "strong"),
    (re.compile(r"\*(?=[^\s*])(.{1,999}?)(?<=\S)\*|(?<!\w)_(?=[^\s_])(.{1,999}?)(?<=\S)_(?!\w)"), "em"),
    (re.compile(r"~~(?=\S)(.{1,999}?)(?<=\S)~~"), "del"),
)  # fmt: skip


def to_html(text: str) -> str:
    """Turn Markdown into HTML: headings, lists, code, quotes, tables, rules, bold, italic, links and pictures.

    Formulas stay as they are written. No tag, and no link but to pages, places and mail, comes out of the text itself.

    >>> print(to_html("# A *b*\\n\\n- `x < 1`\\n- **two**"))
    <h1>A <em>b</em></h1>
    <ul><li><code>x &lt; 1</code></li><li><strong>two</strong></li></ul>
    """
    return "\n".join(_blocks(text.expandtabs(4).split("\n")))


def _blocks(lines: list[str], depth: int = 0) -> list[str]:
    if depth > DEEPEST:
        return [html.escape("\n".join(lines))]
    made, i = [], 0
    while i < len(lines):
        line = lines[i]
        if not line.strip():
            i += 1
        elif fence := _FENCE.match(line):
            end = next((n for n in range(i + 1, len(lines)) if lines[n].strip().startswith(fence[1])), len(lines))
            made.append(f"<pre><code>{html.escape(chr(10).join(lines[i + 1 : end]))}</code></pre>")
            i = end + 1
        elif heading := _HEADING.match(line):
            made.append(f"<h{len(heading[1])}>{_inline(heading[2])}</h{len(heading[1])}>")
            i += 1
        elif _RULE.match(line):
            made.append("<hr>")
            i += 1
        else:
            block, i = _long_block(lines, i, depth + 1)
            made.append(block)
    return made


def _long_block(lines: list[str], i: int, depth: int) -> tuple[str, int]:
    """A list, a quote, a table, indented code or a paragraph, and the line after it."""
    line = lines[i]
    if _ITEM.match(line):
        return _list(lines, i, depth)
    if _QUOTE.match(line):
        end = _while(lines, i, lambda at: bool(lines[at].strip()))
        quoted = _blocks([_QUOTE.sub("", text, count=1) for text in lines[i:end]], depth)
        return f"<blockquote>{''.join(quoted)}</blockquote>", end
    if "|" in line and i + 1 < len(lines) and "-" in lines[i + 1] and _LINE.match(lines[i + 1][:2000]):
        end = _while(lines, i + 2, lambda at: "|" in lines[at])
        rows = "".join(f"<tr>{_cells(text, 'td')}</tr>" for text in lines[i + 2 : end])
        return f"<table><tr>{_cells(line, 'th')}</tr>{rows}</table>", end
    if line.startswith("    "):
        end = _while(lines, i, lambda at: lines[at].startswith("    ") or not lines[at].strip())
        code = "\n".join(text[4:] for text in lines[i:end]).rstrip()
        return f"<pre><code>{html.escape(code)}</code></pre>", end
    end = _while(lines, i + 1, lambda at: bool(lines[at].strip()) and not _begins(lines[at]))
    words = [f"{text.rstrip()}<br>" if text.endswith("  ") else text for text in lines[i:end]]
    return f"<p>{_inline(chr(10).join(words).removesuffix('<br>')).replace('&lt;br&gt;', '<br>')}</p>", end


def _begins(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_FENCE, _HEADING, _RULE, _ITEM, _QUOTE))


def _while(lines: list[str], i: int, holds: Callable[[int], bool]) -> int:
    while i < len(lines) and holds(i):
        i += 1
    return i


def _list(lines: list[str], i: int, depth: int) -> tuple[str, int]:
    """A list; what is indented below an item belongs to it."""
    first = _ITEM.match(lines[i])
    indent, items = len(first[1]), []
    ordered = first[2][0].isdigit()
    while i < len(lines):
        item = _ITEM.match(lines[i])
        if not item or len(item[1]) > indent + 1 or len(item[1]) < indent or item[2][0].isdigit() != ordered:
            break
        end = i + 1
        while end < len(lines) and (_is_inside(lines, end, indent) or (lines[end].strip() and not _begins(lines[end]))):
            end += 1
        inner = [item[3], *(text[indent + 2 :] if text[: indent + 2].isspace() else text for text in lines[i + 1 : end])]
        made = "".join(_blocks(inner, depth))
        items.append(re.sub(r"^<p>(.*?)</p>", r"\1", made, count=1, flags=re.S))
        i = end
        if i < len(lines) and not lines[i].strip() and i + 1 < len(lines) and _ITEM.match(lines[i + 1]):
            i += 1
    kind = "ol" if ordered else "ul"
    return f"<{kind}>{''.join(f'<li>{text}</li>' for text in items)}</{kind}>", i


def _is_inside(lines: list[str], i: int, indent: int) -> bool:
    if lines[i].strip():
        return len(lines[i]) - len(lines[i].lstrip()) > indent + 1
    return i + 1 < len(lines) and bool(lines[i + 1].strip()) and lines[i + 1][: indent + 2].isspace()


def _cells(line: str, tag: str) -> str:
    return "".join(f"<{tag}>{_inline(cell.strip())}</{tag}>" for cell in line.strip().strip("|").split("|"))


def _inline(text: str) -> str:
    """The marks within a line. Code and formulas keep what is in them."""
    parts, at = [], 0
    for span in _SPAN.finditer(text):
        parts += [_styled(text[at : span.start()]), _span(span)]
        at = span.end()
    parts.append(_styled(text[at:]))
    whole = "".join(part if open_ else f"\0{n}\0" for n, (open_, part) in enumerate(parts))
    for pattern, tag in _STYLES:
        whole = pattern.sub(lambda m, t=tag: f"<{t}>{next(g for g in m.groups() if g is not None)}</{t}>", whole)
    return re.sub(r"\0(\d+)\0", lambda m: parts[int(m[1])][1], whole)


def _styled(text: str) -> tuple[bool, str]:
    return True, html.escape(text.replace("\0", ""))


def _span(span: re.Match) -> tuple[bool, str]:
    """Code, a formula, a picture or a link: made already, nothing in it is looked at again."""
    if span["code"] is not None:
        return False, f"<code>{html.escape(span['code'].strip())}</code>"
    if span["math"]:
        return False, html.escape(span["math"])
    target = html.escape(span["url"] or span["to"])
    label = html.escape(span["url"] or span["text"])
    if not _SAFE.match(span["url"] or span["to"]):
        return False, label
    return False, f"<img src='{target}' alt='{label}'>" if span["image"] else f"<a href='{target}'>{label}</a>"
