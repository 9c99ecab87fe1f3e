"""What the program says, in the language of the person who reads it: ``translate(text)``."""

from tui_scan.language.choice import LANGUAGES, chosen, use
from tui_scan.language.translation import Sentence, translate

__all__ = ["LANGUAGES", "Sentence", "chosen", "translate", "use"]
