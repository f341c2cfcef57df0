"""The language of scenarios, policies and experiments: what a file can say, and what is wrong with what it says."""
