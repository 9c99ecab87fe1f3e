"""What the program says, in the language of the person who reads it: ``translate(text)``."""

from tui_scan.language.choice import ENGLISH, LANGUAGES, chosen, use
from tui_scan.language.numbers import number
from tui_scan.language.translation import Sentence, translate

__all__ = ["ENGLISH", "LANGUAGES", "Sentence", "chosen", "number", "translate", "use"]
