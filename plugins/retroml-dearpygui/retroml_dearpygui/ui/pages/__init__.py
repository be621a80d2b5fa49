"""The pages of the app, one class each."""
