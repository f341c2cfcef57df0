"""The company: its state, its cast of processes, and the model that wires them to one environment."""
