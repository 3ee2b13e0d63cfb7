"""The commands of `linli`, by what they are about. Each imports what it needs when it is called, so that help is quick."""
