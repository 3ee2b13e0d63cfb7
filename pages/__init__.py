"""What the pages of all rooms share: who may speak to a server, words and controls made from the program's own classes."""
