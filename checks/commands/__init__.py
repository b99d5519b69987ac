"""What the command line offers of the looking and telling, each command beside its kin."""

from checks.commands.examining import diff_command, infer_command, profile_command
from checks.commands.harvesting import harvest_command
from checks.commands.keeping import backup_command, doctor_command, restore_command
from checks.commands.linking import link_command
from checks.commands.loading import load_command
from checks.commands.reading import read_command, validate_command
from checks.commands.resting import maintenance_command, pause_command, resume_command
from checks.commands.sweeping import sweep_command
from checks.commands.telling import notify_command
from checks.commands.tokens import token_command
from checks.commands.trying import options_command, try_command

COMMANDS = (
    load_command,
    harvest_command,
    read_command,
    validate_command,
    infer_command,
    profile_command,
    diff_command,
    try_command,
    options_command,
    sweep_command,
    notify_command,
    token_command,
    link_command,
    pause_command,
    resume_command,
    maintenance_command,
    doctor_command,
    backup_command,
    restore_command,
)
