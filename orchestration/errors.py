"""The ways in which a run can end without publishing, each with the exit code of the command line."""


class KuotaError(Exception):
    """An error that a person must act on. Its message has one line per problem: place, value, fix."""

    exit_code = 1


class ConfigurationError(KuotaError):
    """Something that a person wrote (YAML, settings, a register, a folder name) cannot be used; nothing was written."""

    exit_code = 2


class CriticalCheckFailed(KuotaError):
    """A critical check failed, or has not run since the build; nothing was published."""

    exit_code = 3


class LockHeld(KuotaError):
    """Another process is writing; nothing was written."""

    exit_code = 4


class Stopped(KuotaError):
    """A person stopped the run, or the machine is shutting down; what was published stays."""

    exit_code = 130
