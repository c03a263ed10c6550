"""Tools of the stretch: boxes that leave letters to the commands, presets, histogram."""
