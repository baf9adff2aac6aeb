# Compute-bound supervisor code, loops only, with paging off.

    .text
_start:
    .include "sieve.inc"
