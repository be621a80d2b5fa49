import nothing_like_this  # noqa: F401  # what is wrong with this plugin
