"""Between what the letters (points) and the width (mm) of figures may lie, for studies, commands and the desk alike."""

LETTERS = (5, 14)
WIDE = (40, 1000)
