"""What the theme can't say of the looks: the colour of what is chosen, arrows on what is folded, the bar below.

Streamlit writes what is chosen in the primary colour, which white letters on buttons need to be dark: too dark for the
night. Where a folded part has an icon, that stands in the arrow's place, and it looks like an empty field.
"""

import streamlit as st

_CHOSEN = """<style>
.stButtonGroup button[data-selected="true"], [role="tab"][aria-selected="true"],
[data-testid="stSliderThumbValue"] { color: inherit !important; }
[data-testid="stBaseButton-tertiary"]:is(:hover, :focus-visible, :active) {
  color: inherit !important; text-decoration: underline;
}
</style>"""
_FOLDED = """<style>
[data-testid="stExpander"] summary:has([data-testid="stExpanderIcon"])::after {
  content: ""; flex: none; width: 0.45rem; height: 0.45rem; margin: -0.2rem 0.3rem 0 auto; opacity: 0.7;
  border: solid currentColor; border-width: 0 1.5px 1.5px 0; transform: rotate(45deg);
}
[data-testid="stExpander"] details[open] > summary:has([data-testid="stExpanderIcon"])::after {
  transform: rotate(225deg); margin-top: 0.2rem;
}
</style>"""
# The bar of buttons is low, and parted from what is scrolled past above it, which stops below the page's head.
_BAR = """<style>
[data-testid="stBottom"] > div { border-top: 1px solid rgb(128 128 128 / 0.3); }
[data-testid="stBottomBlockContainer"] { padding-top: 0.6rem; padding-bottom: 0.8rem; }
[class*="_preview_panel"] { scroll-margin-top: 5rem; }
:has(> .st-key-page_top) { display: none; }
</style>"""


# Its letters take the room that is there, whatever font has them.
_NAME = """<svg xmlns="http://www.w3.org/2000/svg" width="84" height="28" viewBox="0 0 84 28">
<text x="1" y="21" textLength="82" lengthAdjust="spacingAndGlyphs" font-size="22" font-weight="600" fill="#258279"
 font-family="ui-serif, Charter, 'Noto Serif', Georgia, serif">Handai</text></svg>"""


def draw_look() -> None:
    """For every page: the app's name above it, in a colour that both themes carry, and the rules; they take no room."""
    st.logo(_NAME, size="medium")
    st.html(_CHOSEN + _FOLDED + _BAR)
