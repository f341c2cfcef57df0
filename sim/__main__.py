"""``python -m sim`` is the program ``runway``."""

from sim.cli import main

if __name__ == "__main__":
    main()
