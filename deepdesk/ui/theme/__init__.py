"""The look: colours, sizes, fonts, icons and the one style sheet."""

from deepdesk.ui.theme.apply import Theme, apply, colour, current, text_colour, tokens
from deepdesk.ui.theme.tokens import Tokens

__all__ = ["Theme", "Tokens", "apply", "colour", "current", "text_colour", "tokens"]
