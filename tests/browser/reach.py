"""What a person needs who can't use a mouse or sees badly: names of controls, a way by Tab, focus and contrast seen."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

_NAMED = frozenset(
    ["button", "checkbox", "combobox", "dialog", "graphics-document", "image", "link", "listbox", "menuitem"]
) | {"option", "radio", "searchbox", "slider", "spinbutton", "switch", "tab", "textbox"}

# Everything that Tab can come to, in the order of the page; radio buttons of a group count once.
_REACHABLE = """
() => {
  const all = [...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex]')];
  const groups = new Set();
  return all.filter(part => {
    if (part.disabled || part.tabIndex < 0 || part.closest('[inert]')) return false;
    if (!part.checkVisibility({visibilityProperty: true}) || !part.getBoundingClientRect().width) return false;
    if (part.type === 'radio') {
      const chosen = document.querySelector(`input[type=radio][name="${CSS.escape(part.name)}"]:checked`);
      if (groups.has(part.name) || (chosen && chosen !== part)) return false;
      groups.add(part.name);
    }
    return true;
  });
}
"""
_TOLD = """
const told = part => {
  const key = part.closest('[class*="st-key-"]');
  const name = part.getAttribute('aria-label') || part.innerText || part.labels?.[0]?.innerText || '';
  const where = key ? [...key.classList].find(c => c.startsWith('st-key-')).slice(7) : '';
  return `${where}: ${part.localName} ${name}`.trim();
};
const look = part => {
  const seen = [];
  for (let one = part, up = 0; one && up < 6; one = one.parentElement, up++) {
    for (const pseudo of [null, '::before', '::after']) {
      const s = getComputedStyle(one, pseudo);
      seen.push([s.outlineStyle === 'none' ? '' : s.outlineColor + s.outlineWidth, s.boxShadow, s.borderTopColor,
        s.borderBottomColor, s.borderBottomWidth, s.backgroundColor, s.color, s.textDecorationLine, s.opacity].join());
    }
  }
  return seen.join('|');
};
"""
_PREPARE = f"""
() => {{
  {_TOLD}
  const still = document.createElement('style');
  still.textContent = '*, *::before, *::after {{ transition: none !important; animation: none !important; }}';
  document.head.append(still);
  const start = document.createElement('button');
  document.body.prepend(start);
  start.focus();
  window.reachable = ({_REACHABLE})().filter(part => part !== start);
  window.groups = window.reachable.map(part => part.closest('[role=radiogroup], [role=toolbar], [role=tablist]'));
  window.before = window.reachable.map(look);
  return window.reachable.map(told);
}}
"""
_NOW = f"""
() => {{
  {_TOLD}
  const part = document.activeElement, place = window.reachable.indexOf(part);
  if (!part || part === document.body) return null;
  // A table is drawn on a canvas, its focus too; Tab goes from cell to cell until the last column.
  const seen = place < 0 || part.localName === 'canvas' || look(part) !== window.before[place];
  // One Tab leads into a group; arrow keys lead on in it.
  const group = place < 0 ? null : window.groups[place];
  const places = group ? window.groups.flatMap((one, at) => one === group ? [at] : []) : [place];
  return {{places, told: told(part), seen}};
}}
"""
_CONTRAST = """
() => {
  const read = text => {
    const canvas = window.probe ||= new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = color => {
    const [r, g, b] = color.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (part, text) => {
    const layers = [], x = text.x + text.width / 2, y = text.y + text.height / 2;
    for (let one = part; one; one = one.parentElement) {
      const style = getComputedStyle(one), box = one.getBoundingClientRect();
      const beside = x < box.left || x > box.right || y < box.top || y > box.bottom;
      if (beside && box.height < 60) continue;  // a slider's knob, above which its value stands
      if (style.backgroundImage !== 'none' && !style.backgroundImage.includes('gradient')) return null;
      layers.push(read(style.backgroundColor));
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const poor = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, part = node.parentElement;
    if (!node.data.trim() || !part.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    if (part.closest('script, style, canvas, [disabled], [aria-disabled="true"]')) continue;
    const label = part.closest('label');
    if (label && (label.control?.disabled || label.querySelector('[disabled]'))) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const style = getComputedStyle(part), below = ground(part, box);
    if (!below) continue;
    const text = read(style.color);
    let opacity = 1;
    for (let one = part; one; one = one.parentElement) opacity *= parseFloat(getComputedStyle(one).opacity);
    const seen = over([text[0], text[1], text[2], text[3] * opacity], below);
    const [dark, bright] = [light(seen), light(below)].sort((one, other) => one - other);
    const ratio = (bright + 0.05) / (dark + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5) - 0.01) {
      const key = part.closest('[class*="st-key-"]');
      const name = key ? [...key.classList].find(c => c.startsWith('st-key-')).slice(7) : '';
      poor.push(`${name}: "${node.data.trim().slice(0, 40)}" ${ratio.toFixed(2)}`);
    }
  }
  return [...new Set(poor)];
}
"""


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through a page by Tab: what can be reached, what was not, what jumped back, where no focus was seen."""

    reachable: tuple[str, ...]
    missed: tuple[str, ...]
    back: tuple[str, ...]
    unseen: tuple[str, ...]


def nameless(page: Page) -> list[str]:
    """The controls and pictures that a screen reader has no name for, by role and what is around them."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    found = []
    for node in nodes:
        role = str(node.get("role", {}).get("value", ""))
        name = str(node.get("name", {}).get("value", "")).strip()
        if not node.get("ignored") and role in _NAMED and not name:
            found.append(f"{role}: {_markup(session, node)}")
    session.detach()
    return found


def _markup(session: Any, node: dict[str, Any]) -> str:  # noqa: ANN401 Playwright's session and its answers are untyped
    told = session.send("DOM.getOuterHTML", {"backendNodeId": node["backendDOMNodeId"]})
    return str(told["outerHTML"])[:300]


def walk(page: Page) -> Walk:
    """Press Tab until the page is through."""
    reachable: list[str] = page.evaluate(_PREPARE)
    places: list[int] = []
    back: list[str] = []
    unseen: list[str] = []
    nowhere = 0
    while nowhere < 2:  # a copy button that is only there under a mouse is nowhere for one Tab
        page.keyboard.press("Tab")
        now = page.evaluate(_NOW)
        nowhere = 0 if now else nowhere + 1
        if not now or now["places"] == [-1]:
            continue
        if 0 in now["places"] and places:  # around the whole page
            break
        if places and now["places"][-1] < places[-1]:
            back.append(now["told"])
        if not now["seen"]:
            unseen.append(now["told"])
        places += now["places"]
    missed = [told for place, told in enumerate(reachable) if place not in places]
    return Walk(tuple(reachable), tuple(missed), tuple(back), tuple(unseen))


def hard_to_read(page: Page) -> list[str]:
    """The texts whose contrast with what is behind them is below WCAG AA, with the contrast."""
    return list(page.evaluate(_CONTRAST))
