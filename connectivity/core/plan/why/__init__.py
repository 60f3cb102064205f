"""Why a flow has its option, and why there is no plan."""
