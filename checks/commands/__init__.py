"""What the command line offers of the looking and telling, each command beside its kin."""

from checks.commands.keeping import backup_command, doctor_command, restore_command
from checks.commands.loading import load_command
from checks.commands.reading import read_command, validate_command
from checks.commands.sweeping import sweep_command
from checks.commands.telling import notify_command

COMMANDS = (
    load_command,
    read_command,
    validate_command,
    sweep_command,
    notify_command,
    doctor_command,
    backup_command,
    restore_command,
)
