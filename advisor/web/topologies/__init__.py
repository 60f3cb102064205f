"""The list of topologies, the form, the editor and versions."""
