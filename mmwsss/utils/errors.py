"""The one exception for what a user can mend."""


class InputError(ValueError):
    """Bad input: a file, a list, a label, a checkpoint or a setting that does not fit.

    Its message is one sentence that names what is wrong and one that names the remedy. The command
    line tools print it alone, without a traceback, and exit with status 1.
    """
