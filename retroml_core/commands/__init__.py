"""The commands of the core: functions `main(app, argv) -> exit code`, imported when the command is given."""
