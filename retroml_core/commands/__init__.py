"""The commands of the core, one module each: `main(app, argv) -> exit code`, imported when the command is given."""
