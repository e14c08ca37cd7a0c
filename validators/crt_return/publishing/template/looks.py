"""How the cells of a template look. What a colour says, a border, a letter or a hatching says too."""

from __future__ import annotations

from typing import Any

from crt_return.standard import Field

NAVY, GREY, PALE, YELLOW, LINE, INK = "#003087", "#E8EDEE", "#F3F6F7", "#FFF2CC", "#AEB7BD", "#212B32"
THIN, MEDIUM, DOTTED, THICK, LIGHT_UP = 1, 2, 4, 5, 14  # as Excel numbers lines and hatchings

Properties = dict[str, Any]

NUMBER_FORMATS = {
    "string": "@",
    "boolean": "@",
    "integer": "General",  # a format of whole numbers would hide a decimal typed by mistake
    "number": "General",
    "date": "yyyy-mm-dd",
    "datetime": 'yyyy-mm-dd"T"hh:mm',
}
LONG_TEXT = 150  # characters from which a cell is wrapped

HEADING: Properties = {"valign": "vcenter", "right": THIN, "right_color": LINE}
REQUIRED: Properties = HEADING | {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "bottom": THICK}
OPTIONAL: Properties = HEADING | {"italic": True, "font_color": INK, "bg_color": GREY, "bottom": THIN}
GIVEN: Properties = {"bg_color": PALE, "border": THIN, "border_color": LINE}
CARRIED: Properties = {"bg_color": YELLOW, "border": DOTTED, "border_color": "#7F6000", "italic": True}
OPEN: Properties = {"border": THIN, "border_color": LINE}
FIRST_OF_TEAM: Properties = {"top": MEDIUM, "top_color": INK}
STILL_BLANK: Properties = {"pattern": LIGHT_UP, "fg_color": "#6F8FBF", "bg_color": "#FFFFFF"}
TITLE: Properties = {"bold": True, "font_size": 18, "font_color": NAVY}
SECTION: Properties = {"bold": True, "font_size": 13, "font_color": NAVY, "bottom": MEDIUM, "bottom_color": NAVY}
TEXT: Properties = {"text_wrap": True, "valign": "top", "num_format": "@"}
LABEL: Properties = {"bold": True, "valign": "top"}
LINK: Properties = {"font_color": "#005EB8", "underline": 1, "valign": "top"}
COLUMN: Properties = {"bold": True, "bg_color": GREY, "bottom": MEDIUM, "bottom_color": INK, "text_wrap": True}


OF_NUMBERS: Properties = COLUMN | {"align": "right"}


class Looks:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, *layers: Properties) -> Any:
        """The format of these properties, later layers over earlier ones."""
        properties = {name: value for layer in layers for name, value in layer.items()}
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def of_field(field: Field) -> Properties:
    """How the cells of a column hold their values: identifiers and codes as text, dates as dates."""
    wrapped = field.constraints.get("maxLength", 0) > LONG_TEXT
    return {"num_format": NUMBER_FORMATS[field.type], **({"text_wrap": True, "valign": "top"} if wrapped else {})}
