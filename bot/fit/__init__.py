"""Pure maths: architecture + quant + context + devices → memory, plan, speed, verdict.

No I/O, no clock, no catalog. Imports nothing else of the project.
"""
