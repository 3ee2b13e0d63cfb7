"""The engine: the only place that knows the compiler. Rules, policies and metrics know its decorators alone."""
