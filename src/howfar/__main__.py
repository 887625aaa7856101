"""`python -m howfar` is `howfar`."""

from howfar.cli.app import main

if __name__ == "__main__":
    main()
