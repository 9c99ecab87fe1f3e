"""What the program explains, in the language of the person who reads it: ``translate(text)``."""

from tui_scan.language.choice import LANGUAGES, chosen, use
from tui_scan.language.translation import translate

__all__ = ["LANGUAGES", "chosen", "translate", "use"]
