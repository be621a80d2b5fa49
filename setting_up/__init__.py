"""The set-up of a checkout, used by `bootstrap.py`. Standard library only: nothing is installed yet when it runs.

Words: a *step* is one part of the set-up. The *stamp* is a file in `.venv` that is written last and only when every step
went well; it holds a *key*, a hash of all that the set-up depends on. No stamp, or another key: the set-up runs (again),
and steps that are already done pass quickly. *Groups* are the dependency groups of `pyproject.toml` (development tools).
"""
