"""The process of the app: display, window, frames, work in the background, crashes."""
