#!/usr/bin/env python
import sys

from config.manage import main

if __name__ == "__main__":
    main(sys.argv)
