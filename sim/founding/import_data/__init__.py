"""People's own files: residents and ties in the formats in which others keep them, read, checked and told of."""
