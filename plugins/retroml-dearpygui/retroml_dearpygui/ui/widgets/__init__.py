"""Building blocks of pages, drawn in the style of a `Ui`."""
