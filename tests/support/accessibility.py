"""What every page must be: accessible (axe), fitting the screen, and in the reader's language.

What is the product's own must be translated on an English page: every heading, button, link of the
navigation, label of a field, legend and table head, and what is read aloud instead of something shown.
Chinese there, without an English word beside it, is a fault, unless it consists of names of places and
people. Words that people have written are marked `lang="zh-Hans"` there, or `data-words` if they may be in
either language. Elsewhere (cells, paragraphs, choices) such words abound and nobody can tell the two apart,
so nothing is demanded here; that no template has Chinese of its own is asked by tests/architecture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

from models.base import Language
from tests.support.proper_names import is_made_of_names

LANGUAGE_TAGS: Final[dict[Language, str]] = {"zh": "zh-Hans", "en": "en"}

AXE: Final = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
_RUN_AXE: Final = """
async (tags) => {
  const found = await axe.run(document, {
    runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], reporter: 'v2',
  });
  return found.violations.map(({id, help, helpUrl, nodes}) => ({
    id, help, helpUrl,
    nodes: nodes.map((node) => (
      {target: node.target.flat().join(' '), html: node.html, failureSummary: node.failureSummary}
    )),
  }));
}
"""
TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")

_OVERFLOW: Final = """
() => {
  const root = document.documentElement;
  const width = root.clientWidth;
  if (root.scrollWidth <= width) return null;
  const scrolls = (element) => {
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    return false;
  };
  const name = (element) => element.tagName.toLowerCase() + (element.id ? '#' + element.id : '')
    + [...element.classList].map((one) => '.' + one).join('');
  const wide = [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element))
    .map((element) => name(element) + ' to ' + Math.round(element.getBoundingClientRect().right));
  return {width, reaches: root.scrollWidth, wide: wide.slice(0, 12)};
}
"""

_SPILT: Final = r"""
() => {
  const past = (element, part) => {
    const box = element.getBoundingClientRect();
    return part.width > 1 && (part.right > box.right + .5 || part.left < box.left - .5);
  };
  // What is only read aloud, or lies on top like a count, stands beside the flow.
  const beside = (element, holder) => {
    for (; holder !== element; holder = holder.parentElement)
      if (getComputedStyle(holder).position === 'absolute') return true;
    return false;
  };
  const spilt = (element) => {
    if (!element.checkVisibility({contentVisibilityAuto: true})) return null;
    if (element.closest('.for-ears, .stacked thead')) return null;
    if (getComputedStyle(element).overflowX !== 'visible') return null;
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (walk.nextNode()) {
      if (!walk.currentNode.data.trim() || beside(element, walk.currentNode.parentElement)) continue;
      range.selectNodeContents(walk.currentNode);
      const part = range.getBoundingClientRect();
      if (past(element, part)) return Math.round(part.right - element.getBoundingClientRect().left);
    }
    return null;
  };
  return [...document.querySelectorAll('button, .btn, .chip, th, [role=tab]')]
    .map((element) => [element, spilt(element)]).filter(([, reach]) => reach !== null)
    .map(([element, reach]) => `${element.textContent.trim().replace(/\s+/g, ' ').slice(0, 60)} `
      + `(to ${reach} px of ${Math.round(element.getBoundingClientRect().width)})`);
}
"""

_UNTRANSLATED: Final = r"""
() => {
  // The product's own name, and the name of the other language in the switch, are what they are. Where there
  // are English words too ("Account: 纪明川"), the text was translated and a name put in.
  const chinese = (text) =>
    /\p{Script=Han}/u.test(text.replaceAll(/哨到|中文/g, '')) && !/[a-z]{2}/i.test(text);
  const own = 'head > title, h1, h2, h3, h4, button, summary, legend, th, dt, caption, nav a, '
    + '[role=tab], [role=button], [role=status], [role=alert], .btn, label:not(:has(input))';
  const said = 'aria-label, placeholder, title, alt'.split(', ');
  const theirs = (element) => {
    const marked = element.closest('[lang], [data-words]');
    return marked !== null && (marked.hasAttribute('data-words') || marked.lang.startsWith('zh'));
  };
  const found = new Set();
  for (const element of document.querySelectorAll(own)) {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const holder = walk.currentNode.parentElement;
      if (chinese(walk.currentNode.data) && !theirs(holder) && !holder.closest('script, style, textarea'))
        found.add(JSON.stringify([element.tagName.toLowerCase(), walk.currentNode.data.trim()]));
    }
  }
  for (const name of said)
    for (const element of document.querySelectorAll(`[${name}]`))
      if (chinese(element.getAttribute(name)) && !theirs(element))
        found.add(JSON.stringify([`${element.tagName.toLowerCase()} ${name}=`, element.getAttribute(name)]));
  return [...found].map((one) => JSON.parse(one));
}
"""


async def check_page(page: Page, language: Language | None = None) -> None:
    """Fail with every shortcoming of the page as it is shown now.

    `language` is the one the page must be in: that of the browser, unless given.
    """
    faults = await shortcomings(page, language)
    assert not faults, f"{page.url}\n" + "\n".join(faults)


async def shortcomings(page: Page, language: Language | None = None) -> list[str]:
    """Everything in which the page falls short, in readable words."""
    await page.wait_for_load_state("load")
    if language is None:
        language = "zh" if str(await page.evaluate("navigator.language")).startswith("zh") else "en"
    return [
        *await _in_another_language(page, language),
        *await unfitting(page),
        *await _inaccessible(page),
    ]


async def unfitting(page: Page) -> list[str]:
    """What is wider than the screen, and whose words stick out of its own frame."""
    spilt: list[str] = await page.evaluate(_SPILT)
    return [*await _too_wide(page), *(f"words stick out of: {what}" for what in spilt)]


async def _in_another_language(page: Page, language: Language) -> list[str]:
    tag = await page.evaluate("document.documentElement.lang")
    faults = [] if tag == LANGUAGE_TAGS[language] else [f"language: html lang={tag!r}, expected {language}"]
    if language == "en":
        found: list[tuple[str, str]] = await page.evaluate(_UNTRANSLATED)
        faults += [f"not translated: {where} {text}" for where, text in found if not is_made_of_names(text)]
    return faults


async def _too_wide(page: Page) -> list[str]:
    overflow: dict[str, Any] | None = await page.evaluate(_OVERFLOW)
    if overflow is None:
        return []
    wide = "; ".join(overflow["wide"])
    return [f"wider than the screen: {overflow['reaches']} px on {overflow['width']} px, by {wide}"]


async def _inaccessible(page: Page) -> list[str]:
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE.read_text())
    violations: list[dict[str, Any]] = await page.evaluate(_RUN_AXE, list(TAGS))
    return [
        f"axe {violation['id']}: {violation['help']} ({violation['helpUrl']})\n"
        f"    {node['target']}\n    {node['html'][:300]}\n    {node['failureSummary'] or ''}".rstrip()
        for violation in violations
        for node in violation["nodes"]
    ]
