"""
How well the renderers do: `python -m dev.scoring` prints a table and fails below the thresholds.

What a document must give is drawn from its source alone, by walkers that share nothing with the renderers.
"""
